using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.Redis.Tests.Servers;
using ConversationGuard.Testing;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ConversationGuard.Redis.Tests;

[TestFixture(ServerKind.Garnet)]
[TestFixture(ServerKind.GarnetWithoutScripts)]
[TestFixture(ServerKind.Redis)]
[TestFixture(ServerKind.Valkey)]
[TestFixture(ServerKind.RedisCluster)]
public class RedisConversationStoreTests(ServerKind kind)
{
    private static readonly TimeSpan _expiration = TimeSpan.FromMinutes(1);

    private readonly List<RedisConversationStore> _stores = [];
    private TestServer _server = null!;
    private ConnectionMultiplexer _connection = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _server = await TestServer.StartAsync(kind);
        _connection = await ConnectionMultiplexer.ConnectAsync(_server.ConnectionString + ",allowAdmin=true");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        foreach (var store in _stores)
        {
            await store.DisposeAsync();
        }

        if (_server is not null)
        {
            await _connection.DisposeAsync();
            await _server.DisposeAsync();
        }
    }

    [TestCaseSource(typeof(ConversationStoreConformance), nameof(ConversationStoreConformance.Checks))]
    public async Task It_conforms(ConversationStoreCheck check)
    {
        var subject = new ConversationStoreSubject(NewStore) { IsShared = true, Expiration = _expiration, PassTime = LetExpireAsync };

        check.AppliesTo(subject).Should().BeTrue();
        await check.RunAsync(subject);
    }

    [Test]
    public async Task R19_neither_the_key_of_a_conversation_nor_a_text_is_on_the_server()
    {
        await using var conversation = new GuardedConversation(model: null, register: services => services.AddSingletons(NewStore(), Parts.Insults)) { Key = "customer Wilhelmina" };
        await conversation.SayAsync("you secretive idiot", "hello");

        var database = _connection.GetDatabase();
        foreach (var key in await KeysAsync())
        {
            var values = await database.HashGetAllAsync(key);
            var everything = key.ToString() + string.Join(' ', values.Select(value => value.Name + " " + System.Text.Encoding.Latin1.GetString((byte[])value.Value!)));

            everything.Should().NotContain("Wilhelmina").And.NotContain("secretive").And.NotContain("idiot");
        }
    }

    [Test]
    public async Task One_conversation_is_one_key_that_the_server_lets_expire()
    {
        var before = (await KeysAsync()).ToHashSet();
        var store = NewStore();

        await store.TryUpdateAsync("a {conversation}", Ledger("one"), 0);
        await store.TryUpdateAsync("a {conversation}", Ledger("two"), (await store.GetAsync("a {conversation}")).Version);

        var key = (await KeysAsync()).Except(before).Should().ContainSingle().Subject;
        key.ToString().Should().StartWith("test:").And.NotContainAny("{", "}");
        (await _connection.GetDatabase().KeyTimeToLiveAsync(key)).Should().BePositive().And.BeLessThanOrEqualTo(_expiration);
    }

    [Test]
    public async Task Stores_with_different_prefixes_share_nothing()
    {
        await using var other = new RedisConversationStore(new RedisConversationStoreOptions { ConnectionString = _server.ConnectionString, KeyPrefix = "other:" });

        await NewStore().TryUpdateAsync("prefixed", Ledger("turn"), 0);

        (await other.GetAsync("prefixed")).Should().Be(VersionedLedger.None);
    }

    [Test]
    public async Task A_store_on_a_given_connection_leaves_it_open()
    {
        var store = new RedisConversationStore(_connection, new RedisConversationStoreOptions { KeyPrefix = "test:" });
        await store.TryUpdateAsync("given", Ledger("turn"), 0);
        await store.DisposeAsync();

        (await NewStore().GetAsync("given")).Ledger.Entries.Should().ContainSingle();
        _connection.IsConnected.Should().BeTrue();
    }

    [Test]
    public async Task R6_a_damaged_ledger_is_an_error_and_not_a_clean_one()
    {
        var before = (await KeysAsync()).ToHashSet();
        var store = NewStore();
        await store.TryUpdateAsync("damaged", Ledger("turn"), 0);
        var key = (await KeysAsync()).Except(before).Single();
        await _connection.GetDatabase().HashSetAsync(key, "d", new byte[] { 1, 2, 3 });

        await store.Awaiting(it => it.GetAsync("damaged").AsTask()).Should().ThrowAsync<InvalidDataException>();
        (await store.RemoveAsync("damaged")).Should().BeTrue("it can be removed");
    }

    [Test]
    public async Task A_server_that_forgot_the_script_is_given_it_again()
    {
        if (kind is ServerKind.Garnet or ServerKind.GarnetWithoutScripts)
        {
            Assert.Ignore("On Garnet it is a transaction.");
        }

        var store = NewStore();
        await store.TryUpdateAsync("flushed", Ledger("one"), 0);
        foreach (var server in _connection.GetServers())
        {
            await server.ExecuteAsync("SCRIPT", "FLUSH");
        }

        (await store.TryUpdateAsync("flushed", Ledger("two"), (await store.GetAsync("flushed")).Version)).Should().BeTrue();
    }

    [Test]
    public async Task An_operation_is_one_round_trip()
    {
        if (kind is ServerKind.Garnet or ServerKind.GarnetWithoutScripts)
        {
            Assert.Ignore("Garnet counts no commands; there an update is a conditional transaction of two.");
        }

        var store = new RedisConversationStore(_connection, new RedisConversationStoreOptions { KeyPrefix = "test:" });
        await store.TryUpdateAsync("warm", Ledger("turn"), 0);
        var before = await CommandsAsync();

        var read = await store.GetAsync("warm");
        await store.TryUpdateAsync("warm", Ledger("turn"), read.Version);
        await store.RemoveAsync("warm");

        // Inside the script are three more; the last INFO counts itself on each node.
        ((await CommandsAsync()) - before).Should().BeLessThanOrEqualTo(3 + 3 + _connection.GetServers().Length);
    }

    [Test]
    public void Options_that_cannot_be_used_are_refused_and_named()
    {
        FluentActions.Invoking(() => new RedisConversationStore(new RedisConversationStoreOptions { Expiration = TimeSpan.Zero, KeyPrefix = " ", Database = -2 })).Should().Throw<OptionsValidationException>()
            .Which.Failures.Should().HaveCount(4).And.Contain(failure => failure.StartsWith("RedisConversationStoreOptions:ConnectionString is missing", StringComparison.Ordinal));
    }

    private RedisConversationStore NewStore()
    {
        var store = new RedisConversationStore(new RedisConversationStoreOptions { ConnectionString = _server.ConnectionString, KeyPrefix = "test:", Expiration = _expiration });
        _stores.Add(store);
        return store;
    }

    private static ConversationLedger Ledger(string turn) =>
        ConversationLedger.Empty.With(new LedgerEntry { Turn = new TurnId(turn), Kind = TurnKind.Violation, At = DateTimeOffset.UnixEpoch });

    /// <summary>The server has no clock that can be moved: what time is left is made so much less.</summary>
    private async Task LetExpireAsync(TimeSpan time)
    {
        var database = _connection.GetDatabase();
        foreach (var key in await KeysAsync())
        {
            if (await database.KeyTimeToLiveAsync(key) is { } left)
            {
                await database.KeyExpireAsync(key, left > time ? left - time : TimeSpan.FromMilliseconds(1));
            }
        }

        await Task.Delay(20);
    }

    private async Task<List<RedisKey>> KeysAsync()
    {
        var keys = new List<RedisKey>();
        foreach (var server in _connection.GetServers())
        {
            keys.AddRange(await server.KeysAsync(pattern: "test:*").ToListAsync());
        }

        return keys;
    }

    private async Task<long> CommandsAsync()
    {
        var commands = 0L;
        foreach (var server in _connection.GetServers())
        {
            var info = await server.InfoAsync("stats");
            commands += long.Parse(info.SelectMany(group => group).Single(line => line.Key == "total_commands_processed").Value, System.Globalization.CultureInfo.InvariantCulture);
        }

        return commands;
    }
}
