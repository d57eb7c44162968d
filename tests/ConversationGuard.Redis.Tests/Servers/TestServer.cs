using System.Net;
using System.Net.Sockets;

namespace ConversationGuard.Redis.Tests.Servers;

/// <summary>A server on a free loopback port that a test can stop and start again on that port.</summary>
internal abstract class TestServer : IAsyncDisposable
{
    /// <summary>Gets the port; of a cluster that of one node, which names the others.</summary>
    public virtual int Port { get; } = FreePort();

    public string ConnectionString => $"127.0.0.1:{Port},connectTimeout=15000,asyncTimeout=15000,syncTimeout=15000";

    /// <summary>Starts a server; skips the test where the kind is not there.</summary>
    public static async Task<TestServer> StartAsync(ServerKind kind)
    {
        var program = kind == ServerKind.Valkey ? RedisServerProcess.Valkey : RedisServerProcess.Redis;
        if (kind is ServerKind.Redis or ServerKind.RedisCluster or ServerKind.Valkey && !RedisServerProcess.IsInstalled(program))
        {
            Assert.Ignore($"{program} is not installed here: apt-get install {program}.");
        }

        TestServer server = kind switch
        {
            ServerKind.Redis or ServerKind.Valkey => new RedisServerProcess(program),
            ServerKind.RedisCluster => new RedisCluster(),
            _ => new GarnetInProcess(hasScripts: kind == ServerKind.Garnet),
        };
        await server.StartAsync();
        return server;
    }

    public abstract Task StartAsync();

    /// <summary>Ends it as a crash does: what was in memory is lost.</summary>
    public abstract Task KillAsync();

    public async ValueTask DisposeAsync() => await KillAsync();

    protected static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    protected async Task WaitUntilItAnswersAsync()
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, Port);
                await client.GetStream().WriteAsync("PING\r\n"u8.ToArray());
                var answer = new byte[5];
                await client.GetStream().ReadExactlyAsync(answer).AsTask().WaitAsync(TimeSpan.FromSeconds(2));
                if (answer.AsSpan().SequenceEqual("+PONG"u8))
                {
                    return;
                }
            }
            catch (Exception error) when (error is IOException or SocketException or TimeoutException && attempt < 200)
            {
                // Not yet.
            }

            await Task.Delay(25);
        }
    }
}
