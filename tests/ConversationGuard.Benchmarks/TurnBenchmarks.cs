using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using ConversationGuard.Classification;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConversationGuard.Benchmarks;

/// <summary>One turn through the guard, against the bare client and the decorators that come with Microsoft.Extensions.AI, in the same run.</summary>
[MemoryDiagnoser]
public class TurnBenchmarks
{
    private readonly float[] _probabilities = new float[HarmCategory.WellKnown.Count];
    private readonly EmbeddedClassifier _classifier = EmbeddedClassifier.Default;
    private readonly ChatOptions _keyed = new ChatOptions().WithConversationKey("clean");
    private readonly ChatOptions _marked = new ChatOptions().WithConversationKey("marked");
    private readonly ChatOptions _plain = new();
    private List<ChatMessage> _messages = [];
    private ActivityListener? _listener;
    private IChatClient _bare = null!;
    private IChatClient _logging = null!;
    private IChatClient _telemetry = null!;
    private IChatClient _cache = null!;
    private IChatClient _guard = null!;

    /// <summary>How many user turns the presented history has.</summary>
    [Params(1, 10, 100, 1000)]
    public int Turns { get; set; }

    /// <summary>Which of the two ways a client is called.</summary>
    [Params(false, true)]
    public bool Streaming { get; set; }

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _messages = Talk.Of(Turns);
        _listener = new ActivityListener { ShouldListenTo = _ => true, Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData };
        ActivitySource.AddActivityListener(_listener);
        _bare = new BareClient();
        _logging = _bare.AsBuilder().UseLogging(new EnabledLoggerFactory()).Build();
        _telemetry = _bare.AsBuilder().UseOpenTelemetry(sourceName: "benchmarks").Build();
        _cache = _bare.AsBuilder().UseDistributedCache(new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions()))).Build();
        _guard = _bare.AsBuilder().UseConversationGuard(configure: _ => { }).Build();

        // A conversation with an insult on record, so that every presented turn is identified.
        await _guard.GetResponseAsync(Talk.Of(1, Talk.Abusive), _marked);
    }

    [GlobalCleanup]
    public void Cleanup() => _listener?.Dispose();

    [Benchmark(Baseline = true, Description = "bare client")]
    public Task<int> Bare() => TurnAsync(_bare, _plain);

    [Benchmark(Description = "UseLogging")]
    public Task<int> Logging() => TurnAsync(_logging, _plain);

    [Benchmark(Description = "UseOpenTelemetry, listened to")]
    public Task<int> Telemetry() => TurnAsync(_telemetry, _plain);

    [Benchmark(Description = "UseDistributedCache, in memory")]
    public Task<int> Cache() => TurnAsync(_cache, _plain);

    /// <summary>What the guard does with the newest turn, alone: the guard's budget is this and UseOpenTelemetry.</summary>
    [Benchmark(Description = "embedded classification alone")]
    public bool Classification()
    {
        _classifier.Score(Talk.Benign, _probabilities, out var isUnsure);
        return isUnsure;
    }

    [Benchmark(Description = "guard, clean conversation with a key")]
    public Task<int> GuardKeyed() => TurnAsync(_guard, _keyed);

    [Benchmark(Description = "guard, regenerated turn with an insult on record")]
    public Task<int> GuardMarked() => TurnAsync(_guard, _marked);

    [Benchmark(Description = "guard, transcript without a key")]
    public Task<int> GuardTranscript() => TurnAsync(_guard, _plain);

    private async Task<int> TurnAsync(IChatClient client, ChatOptions options)
    {
        if (!Streaming)
        {
            return (await client.GetResponseAsync(_messages, options).ConfigureAwait(false)).Messages.Count;
        }

        var updates = 0;
        await foreach (var _ in client.GetStreamingResponseAsync(_messages, options).ConfigureAwait(false))
        {
            updates++;
        }

        return updates;
    }

    /// <summary>A logger that is enabled as in production, from information on, and writes nowhere.</summary>
    private sealed class EnabledLoggerFactory : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
        }

        public void Dispose()
        {
        }
    }
}
