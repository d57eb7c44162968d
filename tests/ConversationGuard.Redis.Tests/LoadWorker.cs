using System.Globalization;
using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace ConversationGuard.Redis.Tests;

/// <summary>One of the processes of the load test: it makes many calls at once in one conversation, and counts what came of them.</summary>
internal sealed class LoadWorker : IAsyncDisposable
{
    private readonly TaskCompletionSource _replies = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly GuardedConversation _machine;
    private readonly Counter _counter = new();
    private readonly ScriptedChatClient _model;

    public LoadWorker(int port)
    {
        _model = new ScriptedChatClient { Before = (_, _) => _replies.Task };
        _machine = Machine.On(port, _model, services => services.AddSingleton<IGuardObserver>(_counter), timeout: TimeSpan.FromSeconds(30));
    }

    /// <summary>The second process: does as it is told on standard input, and tells what came of it on standard output.</summary>
    public static async Task<int> Main(string[] args)
    {
        if (args is not ["load", var port])
        {
            await Console.Error.WriteLineAsync("This is a test assembly: dotnet test.");
            return 2;
        }

        await using var worker = new LoadWorker(int.Parse(port, CultureInfo.InvariantCulture));
        await worker.ConnectAsync();
        await Console.Out.WriteLineAsync("ready");
        while (await Console.In.ReadLineAsync() is { } command)
        {
            await Console.Out.WriteLineAsync(await worker.DoAsync(command));
        }

        return 0;
    }

    public Task ConnectAsync() => _machine.IsConnectedAsync();

    /// <summary>Does one part of the test.</summary>
    /// <returns>What came of it, in one line: numbers and times, separated by blanks.</returns>
    public async Task<string> DoAsync(string command)
    {
        switch (command.Split(' '))
        {
            // Begins calls with as many different turns, each sent so often at once; the replies are held back.
            case ["begin", var turns, var times]:
                var number = int.Parse(turns, CultureInfo.InvariantCulture);
                var calls = number * int.Parse(times, CultureInfo.InvariantCulture);
                Pending = [.. Enumerable.Range(0, calls).Select(i => Task.Run(() => SayAsync("idiot", $"turn {i % number}")))];
                while (_model.Calls.Count < calls)
                {
                    if (Pending.FirstOrDefault(call => call.IsFaulted) is { } failed)
                    {
                        await failed;
                    }

                    await Task.Delay(20);
                }

                return _counter.Take();

            // Lets the replies out.
            case ["finish"]:
                _replies.TrySetResult();
                var ended = (await Task.WhenAll(Pending)).Count(one => one is not null);
                return $"{ended}";

            // As many different turns at once as there are, without waiting.
            case ["end", var count, var name]:
                var ends = await Task.WhenAll(Enumerable.Range(0, int.Parse(count, CultureInfo.InvariantCulture)).Select(i => Task.Run(() => SayAsync("idiot", $"{name} {i}"))));
                var times0 = ends.Where(one => one is not null).Select(one => one!.EndedAt.UtcTicks).Distinct().ToList();
                return FormattableString.Invariant($"{ends.Count(one => one is not null)} {ends.Count(one => one is { IsRepeat: false })} {string.Join(' ', times0)}");
            default:
                throw new ArgumentException($"Unknown: {command}");
        }
    }

    public ValueTask DisposeAsync() => _machine.DisposeAsync();

    private List<Task<ConversationEndedException?>> Pending { get; set; } = [];

    /// <summary>The server holds the history: only the new message is presented, and whatever is on record counts.</summary>
    private async Task<ConversationEndedException?> SayAsync(string text, string id)
    {
        var options = new ChatOptions { ConversationId = "held" }.WithConversationKey("load");
        try
        {
            await _machine.Client.GetResponseAsync([new ChatMessage(ChatRole.User, text) { MessageId = id }], options);
            return null;
        }
        catch (ConversationEndedException ended)
        {
            return ended;
        }
    }

    private sealed class Counter : IGuardObserver
    {
        private int _counted;
        private int _repeats;
        private int _ends;
        private int _failures;

        public void OnEvent(GuardEvent guardEvent)
        {
            _ = guardEvent switch
            {
                { Kind: GuardEventKind.TurnDecided, Turn.Kind: TurnKind.Violation, IsRepeat: false } => Interlocked.Increment(ref _counted),
                { Kind: GuardEventKind.TurnDecided, Turn.Kind: TurnKind.Violation, IsRepeat: true } => Interlocked.Increment(ref _repeats),
                { Kind: GuardEventKind.ConversationEnded } => Interlocked.Increment(ref _ends),
                { Kind: GuardEventKind.StoreFailed or GuardEventKind.ClassificationFailed } => Interlocked.Increment(ref _failures),
                _ => 0,
            };
        }

        public string Take() => FormattableString.Invariant($"{_counted} {_repeats} {_ends} {_failures}");
    }
}
