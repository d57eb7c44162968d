using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Properties.Interleavings;

/// <summary>What somebody does while others do something too.</summary>
internal abstract record Deed;

/// <summary>Says something.</summary>
/// <param name="Text">What; its first word says what it is.</param>
/// <param name="Model">How the model takes it.</param>
internal sealed record Say(string Text, Model Model = Model.Answers) : Deed
{
    /// <summary>Gets a value indicating whether somebody cancels the call at some moment.</summary>
    public bool IsCancelled { get; init; }
}

internal sealed record HostEnds : Deed;

internal sealed record HostReinstates : Deed;

/// <summary>The host takes a branch from before anything that is said at once.</summary>
internal sealed record HostBranches : Deed;

/// <summary>What is done at once in one conversation, after what was said there before.</summary>
internal sealed record Crossing(string[] Before, Deed[] Deeds)
{
    /// <summary>Gets a value indicating whether the host holds the history and presents it whole; else the server holds it.</summary>
    public bool IsHeldByHost { get; init; }

    /// <summary>Gets a value indicating whether the classifier and the policies answer at once, as the embedded classifier does.</summary>
    public bool JudgesAtOnce { get; init; }
}

/// <summary>One order of a crossing, from its beginning to its end.</summary>
internal sealed class Played
{
    public const string Key = "conversation-1";
    public const string BranchKey = "branch-1";

    private static readonly DateTimeOffset _start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly GuardWording _wording = new(new Dictionary<string, GuardTexts>(), "en");
    private static readonly GuardSettings _settings = new() { Wording = _wording };

    private readonly Crossing _crossing;
    private readonly ChatPath _path;
    private readonly Scheduler _scheduler;
    private readonly ScheduledStore _store;
    private readonly ScheduledModel _model;
    private readonly RecordingObserver _events = new();
    private readonly ScriptedClassifier _classifier = new();
    private readonly List<ConversationEndedException> _ends = [];
    private readonly List<int> _sentAt = [];
    private readonly string[] _results;
    private readonly ConversationGuardChatClient _client;
    private readonly ConversationGuardHandle _handle;
    private readonly ConversationLedger _before;

    public Played(Crossing crossing, ChatPath path, Scheduler scheduler, ConversationLedger before)
    {
        (_crossing, _path, _scheduler, _before) = (crossing, path, scheduler, before);
        _store = new ScheduledStore(scheduler);
        _model = new ScheduledModel(scheduler);
        _store.Begin(Key, before);
        _results = [.. crossing.Deeds.Select(_ => "nothing")];
        if (!crossing.JudgesAtOnce)
        {
            _classifier.Before = _ => scheduler.PointAsync();
        }

        var services = Services(_store, _classifier) with { Observers = [_events] };
        var pipeline = new GuardPipeline(services);
        _client = new ConversationGuardChatClient(_model, pipeline);
        _handle = new ConversationGuardHandle(services, pipeline);
    }

    /// <summary>Gets what came of each deed.</summary>
    public string Results => string.Join(", ", _results);

    /// <summary>What is on record once some turns were said one after another and answered.</summary>
    public static ConversationLedger Record(Crossing crossing)
    {
        var store = new InMemoryConversationStore();
        var client = new ConversationGuardChatClient(new AtOnce(), new GuardPipeline(Services(store, new ScriptedClassifier())));
        for (var i = 0; i < crossing.Before.Length; i++)
        {
            try
            {
                client.GetResponseAsync(Messages(crossing with { Before = crossing.Before[..i] }, crossing.Before[i]), Options(crossing, Model.Answers)).GetAwaiter().GetResult();
            }
            catch (ConversationEndedException)
            {
            }
        }

        return store.GetAsync(Key).AsTask().GetAwaiter().GetResult().Ledger;
    }

    public void Start()
    {
        for (var i = 0; i < _crossing.Deeds.Length; i++)
        {
            var index = i;
            var deed = _crossing.Deeds[i];
            var name = $"{(char)('A' + i)} {deed}";
            if (deed is Say say)
            {
                var cancellation = new CancellationTokenSource();
                _scheduler.Start(name, () => SayAsync(index, say, cancellation.Token));
                if (say.IsCancelled)
                {
                    _scheduler.Start(name + " is cancelled", async () =>
                    {
                        await _scheduler.PointAsync();
#pragma warning disable CA1849 // The other way goes on in the thread pool.
                        cancellation.Cancel();
#pragma warning restore CA1849
                    });
                }
            }
            else
            {
                _scheduler.Start(name, () => ActAsync(index, deed));
            }
        }
    }

    /// <summary>What holds whatever the order.</summary>
    public void Check()
    {
        var ledger = _store.Read(Key);
        Require(_results.All(result => result is not "nothing" and not "unknown"), "every deed comes to something");
        Require(ledger.Entries.Select(entry => entry.Turn).Distinct().Count() == ledger.Entries.Count, "R10: a turn is on record once");
        CheckLadder();
        CheckCrisis();
        if (!_crossing.Deeds.Any(deed => deed is HostReinstates))
        {
            CheckInsults(ledger);
            CheckEnds(ledger);
        }

        Require(_events.Events.All(one => one.Kind is not (GuardEventKind.StoreFailed or GuardEventKind.ClassificationFailed or GuardEventKind.PolicyFailed)), "nothing fails");
    }

    private static GuardServices Services(IConversationStore store, IMessageClassifier classifier) => new()
    {
        Settings = () => _settings,
        Classifier = classifier,
        Store = store,
        TimeProvider = new StillTime(),

        // Who waits there goes on in the thread pool; the order among those who lost a write spares work and nothing else.
        WritePatience = TimeSpan.Zero,
    };

    private static List<ChatMessage> Messages(Crossing crossing, string text) =>
        [.. crossing.IsHeldByHost ? History(crossing) : [], new ChatMessage(ChatRole.User, text)];

    private static IEnumerable<ChatMessage> History(Crossing crossing) =>
        crossing.Before.SelectMany(before => new ChatMessage[] { new(ChatRole.User, before), new(ChatRole.Assistant, "I see.") });

    private static ChatOptions Options(Crossing crossing, Model model)
    {
        var options = new ChatOptions { AdditionalProperties = new() { [ScheduledModel.HowKey] = model } };
        options.ConversationId = crossing.IsHeldByHost ? null : Key;
        return crossing.IsHeldByHost ? options.WithConversationKey(Key) : options;
    }

    private async Task SayAsync(int index, Say say, CancellationToken cancellationToken)
    {
        try
        {
            _results[index] = Seen(say, await AskAsync(Messages(_crossing, say.Text), Options(_crossing, say.Model), cancellationToken));
        }
        catch (ConversationEndedException ended)
        {
            _ends.Add(ended);
            _results[index] = ended.IsRepeat ? "refused" : "ended";
        }
        catch (HttpRequestException)
        {
            _results[index] = "failed";
        }
        catch (OperationCanceledException) when (say.IsCancelled)
        {
            _results[index] = "cancelled";
        }
    }

    private async Task<ChatResponse> AskAsync(List<ChatMessage> messages, ChatOptions options, CancellationToken cancellationToken)
    {
        if (_path == ChatPath.Whole)
        {
            var response = await _client.GetResponseAsync(messages, options, cancellationToken);
            _sentAt.Add(_scheduler.Now);
            return response;
        }

        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in _client.GetStreamingResponseAsync(messages, options, cancellationToken))
        {
            _sentAt.Add(_scheduler.Now);
            updates.Add(update);
        }

        return updates.ToChatResponse();
    }

    private string Seen(Say say, ChatResponse response)
    {
        var instructions = _model.Begun.Last(begun => begun.Text == say.Text).Instructions;
        return response.Text switch
        {
            var text when text.Contains(_wording.WarningNotice(HarmCategory.Harassment)) => "warned",
            _ when instructions == _wording.SupportInstruction() => "supported",
            _ when instructions == _wording.Instruction(CategoryRole.Abuse, HarmCategory.Harassment, warns: false) => "redirected",
            _ => instructions is null ? "answered" : "unknown",
        };
    }

    private async Task ActAsync(int index, Deed deed)
    {
        switch (deed)
        {
            case HostEnds:
                var ended = await _handle.EndAsync(Key);
                _results[index] = ended.Ending is { } ending && ending.Reason == EndReason.HostRequest ? "ended" : "had ended";
                break;
            case HostReinstates:
                var status = await _handle.ReinstateAsync(Key);
                Require(status.Ending is null, "what the host reinstates has not ended");
                _results[index] = "reinstated";
                break;
            case HostBranches:
                var branch = await _handle.BranchAsync(Key, BranchKey, History(_crossing));
                Require(branch.Ending is null && branch.State.Violations.Count == _before.Entries.Count, "R11: what is said at once is on no branch from before");
                _results[index] = "branched";
                break;
            default:
                throw new InvalidOperationException();
        }
    }

    /// <summary>R8, R10: every insult is on record once, but one whose call was refused before the model saw it, or was cancelled, need not be; and what went out is marked as delivered, and nothing else is.</summary>
    private void CheckInsults(ConversationLedger ledger)
    {
        // A text that is said twice at once is one turn, a retry of itself.
        var insults = _crossing.Deeds.Select((deed, index) => (Say: deed as Say, Result: _results[index]))
            .Where(one => one.Say?.Text.StartsWith("insult", StringComparison.Ordinal) == true)
            .GroupBy(one => one.Say!.Text, one => one.Result)
            .ToList();
        var counted = Violations(ledger).Count - Violations(_before).Count;
        bool IsBegun(string text) => _model.Begun.Exists(begun => begun.Text == text);
        Require(counted >= insults.Count(insult => IsBegun(insult.Key) || insult.Any(result => result is not "refused" and not "cancelled")), "R10: no insult is lost");
        Require(counted <= insults.Count(insult => IsBegun(insult.Key) || insult.Any(result => result != "refused")), "R10: no insult counts twice");

        var delivered = Violations(ledger).Count(entry => entry.IsDelivered) - Violations(_before).Count(entry => entry.IsDelivered);
        var answered = insults.Count(insult => insult.Any(result => result is "redirected" or "warned" or "supported"));
        Require(delivered == answered, $"R8: {answered} insults were answered and {delivered} are marked");
    }

    /// <summary>R11, R14: there is one end, the same for everybody; after it no call begins at the model and nothing of a reply goes out.</summary>
    private void CheckEnds(ConversationLedger ledger)
    {
        var endings = ledger.Entries.Select(entry => entry.Ending).Append(ledger.HostEnding).OfType<ConversationEnding>().Distinct().ToList();
        Require(endings.Count <= 1, "R11: there is one end");
        Require(_events.Of(GuardEventKind.ConversationEnded).Count() == (_before.Ending is null ? endings.Count : 0), "R11: an end is reported once");
        Require(_ends.TrueForAll(end => endings.Contains(end.Ending)), "R11: everybody is told of the same end");
        Require(_ends.Count(end => !end.IsRepeat) <= 1, "R11: the end comes once, then it is repeated");
        Require(_events.Of(GuardEventKind.CallRefused).Count() == _ends.Count(end => end.IsRepeat), "R11: a refusal is reported");
        var endedAt = _before.Ending is not null ? 0 : _store.Writes.Where(write => write.Key == Key && write.After.Ending is not null).Select(write => write.At).DefaultIfEmpty(int.MaxValue).First();
        Require(_model.Begun.TrueForAll(begun => begun.At <= endedAt), "R14: what begins after the end is not answered");
        Require(_sentAt.TrueForAll(at => at <= endedAt), "R14: nothing is sent after the end");
    }

    /// <summary>R2, R3: counted anew, on what was on record at the moment of each warning and each end.</summary>
    private void CheckLadder()
    {
        foreach (var (_, _, before, after) in _store.Writes.Where(write => write.Key == Key))
        {
            var added = after.Entries.FirstOrDefault(entry => before.Find(entry.Turn) is null);
            if (added is not { Kind: TurnKind.Violation, Action: GuardAction.Warn or GuardAction.End })
            {
                continue;
            }

            // None of these conversations has so many calm turns that something is forgiven.
            var counted = before.Entries.Append(added).ToList();
            var failed = Enumerable.Range(1, counted.Count - 1).Count(i => counted[i].Kind == TurnKind.Violation && counted[i - 1] is { Kind: TurnKind.Violation, IsDelivered: true });
            Require(failed >= 2, "R3: two redirections went out and failed");
            Require(added.Action == GuardAction.Warn || before.Entries.Any(entry => entry is { Action: GuardAction.Warn, IsDelivered: true }), "R2: a warning went out before");
        }
    }

    /// <summary>R5: from the crisis on, nothing is redirected, warned about or ended.</summary>
    private void CheckCrisis()
    {
        var at = _store.Writes.Where(write => write.Key == Key && write.After.Entries.Any(entry => entry.Kind == TurnKind.Crisis)).Select(write => write.At).DefaultIfEmpty(int.MaxValue).First();
        foreach (var (_, _, before, after) in _store.Writes.Where(write => write.Key == Key && write.At >= at))
        {
            Require(after.Entries.All(entry => entry.Action == GuardAction.Continue || before.Find(entry.Turn)?.Action == entry.Action), "R5: nothing is done about what is said in a hold");
            Require(after.Ending is null, "R5: nothing ends in a hold");
        }

        Require(_model.Begun.TrueForAll(begun => begun.At <= at || begun.Instructions == _wording.SupportInstruction()), "R5: in a hold the model is asked for support");
    }

    private static List<LedgerEntry> Violations(ConversationLedger ledger) => [.. ledger.Entries.Where(entry => entry.Kind == TurnKind.Violation)];

    private void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new AssertionException($"{what}; not here: {Results}.");
        }
    }

    private sealed class StillTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => _start;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new NoTimer();

        private sealed class NoTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => default;
        }
    }

    private sealed class AtOnce : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "I see.")) { ConversationId = options?.ConversationId });

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
