using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Extensions.Caching.Distributed;

namespace ConversationGuard.Conversations;

/// <summary>Keeps ledgers in the <see cref="IDistributedCache"/> that a host has already: SQL Server, Postgres, Cosmos and others.</summary>
/// <remarks>
/// <para>
/// <b>Weaker than other stores:</b> such a cache has no compare-and-swap. Two turns at once in one conversation both count on one machine; on two machines the one that was written
/// last may hide the other. An end can be hidden so until its conversation's next violation. Where machines share conversations, use <c>ConversationGuard.Redis</c> or a store of your own that is atomic.
/// </para>
/// <para>What is stored is a version and the ledger's bytes (<see cref="LedgerCodec"/>), under the prefix and the SHA-256 of the conversation's key. It throws what the cache throws. Safe for concurrent use.</para>
/// </remarks>
public sealed class DistributedCacheConversationStore : IConversationStore
{
    /// <summary>What every key begins with, unless set otherwise.</summary>
    public const string DefaultKeyPrefix = "conversation-guard:";

    private const int Queues = 64;

    private readonly IDistributedCache _cache;
    private readonly TimeSpan _expiration;
    private readonly string _keyPrefix;

    // One update of a conversation at a time: on this machine the compare-and-swap is atomic.
    private readonly SemaphoreSlim[] _updating = [.. Enumerable.Range(0, Queues).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>Initializes a store.</summary>
    /// <param name="cache">The cache. A cache that drops entries when it is full forgets ends too.</param>
    /// <param name="expiration">How long after its last write a conversation is kept; default 30 days.</param>
    /// <param name="keyPrefix">What every key begins with.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="expiration"/> is not positive.</exception>
    /// <exception cref="ArgumentException"><paramref name="keyPrefix"/> is empty or white space.</exception>
    public DistributedCacheConversationStore(IDistributedCache cache, TimeSpan? expiration = null, string keyPrefix = DefaultKeyPrefix)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentException.ThrowIfNullOrWhiteSpace(keyPrefix);
        _cache = cache;
        _expiration = expiration ?? InMemoryConversationStore.DefaultExpiration;
        _keyPrefix = keyPrefix;
        if (_expiration <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(expiration), _expiration, "The expiration must be positive.");
        }
    }

    /// <inheritdoc/>
    public async ValueTask<VersionedLedger> GetAsync(string key, CancellationToken cancellationToken = default)
    {
        var name = Name(key);
        cancellationToken.ThrowIfCancellationRequested();
        var bytes = await _cache.GetAsync(name, cancellationToken).ConfigureAwait(false);
        return bytes is null ? VersionedLedger.None : new VersionedLedger(LedgerCodec.Decode(bytes.AsSpan(Math.Min(sizeof(long), bytes.Length))), Version(bytes));
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryUpdateAsync(string key, ConversationLedger ledger, long expectedVersion, CancellationToken cancellationToken = default)
    {
        var name = Name(key);
        var data = LedgerCodec.Encode(ledger);
        cancellationToken.ThrowIfCancellationRequested();
        var queue = _updating[(uint)StringComparer.Ordinal.GetHashCode(name) % Queues];
        await queue.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Version(await _cache.GetAsync(name, cancellationToken).ConfigureAwait(false)) != expectedVersion)
            {
                return false;
            }

            var bytes = new byte[sizeof(long) + data.Length];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, NewVersion());
            data.CopyTo(bytes, sizeof(long));
            await _cache.SetAsync(name, bytes, new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = _expiration }, cancellationToken).ConfigureAwait(false);
            return true;
        }
        finally
        {
            queue.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        var name = Name(key);
        cancellationToken.ThrowIfCancellationRequested();
        var isThere = await _cache.GetAsync(name, cancellationToken).ConfigureAwait(false) is not null;
        await _cache.RemoveAsync(name, cancellationToken).ConfigureAwait(false);
        return isThere;
    }

    private static long Version(byte[]? bytes) => bytes switch
    {
        null => 0,
        { Length: < sizeof(long) } => throw new InvalidDataException("The stored ledger is damaged: it is shorter than any ledger."),
        _ => BinaryPrimitives.ReadInt64LittleEndian(bytes),
    };

    /// <summary>Random versions are never used twice, so that a conversation removed and begun anew cannot be mistaken for the old one.</summary>
    private static long NewVersion()
    {
        var bytes = new byte[sizeof(long)];
        RandomNumberGenerator.Fill(bytes);
        return Math.Max(1, BitConverter.ToInt64(bytes, 0) & long.MaxValue);
    }

    private string Name(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var hash = SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(key));
        return _keyPrefix + Convert.ToBase64String(hash).TrimEnd('=');
    }
}
