using System.Globalization;
using StackExchange.Redis;

namespace ConversationGuard.Redis.Tests.Servers;

/// <summary>Three primaries that share the slots, without replicas.</summary>
internal sealed class RedisCluster : TestServer
{
    private const int Slots = 16384;

    private readonly (RedisServerProcess Server, int Bus, string File)[] _nodes = [.. Enumerable.Range(0, 3).Select(_ => NewNode())];

    public override int Port => _nodes[0].Server.Port;

    public override async Task StartAsync()
    {
        foreach (var node in _nodes)
        {
            await node.Server.StartAsync();
        }

        for (var i = 0; i < _nodes.Length; i++)
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(_nodes[i].Server.ConnectionString + ",allowAdmin=true");
            var server = connection.GetServers()[0];
            await server.ExecuteAsync("CLUSTER", "ADDSLOTSRANGE", Slots * i / _nodes.Length, (Slots * (i + 1) / _nodes.Length) - 1);
            foreach (var other in _nodes.Where(other => other != _nodes[i]))
            {
                await server.ExecuteAsync("CLUSTER", "MEET", "127.0.0.1", other.Server.Port, other.Bus);
            }
        }

        foreach (var node in _nodes)
        {
            await WaitUntilAllSlotsAreServedAsync(node.Server);
        }
    }

    public override async Task KillAsync()
    {
        foreach (var node in _nodes)
        {
            await node.Server.KillAsync();
            File.Delete(node.File);
        }
    }

    private static (RedisServerProcess Server, int Bus, string File) NewNode()
    {
        var bus = FreePort();
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var server = new RedisServerProcess(RedisServerProcess.Redis, "--cluster-enabled", "yes", "--cluster-config-file", Path.GetFileName(file), "--cluster-port", bus.ToString(CultureInfo.InvariantCulture));
        return (server, bus, file);
    }

    private static async Task WaitUntilAllSlotsAreServedAsync(RedisServerProcess node)
    {
        for (var attempt = 0; ; attempt++)
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(node.ConnectionString + ",allowAdmin=true");
            var info = (string?)await connection.GetServers().Single(server => server.EndPoint.ToString()!.EndsWith($":{node.Port}", StringComparison.Ordinal)).ExecuteAsync("CLUSTER", "INFO");
            if (info!.Contains("cluster_state:ok", StringComparison.Ordinal))
            {
                return;
            }

            attempt.Should().BeLessThan(200, "the nodes find each other in seconds: {0}", info);
            await Task.Delay(50);
        }
    }
}
