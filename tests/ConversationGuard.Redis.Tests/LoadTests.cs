using System.Diagnostics;
using System.Globalization;
using ConversationGuard.Redis.Tests.Servers;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Redis.Tests;

/// <summary>Many turns at once. The numbers of the full run are asked for with CONVERSATIONGUARD_FULL_LOAD=1.</summary>
[TestFixture(ServerKind.Garnet)]
[TestFixture(ServerKind.Redis)]
[TestFixture(ServerKind.Valkey)]
public class LoadTests(ServerKind kind)
{
    private static readonly bool _isFull = Environment.GetEnvironmentVariable("CONVERSATIONGUARD_FULL_LOAD") == "1";

    private TestServer _server = null!;

    [SetUp]
    public async Task StartAsync() => _server = await TestServer.StartAsync(kind);

    [TearDown]
    public async Task StopAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task R10_R11_a_thousand_turns_at_once_from_two_processes_count_once_each_and_end_once()
    {
        // 250 turns fit into the record of a conversation. Each is sent four times at once, twice by each process: 1,000 calls.
        const int Turns = 250;
        var watch = Stopwatch.StartNew();
        await using var here = new LoadWorker(_server.Port);
        await here.ConnectAsync();
        using var there = await SecondProcess.StartAsync(_server.Port);

        var begun = await Task.WhenAll(here.DoAsync($"begin {Turns} 2"), there.DoAsync($"begin {Turns} 2"));
        var counted = begun.Select(Numbers).Aggregate((one, other) => [.. one.Zip(other, (left, right) => left + right)]);
        counted.Should().Equal([Turns, 3 * Turns, 0, 0], "each turn counts once, and the others are the same turn again; nothing ended and nothing failed");

        var finished = await Task.WhenAll(here.DoAsync("finish"), there.DoAsync("finish"));
        finished.Should().OnlyContain(ended => ended == "0");
        await using (var looker = Machine.On(_server.Port))
        {
            var state = (await looker.Guard.GetStatusAsync("load")).State;
            state.Violations.Should().HaveCount(Turns).And.OnlyHaveUniqueItems(entry => entry.Turn).And.OnlyContain(entry => entry.IsDelivered);
        }

        // The next one is warned; and then 1,000 different ones at once.
        Numbers(await here.DoAsync("end 1 warned"))[0].Should().Be(0);
        var ends = await Task.WhenAll(here.DoAsync("end 500 here"), there.DoAsync("end 500 there"));
        var results = ends.Select(Numbers).ToList();

        results.Sum(one => one[0]).Should().Be(1000, "every caller is told");
        results.Sum(one => one[1]).Should().Be(1, "one turn ends the conversation");
        results.SelectMany(one => one.Skip(2)).Distinct().Should().ContainSingle("it is the same end for all");
        TestContext.Out.WriteLine($"{kind}: 1,000 + 1,000 turns in one conversation, two processes, {watch.Elapsed.TotalSeconds:0.0} s.");
    }

    [Test]
    [CancelAfter(900_000)]
    public async Task R10_many_conversations_in_parallel_lose_no_update_and_take_bounded_memory()
    {
        var conversations = _isFull ? 50_000 : 1_000;
        const int Copies = 500;
        await using var here = Machine.On(_server.Port, new ForgetfulModel(), copies: Copies, timeout: TimeSpan.FromSeconds(30));
        await using var there = Machine.On(_server.Port, new ForgetfulModel(), copies: Copies, timeout: TimeSpan.FromSeconds(30));
        await SayAsync(here, 0, "warm");
        await SayAsync(there, 0, "warm");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var watch = Stopwatch.StartNew();

        // In each conversation two turns at once on two machines.
        await Parallel.ForAsync(1, conversations + 1, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
            await Task.WhenAll(SayAsync(here, i, "here"), SayAsync(there, i, "there")));

        var seconds = watch.Elapsed.TotalSeconds;
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        var lost = 0;
        await Parallel.ForAsync(1, conversations + 1, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, cancellationToken) =>
        {
            var state = (await here.Guard.GetStatusAsync(Key(i), cancellationToken)).State;
            if (state.Violations.Count != 2)
            {
                Interlocked.Increment(ref lost);
            }
        });

        lost.Should().Be(0);

        // The server in this process keeps its own data here.
        if (kind != ServerKind.Garnet)
        {
            grown.Should().BeLessThan(16 << 20, "what is kept here is bounded by the number of copies, and not by that of conversations");
        }

        TestContext.Out.WriteLine($"{kind}: {conversations} conversations, {2 * conversations} turns in {seconds:0.0} s ({2 * conversations / seconds:0} a second), memory grew by {grown / 1024.0 / 1024.0:0.0} MB.");
    }

    private static string Key(int conversation) => FormattableString.Invariant($"conversation {conversation}");

    private static async Task SayAsync(Testing.GuardedConversation machine, int conversation, string id)
    {
        var options = new ChatOptions { ConversationId = "held" }.WithConversationKey(Key(conversation));
        await machine.Client.GetResponseAsync([new ChatMessage(ChatRole.User, "idiot") { MessageId = id }], options);
    }

    private static long[] Numbers(string line) => [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(number => long.Parse(number, CultureInfo.InvariantCulture))];

    /// <summary>A scripted client keeps every call; this one keeps nothing.</summary>
    private sealed class ForgetfulModel : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "Reply")));

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }

    private sealed class SecondProcess(Process process) : IDisposable
    {
        public static async Task<SecondProcess> StartAsync(int port)
        {
            var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            };
            foreach (var argument in new[] { "exec", typeof(LoadWorker).Assembly.Location, "load", port.ToString(CultureInfo.InvariantCulture) })
            {
                start.ArgumentList.Add(argument);
            }

            var second = new SecondProcess(Process.Start(start)!);
            (await second.ReadAsync()).Should().Be("ready");
            return second;
        }

        public async Task<string> DoAsync(string command)
        {
            await process.StandardInput.WriteLineAsync(command);
            await process.StandardInput.FlushAsync();
            return await ReadAsync();
        }

        public void Dispose()
        {
            process.Kill();
            process.Dispose();
        }

        private async Task<string> ReadAsync() => await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The second process is gone.");
    }
}
