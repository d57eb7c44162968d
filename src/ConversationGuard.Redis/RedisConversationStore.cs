using System.Security.Cryptography;
using System.Text;
using ConversationGuard.Conversations;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ConversationGuard.Redis;

/// <summary>Keeps ledgers on a server that many machines share: Redis, Valkey or Garnet, a single node or a cluster.</summary>
/// <remarks>
/// <para>
/// One key for each conversation, a hash of a version and the ledger's bytes (<see cref="LedgerCodec"/>). The key's name is the prefix and the SHA-256 of the conversation's key. Reading, writing
/// and forgetting take one round trip each; the compare-and-swap is a script that the server runs atomically. On Garnet, which by default runs none or not atomically, and wherever scripts are
/// switched off, it is a conditional transaction of two round trips. The server lets a conversation expire.
/// </para>
/// <para>
/// It throws what StackExchange.Redis throws. The guard goes on with its own copies then (R6). Safe for concurrent use.
/// </para>
/// </remarks>
public sealed class RedisConversationStore : IConversationStore, IDisposable, IAsyncDisposable
{
    /// <summary>Writes if the version is still the expected one; an empty expectation means that there is no such key.</summary>
    private const string CompareAndSwap =
        """
        if (redis.call('HGET', KEYS[1], 'v') or '') ~= ARGV[1] then return 0 end
        redis.call('HSET', KEYS[1], 'v', ARGV[2], 'd', ARGV[3])
        redis.call('PEXPIRE', KEYS[1], ARGV[4])
        return 1
        """;

    private static readonly RedisValue _version = "v";
    private static readonly RedisValue _data = "d";
    private static readonly RedisValue[] _fields = [_version, _data];

    private readonly RedisConnection _connection;
    private readonly RedisConversationStoreOptions _options;
    private volatile Swap _swap;

    /// <summary>Initializes a store on a connection that the host has. The store does not dispose of it.</summary>
    /// <param name="multiplexer">The connection.</param>
    /// <param name="options">How conversations are kept; default: see <see cref="RedisConversationStoreOptions"/>. Its connection string is not used.</param>
    /// <exception cref="OptionsValidationException">An option is not allowed.</exception>
    public RedisConversationStore(IConnectionMultiplexer multiplexer, RedisConversationStoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(multiplexer);
        _options = Checked(options ?? new(), needsConnection: false);
        _connection = new RedisConnection(multiplexer);
    }

    /// <summary>Initializes a store that makes its own connection when it is first used, and disposes of it.</summary>
    /// <param name="options">Where the server is, and how conversations are kept.</param>
    /// <exception cref="OptionsValidationException">An option is missing or not allowed.</exception>
    public RedisConversationStore(RedisConversationStoreOptions options)
    {
        _options = Checked(options ?? throw new ArgumentNullException(nameof(options)), needsConnection: true);
        _connection = new RedisConnection(options.ConnectionString!);
    }

    /// <inheritdoc/>
    public async ValueTask<VersionedLedger> GetAsync(string key, CancellationToken cancellationToken = default)
    {
        var name = Name(key);
        var database = await DatabaseAsync(cancellationToken).ConfigureAwait(false);

        // From the primary: a replica may not have seen the end yet (R11).
        var values = await database.HashGetAsync(name, _fields, CommandFlags.DemandMaster).ConfigureAwait(false);
        return values[0].IsNull
            ? VersionedLedger.None
            : new VersionedLedger(LedgerCodec.Decode((byte[]?)values[1] ?? []), ReadVersion(values[0]));
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryUpdateAsync(string key, ConversationLedger ledger, long expectedVersion, CancellationToken cancellationToken = default)
    {
        var name = Name(key);
        var data = LedgerCodec.Encode(ledger);
        var database = await DatabaseAsync(cancellationToken).ConfigureAwait(false);

        // Random versions are never used twice, so that a conversation removed and begun anew cannot be mistaken for the old one.
        var version = NewVersion();
        if (HasAtomicScripts(database.Multiplexer))
        {
            try
            {
                RedisValue[] arguments = [expectedVersion == 0 ? RedisValue.EmptyString : expectedVersion, version, data, (long)_options.Expiration.TotalMilliseconds];
                return (bool)await database.ScriptEvaluateAsync(CompareAndSwap, [name], arguments).ConfigureAwait(false);
            }
            catch (RedisServerException error) when (SaysThatThereAreNoScripts(error))
            {
                _swap = Swap.ByTransaction;
            }
        }

        var transaction = database.CreateTransaction();
        transaction.AddCondition(expectedVersion == 0 ? Condition.KeyNotExists(name) : Condition.HashEqual(name, _version, expectedVersion));
        Task[] commands =
        [
            transaction.HashSetAsync(name, [new(_version, version), new(_data, data)]),
            transaction.KeyExpireAsync(name, _options.Expiration),
        ];
        if (!await transaction.ExecuteAsync().ConfigureAwait(false))
        {
            return false;
        }

        await Task.WhenAll(commands).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        var name = Name(key);
        var database = await DatabaseAsync(cancellationToken).ConfigureAwait(false);
        return await database.KeyDeleteAsync(name).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>Asks the server for a sign of life.</summary>
    internal async Task<TimeSpan> PingAsync(CancellationToken cancellationToken)
    {
        var database = await DatabaseAsync(cancellationToken).ConfigureAwait(false);
        return await database.PingAsync(CommandFlags.DemandMaster).ConfigureAwait(false);
    }

    private static RedisConversationStoreOptions Checked(RedisConversationStoreOptions options, bool needsConnection)
    {
        var validation = new RedisOptionsValidator(nameof(RedisConversationStoreOptions), needsConnection).Validate(null, options);
        return validation.Failed ? throw new OptionsValidationException(string.Empty, typeof(RedisConversationStoreOptions), validation.Failures) : options;
    }

    private static bool SaysThatThereAreNoScripts(RedisServerException error) =>
        error.Message.Contains("unknown command", StringComparison.OrdinalIgnoreCase) || error.Message.Contains("lua", StringComparison.OrdinalIgnoreCase);

    private static long ReadVersion(RedisValue value) =>
        value.TryParse(out long version) && version > 0 ? version : throw new InvalidDataException("The stored ledger is damaged: its version is no number above 0.");

    private static long NewVersion()
    {
        var bytes = new byte[sizeof(long)];
        RandomNumberGenerator.Fill(bytes);
        return Math.Max(1, BitConverter.ToInt64(bytes, 0) & long.MaxValue);
    }

    private async ValueTask<IDatabase> DatabaseAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return (await _connection.GetAsync(cancellationToken).ConfigureAwait(false)).GetDatabase(_options.Database);
    }

    private bool HasAtomicScripts(IConnectionMultiplexer multiplexer)
    {
        if (_swap == Swap.Unknown && Array.FindAll(multiplexer.GetServers(), server => server.IsConnected) is { Length: > 0 } connected)
        {
            _swap = Array.Exists(connected, server => server.GetProductVariant(out _) == ProductVariant.Garnet) ? Swap.ByTransaction : Swap.ByScript;
        }

        return _swap != Swap.ByTransaction;
    }

    /// <summary>A hash has one length, has no braces that a cluster would read, and says nothing of whose conversation it is (R19).</summary>
    private RedisKey Name(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        return _options.KeyPrefix + Convert.ToBase64String(hash).TrimEnd('=');
    }

    /// <summary>How the server compares and swaps; unknown until it is connected.</summary>
    private enum Swap
    {
        Unknown,
        ByScript,
        ByTransaction,
    }
}
