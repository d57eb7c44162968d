using System.Globalization;
using System.Net;
using System.Net.Sockets;
using BenchmarkDotNet.Attributes;
using ConversationGuard.Conversations;
using ConversationGuard.Redis;
using Garnet;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace ConversationGuard.Benchmarks;

/// <summary>A turn whose conversation is kept in Redis, against one plain GET on the same connection: a clean turn reads once and writes nothing.</summary>
/// <remarks>On the server that <c>CONVERSATIONGUARD_BENCHMARK_REDIS</c> names, for example <c>127.0.0.1:6379</c>; else on a Garnet server in this process.</remarks>
[MemoryDiagnoser]
public class RedisBenchmarks
{
    private const string Server = "CONVERSATIONGUARD_BENCHMARK_REDIS";

    private readonly List<ChatMessage> _messages = Talk.Of(10);
    private readonly List<ChatMessage> _abused = [.. Talk.Of(10, Talk.Abusive), new(ChatRole.Assistant, "Let us talk about the weekend."), new(ChatRole.User, Talk.Benign)];
    private readonly ChatOptions _clean = new ChatOptions().WithConversationKey("clean");
    private readonly ChatOptions _marked = new ChatOptions().WithConversationKey("marked");
    private GarnetServer? _garnet;
    private ConnectionMultiplexer _connection = null!;
    private IChatClient _inMemory = null!;
    private IChatClient _redis = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _connection = await ConnectionMultiplexer.ConnectAsync(Environment.GetEnvironmentVariable(Server) is { Length: > 0 } named ? named : StartGarnet());
        _inMemory = new BareClient().AsBuilder().UseConversationGuard(configure: _ => { }).Build();
        var services = new ServiceCollection().AddSingleton<IConversationStore>(new RedisConversationStore(_connection)).BuildServiceProvider();
        _redis = new BareClient().AsBuilder().UseConversationGuard(configure: _ => { }).Build(services);

        // A conversation with an insult on record, which its history shows.
        await _redis.GetResponseAsync(_abused.SkipLast(2).ToList(), _marked);
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _connection.DisposeAsync();
        _garnet?.Dispose();
    }

    [Benchmark(Baseline = true, Description = "one plain GET")]
    public async Task<bool> Get() => (await _connection.GetDatabase().StringGetAsync("nothing").ConfigureAwait(false)).IsNull;

    [Benchmark(Description = "guard in memory, clean conversation")]
    public Task<ChatResponse> InMemory() => _inMemory.GetResponseAsync(_messages, _clean);

    [Benchmark(Description = "guard on Redis, clean conversation")]
    public Task<ChatResponse> Clean() => _redis.GetResponseAsync(_messages, _clean);

    [Benchmark(Description = "guard on Redis, turn regenerated, an insult on record")]
    public Task<ChatResponse> Marked() => _redis.GetResponseAsync(_abused, _marked);

    private string StartGarnet()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        listener.Stop();
        _garnet = new GarnetServer(["--bind", "127.0.0.1", "--port", port, "--memory", "64m", "--index", "8m", "--lua", "-q"]);
        _garnet.Start();
        return $"127.0.0.1:{port}";
    }
}
