using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.Redis.Tests.Servers;
using StackExchange.Redis;

namespace ConversationGuard.Redis.Tests;

/// <summary>What is special about a cluster; all else is <see cref="RedisConversationStoreTests"/>'.</summary>
public class RedisClusterTests
{
    [Test]
    public async Task Conversations_are_spread_over_the_nodes_and_each_is_read_where_it_is()
    {
        await using var cluster = await TestServer.StartAsync(ServerKind.RedisCluster);
        await using var store = new RedisConversationStore(new RedisConversationStoreOptions { ConnectionString = cluster.ConnectionString });
        string[] conversations = [.. Enumerable.Range(0, 60).Select(i => $"conversation {i}")];

        foreach (var conversation in conversations)
        {
            var entry = new LedgerEntry { Turn = new TurnId(conversation), Kind = TurnKind.Violation, At = DateTimeOffset.UnixEpoch };
            (await store.TryUpdateAsync(conversation, ConversationLedger.Empty.With(entry), 0)).Should().BeTrue();
        }

        foreach (var conversation in conversations)
        {
            (await store.GetAsync(conversation)).Ledger.Entries.Should().ContainSingle().Which.Turn.Should().Be(new TurnId(conversation));
        }

        await using var connection = await ConnectionMultiplexer.ConnectAsync(cluster.ConnectionString + ",allowAdmin=true");
        connection.GetServers().Should().HaveCount(3);
        foreach (var server in connection.GetServers())
        {
            (await server.KeysAsync(pattern: "*").ToListAsync()).Should().NotBeEmpty();
        }
    }
}
