using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.Hosting;
using ConversationGuard.Termination;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.Time.Testing;

namespace ConversationGuard.Properties.Simulation;

/// <summary>Plays a scenario against the real guard, as a host would, and writes down what is seen from outside.</summary>
internal sealed class HostSimulator : IDisposable
{
    public const string Mark = "zqxmarkzqx";
    public const string Key = "conversation-1";
    public const string ServerId = "thread-1";
    public const string Elsewhere = "elsewhere";
    public const string BackgroundCall = "background";

    private readonly Scenario _scenario;
    private readonly ChatPath _path;
    private readonly bool _isGuarded;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly SimulatedModel _model;
    private readonly RecordingClassifier _classifier = new();
    private readonly RecordingEvents _events = new();
    private readonly Reloads _reloads = new();
    private readonly ServiceProvider? _services;
    private readonly IChatClient _client;
    private readonly IConversationGuard? _guard;
    private readonly Trace _trace;
    private readonly List<Branch> _branches = [];
    private readonly List<(string? ConversationId, Turn Turn)> _failed = [];
    private Branch _branch = new();
    private Branch _elsewhere = new();
    private bool _isElsewhere;
    private Rules _rules;

    private bool _isTrimmed;
    private int _renamed;

    // Nothing was written yet on the branch that somebody went back to.
    private bool _isBack;

    // What was edited away cannot be told from what was said at once.
    private bool _canTellBranches = true;

    private HostSimulator(Scenario scenario, ChatPath path, bool isGuarded)
    {
        (_scenario, _path, _isGuarded) = (scenario, path, isGuarded);
        _model = new SimulatedModel(scenario.Holder);
        var store = new CountingStore(_time);
        _trace = new Trace(scenario, path) { Store = store };
        _rules = scenario.Settings[0];
        _branch.ConversationId = scenario.Holder == Holder.Server ? ServerId : null;
        _elsewhere.ConversationId = scenario.Holder == Holder.Server ? "thread-2" : null;
        _branches.Add(_branch);
        if (!isGuarded)
        {
            _client = _model;
            return;
        }

        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_time);
        services.AddSingleton<IMessageClassifier>(_classifier);
        services.AddSingleton<IConversationStore>(store);
        services.AddSingleton<IGuardObserver>(_events);
        services.AddSingleton<ITerminationPolicy>(new Veto(() => _rules.VetoesModel));
        services.AddSingleton<IOptionsChangeTokenSource<ConversationGuardOptions>>(_reloads);
        services.AddConversationGuard(Configure);
        services.AddChatClient(_model).UseConversationGuard();
        _services = services.BuildServiceProvider();
        _client = _services.GetRequiredService<IChatClient>();
        _guard = _services.GetRequiredService<IConversationGuard>();
    }

    public static Trace Play(Scenario scenario, ChatPath path, bool isGuarded = true)
    {
        using var simulator = new HostSimulator(scenario, path, isGuarded);
        foreach (var step in scenario.Steps)
        {
            simulator.Take(step);
        }

        return simulator._trace;
    }

    public void Dispose() => _services?.Dispose();

    private void Configure(ConversationGuardOptions options)
    {
        options.Culture = "en";
        options.Mode = _rules.Mode;
        options.PerAuthor = _scenario.Steps.Any(step => step is Say { Author: not null });
        options.Redirections = _rules.Redirections;
        options.CalmTurnsToForgive = _rules.Calm;
        options.TimeToForgive = TimeSpan.FromMinutes(_rules.ForgiveMinutes);
        options.CrisisHold = new CrisisHoldOptions { CalmTurns = _rules.HoldCalm, Time = TimeSpan.FromMinutes(_rules.HoldMinutes) };
        options.MostSevereAction = _rules.MostSevere;
        options.RedirectionStyle = _rules.Style;
        options.EndBehavior = _rules.Ends;
        options.Categories["harassment"] = new CategoryOptions { Threshold = _rules.InsultThreshold };
        if (_rules.IgnoresHarm)
        {
            options.Categories["illicit"] = new CategoryOptions { Role = CategoryRole.Ignored };
        }
    }

    private void Take(Step step)
    {
        // What is said later has a later time, as it has in life.
        _time.Advance(TimeSpan.FromMilliseconds(1));
        switch (step)
        {
            case Say say:
                Write(say.Words, say.Fate, say.KeepsFailed, say.SameText, say.Noise, say.ToString(), say.Author);
                break;
            case Retry retry when _branch.LastFailed is { } failed:
                // A host that kept the failed turn sends its history as it is; one that dropped it sends the same messages anew.
                foreach (var line in failed)
                {
                    line.Turn?.IsDropped = false;
                }

                Send(_branch.Held.Except(failed).ToList(), failed, retry.Fate, keepsFailed: true, isAgain: true, "retry");
                break;
            case Regenerate again when _branch.LastAnswered is { } answered && CanGoBack():
                GoBackBefore(answered);
                Send([.. _branch.Held], answered, again.Fate, keepsFailed: true, isAgain: true, "regenerate");
                break;
            case Edit edit when CanGoBack() && _canTellBranches:
                EditTurn(edit);
                break;
            case GoToOldBranch to when _branches.Count > 1:
                Note(step);
                _isBack = true;
                _branch = _branches[to.Which % _branches.Count];
                _branch.Path = WithFailed(_branch.Path);
                break;
            case TrimOldest trim when _scenario.Holder == Holder.Host && !_isBack && _branch.Held.Count > 0:
                Note(step);
                Trim(0, trim.Messages);
                break;
            case TrimMiddle trim when _scenario.Holder == Holder.Host && !_isBack && _branch.Held.Count > 2:
                Note(step);
                Trim(1, Math.Min(trim.Messages, _branch.Held.Count - 2));
                break;
            case Wait wait:
                Note(step);
                _time.Advance(TimeSpan.FromMinutes(wait.Minutes));
                break;
            case Reload reload:
                Note(step);
                _rules = _scenario.Settings[reload.Settings % _scenario.Settings.Count];
                _reloads.Raise();
                break;
            case HostEnds when CurrentKey is { } key && _guard is not null:
                Note(step);
                Wait(_guard.EndAsync(key));
                break;
            case HostReinstates when CurrentKey is { } key && _guard is not null:
                Note(step);
                Wait(_guard.ReinstateAsync(key));
                break;
            case HostReleasesHold when CurrentKey is { } key && _guard is not null:
                Note(step);
                Wait(_guard.ReleaseCrisisHoldAsync(key));
                break;
            case Simulation.Elsewhere there:
                (_branch, _elsewhere, _isElsewhere) = (_elsewhere, _branch, true);
                Write([there.Words], Fate.Answers, keepsFailed: false, sameText: false, Noise.None, Elsewhere);
                (_branch, _elsewhere, _isElsewhere) = (_elsewhere, _branch, false);
                break;
            case Background:
                AskInTheBackground();
                break;
            case AtOnce both when _scenario.Holder == Holder.Server && _branch.Held.Count == 0:
                SayAtOnce(both);
                break;
            default:
                break;
        }
    }

    private string? CurrentKey => _scenario.Holder == Holder.Host ? (_isElsewhere ? "conversation-2" : Key) : _branch.ConversationId;

    private static void Wait<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();

    private void Note(Step step) => _trace.Acts.Add(new HostAct(_trace.Calls.Count, step, _time.GetUtcNow(), CurrentKey));

    private bool CanGoBack() => _scenario.Holder != Holder.Server;

    private Line Write(Words words, bool sameText, string? author = null)
    {
        var before = sameText ? _trace.Turns.FindLast(turn => turn.Words == words) : null;
        var number = _trace.Turns.Count + 1;
        var turn = new Turn(number, words, before?.Text ?? words.Text(number), _time.GetUtcNow());
        _trace.Turns.Add(turn);
        return new Line(new ChatMessage(ChatRole.User, turn.Text) { MessageId = _scenario.WithMessageIds ? $"m{number}" : null, AuthorName = author }, turn);
    }

    private void Write(IReadOnlyList<Words> words, Fate fate, bool keepsFailed, bool sameText, Noise noise, string what, string? author = null)
    {
        var lines = words.Select(word => Write(word, sameText && words.Count == 1, author)).ToList();
        const string Text = "insult " + Mark + "noise";
        var callId = $"noise-{_trace.Turns.Count}";
        switch (noise)
        {
            case Noise.SystemBefore:
                lines.Insert(0, new Line(new ChatMessage(ChatRole.System, Text), null));
                break;
            case Noise.SystemAfter:
                lines.Add(new Line(new ChatMessage(ChatRole.System, Text), null));
                break;
            case Noise.ToolBefore:
                lines.Insert(0, new Line(new ChatMessage(ChatRole.Tool, [new FunctionResultContent(callId, Text)]), null));
                break;
            case Noise.ToolCallBefore:
                lines.Insert(0, new Line(new ChatMessage(ChatRole.Tool, [new FunctionResultContent(callId, Text)]), null));
                lines.Insert(0, new Line(new ChatMessage(ChatRole.Assistant, [new FunctionCallContent(callId, "look_up")]), null));
                break;
            case Noise.AssistantBefore:
                lines.Insert(0, new Line(new ChatMessage(ChatRole.Assistant, Text), null));
                break;
            default:
                break;
        }

        Send([.. _branch.Held], lines, fate, keepsFailed, isAgain: false, what);
    }

    private void EditTurn(Edit edit)
    {
        var turns = _branch.Path.Where(turn => !turn.IsDropped && (_scenario.Holder == Holder.ServerWithChangingIds || _branch.Held.Exists(line => line.Turn == turn))).ToList();
        if (turns.Count == 0)
        {
            return;
        }

        var gone = turns[Math.Max(0, turns.Count - 1 - edit.Back)];
        var at = _branch.Snapshots.FindIndex(snapshot => snapshot.Lines.Exists(line => line.Turn == gone));
        if (_scenario.Holder == Holder.ServerWithChangingIds && at < 0)
        {
            return;
        }

        // What was there stays as a branch to come back to.
        var left = _branch;
        _branch = left.Copy();
        _branches.Add(_branch);
        if (_isTrimmed)
        {
            _branches.RemoveAll(branch => branch != _branch);
        }

        if (_branches.Count > 4)
        {
            _branches.RemoveAt(0);
        }

        if (_scenario.Holder == Holder.ServerWithChangingIds)
        {
            Restore(at);
        }
        else
        {
            _branch.Held.RemoveRange(_branch.Held.FindIndex(line => line.Turn == gone), _branch.Held.Count - _branch.Held.FindIndex(line => line.Turn == gone));
            var last = _branch.Held.FindLast(line => line.Turn is not null)?.Turn;
            var isLastOnRecord = last?.Truth is Truth.Violation or Truth.Crisis && !_trace.Acts.Exists(act => act.Step is HostReinstates) &&
                !_branch.Path.SkipWhile(turn => turn != last).Any(turn => turn.Truth == Truth.Calm);
            if (_scenario.Holder == Holder.Host && (last is null || (!_branch.IsWhole && !isLastOnRecord)))
            {
                _branch.IsAmbiguous = true;
                _branch.Path = [.. _trace.Turns];

                // Nothing of which is known where it stands is left: to the guard the history was trimmed, and all counts that went before (R10).
                _branch.IsWhole = false;
                _isTrimmed = true;
                _branches.RemoveAll(branch => branch != _branch);
            }
            else
            {
                _branch.Path = [.. _branch.Path.TakeWhile(turn => turn != gone)];
            }
        }

        _branch.LastAnswered = _branch.LastFailed = null;
        Write([edit.Words], edit.Fate, keepsFailed: false, edit.SameText && _scenario.WithMessageIds, Noise.None, $"instead of #{gone.Number}, {edit.Fate}");
    }

    private void GoBackBefore(List<Line> answered)
    {
        if (_scenario.Holder == Holder.ServerWithChangingIds)
        {
            var at = _branch.Snapshots.FindLastIndex(snapshot => ReferenceEquals(snapshot.Lines, answered));
            if (at >= 0)
            {
                Restore(at);
            }

            return;
        }

        var first = _branch.Held.FindIndex(line => ReferenceEquals(line, answered[0]));
        if (first >= 0)
        {
            _branch.Held.RemoveRange(first, _branch.Held.Count - first);
        }
    }

    private void Restore(int snapshot)
    {
        var (conversationId, path, _) = _branch.Snapshots[snapshot];
        _branch.ConversationId = conversationId;
        _branch.Path = WithFailed(path);
        _branch.Held.Clear();
        _branch.Snapshots.RemoveRange(snapshot, _branch.Snapshots.Count - snapshot);
    }

    /// <summary>What failed under a server's id was said under it, on whichever branch: nobody can tell (R10).</summary>
    private List<Turn> WithFailed(List<Turn> path) => _scenario.Holder == Holder.ServerWithChangingIds
        ? [.. path.Concat(_failed.Where(failed => failed.ConversationId is not null && failed.ConversationId == _branch.ConversationId).Select(failed => failed.Turn)).Distinct()]
        : path;

    private void Trim(int from, int count)
    {
        var gone = _branch.Held.Skip(from).Take(count).ToList();
        _branch.Held.RemoveAll(gone.Contains);
        _branch.IsWhole = false;

        // Where nothing that is on record is shown any more, nobody can tell which branch somebody went back to (R10).
        _isTrimmed = true;
        _branches.RemoveAll(branch => branch != _branch);
        _branch.LastAnswered = _branch.LastAnswered is { } answered && answered.TrueForAll(_branch.Held.Contains) ? answered : null;
    }

    /// <summary>One call, and its tool steps; the host keeps what it keeps.</summary>
    private void Send(List<Line> before, List<Line> newest, Fate fate, bool keepsFailed, bool isAgain, string what)
    {
        var shown = new List<Line>([.. before, .. newest]);
        var path = _branch.Path.Concat(newest.Select(line => line.Turn).OfType<Turn>()).Distinct().ToList();
        var conversationId = _branch.ConversationId;
        var pathBefore = _branch.Path;

        // What a tool said is dropped with the reply that failed.
        var said = newest.Take(1 + newest.FindLastIndex(line => line.Message.Role == ChatRole.User || line.Message.Role == ChatRole.System)).ToList();
        if (fate is Fate.AnswersAfterTools or Fate.AsksToEndAroundATool)
        {
            var step = Ask(shown, path, fate, isAgain, what);
            if (step.Error is null && step.Response?.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().FirstOrDefault() is { } asked)
            {
                newest = [.. newest, new Line(step.Response.Messages[0], null), new Line(new ChatMessage(ChatRole.Tool, [new FunctionResultContent(asked.CallId, "insult " + Mark + "tool")]), null)];
                _branch.ConversationId = step.Response.ConversationId ?? _branch.ConversationId;
                shown = _scenario.Holder is Holder.Server or Holder.ServerWithChangingIds ? [newest[^1]] : [.. before, .. newest];
                step = Ask(shown, path, fate == Fate.AnswersAfterTools ? Fate.Answers : Fate.AsksToEnd, isAgain: true, "the tool's result", Newest(before, newest));
            }

            Keep(before, newest, said, step, pathBefore, path, conversationId, keepsFailed);
            return;
        }

        Keep(before, newest, said, Ask(shown, path, fate, isAgain, what), pathBefore, path, conversationId, keepsFailed);
    }

    private void Keep(List<Line> before, List<Line> newest, List<Line> said, Exchange exchange, List<Turn> pathBefore, List<Turn> path, string? conversationId, bool keepsFailed)
    {
        _branch.Path = path;
        if (exchange.Error is null && exchange.Response is not null)
        {
            var answer = exchange.Response.Messages.Select(message => new Line(message, null));
            var isHeldByServer = exchange.Response.ConversationId is not null;

            // What is answered has moved on to the new id.
            _failed.RemoveAll(failed => before.Concat(newest).Any(line => line.Turn == failed.Turn));
            _branch.Held = isHeldByServer ? [] : [.. before, .. newest, .. answer];

            // What the host still held had not reached the server under the id before.
            _branch.Snapshots.Add(new Snapshot(conversationId, [.. pathBefore.Where(turn => !isHeldByServer || before.Concat(newest).All(line => line.Turn != turn))], newest));
            _branch.ConversationId = exchange.Response.ConversationId ?? _branch.ConversationId;
            (_branch.LastAnswered, _branch.LastFailed) = (newest, null);
            return;
        }

        _branch.ConversationId = conversationId;
        _failed.AddRange(newest.Select(line => line.Turn).OfType<Turn>().Select(turn => (conversationId, turn)));
        _branch.Held = keepsFailed ? [.. before, .. said] : before;
        if (!keepsFailed)
        {
            said.ForEach(line => line.Turn?.IsDropped = true);
        }

        (_branch.LastAnswered, _branch.LastFailed) = (null, said);
    }

    private static List<Turn> Newest(List<Line> before, List<Line> newest)
    {
        var all = before.Concat(newest).ToList();
        var last = all.FindLastIndex(line => line.Turn is not null);
        var first = last;
        while (first > 0 && all[first - 1].Message.Role != ChatRole.Assistant)
        {
            first--;
        }

        return last < 0 ? [] : [.. all.Skip(first).Take(last + 1 - first).Select(line => line.Turn).OfType<Turn>()];
    }

    private Call Begin(List<Line> shown, List<Turn> path, bool isAgain, string what, List<Turn>? asked = null)
    {
        var options = _scenario.Holder == Holder.Nobody ? null : new ChatOptions { ConversationId = _branch.ConversationId };
        var call = new Call(_trace.Calls.Count, what)
        {
            At = _time.GetUtcNow(),
            Rules = _rules,
            Path = [.. path],
            Asked = asked ?? Newest([], shown),
            IsAgain = isAgain,
            ConversationKey = CurrentKey,
            IsWhole = _branch.IsWhole,
            IsAmbiguous = _branch.IsAmbiguous,
            Presented = [.. shown.Select(Renamed)],
            Options = _scenario.Holder == Holder.Host ? options!.WithConversationKey(CurrentKey!) : options,
        };
        _trace.Calls.Add(call);
        return call;
    }

    /// <summary>A host that makes its messages anew for every call gives those that the user did not write other ids.</summary>
    private ChatMessage Renamed(Line line)
    {
        if (line.Turn is not null || !_scenario.WithMessageIds)
        {
            return line.Message;
        }

        var message = line.Message.Clone();
        message.MessageId = $"x{++_renamed}";
        return message;
    }

    private Exchange Ask(List<Line> shown, List<Turn> path, Fate fate, bool isAgain, string what, List<Turn>? asked = null)
    {
        var call = Begin(shown, path, isAgain, what, asked);
        using var cancellation = new CancellationTokenSource();
        (_model.Fate, _model.Cancellation) = (fate, cancellation);
        var response = AskAsync(call, fate == Fate.IsAbandoned, cancellation.Token).GetAwaiter().GetResult();
        Status(call);
        return new Exchange(response, call.Error ?? (call.IsEnd || call.IsRefusal ? new ConversationEndedException() : call.IsDelivered || response is not null ? null : new OperationCanceledException()));
    }

    private void Status(Call call)
    {
        if (CurrentKey is { } key && _guard is not null)
        {
            var status = _guard.GetStatusAsync(key).AsTask().GetAwaiter().GetResult();
            call.State = status.State;
        }
    }

    private async Task<ChatResponse?> AskAsync(Call call, bool isAbandoned, CancellationToken cancellationToken)
    {
        SimulatedModel.Current = call;
        var updates = new List<ChatResponseUpdate>();
        try
        {
            if (_path == ChatPath.Whole)
            {
                var response = await _client.GetResponseAsync(call.Presented, call.Options, cancellationToken).ConfigureAwait(false);
                return Seen(call, response, response.Messages.Count);
            }

            await foreach (var update in _client.GetStreamingResponseAsync(call.Presented, call.Options, cancellationToken).ConfigureAwait(false))
            {
                updates.Add(update);
                if (isAbandoned)
                {
                    call.Seen = update.Text;
                    call.Updates = 1;
                    return null;
                }
            }

            return Seen(call, updates.ToChatResponse(), updates.Count);
        }
#pragma warning disable CA1031 // Whatever is thrown is written down; a rule says which exceptions are allowed.
        catch (Exception error)
#pragma warning restore CA1031
        {
            call.Error = error;
            call.Updates = updates.Count;
            call.ShowsEndTool = updates.SelectMany(update => update.Contents).Any(content => content is FunctionCallContent { Name: SimulatedModel.EndTool } or FunctionResultContent);
            call.Seen = updates.Count > 0 ? string.Concat(updates.Select(update => update.Text)) : null;
            return null;
        }
    }

    private ChatResponse Seen(Call call, ChatResponse response, int updates)
    {
        call.Seen = response.Text;
        call.Updates = updates;
        call.FinishReason = response.FinishReason;
        call.Properties = response.AdditionalProperties;
        call.ShowsEndTool = response.Messages.SelectMany(message => message.Contents).Any(content => content is FunctionCallContent { Name: SimulatedModel.EndTool } or FunctionResultContent);
        call.IsDelivered = !response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().Any();
        _isBack = _isBack && (call.What == Elsewhere || call.IsAgain || call.IsRefusal || !call.IsDelivered);
        return response;
    }

    /// <summary>What is asked in the background the user did not write, and is not kept.</summary>
    private void AskInTheBackground()
    {
        var summarise = new Line(new ChatMessage(ChatRole.User, "insult " + Mark + "background"), null);
        var call = Begin([.. _branch.Held, summarise], _branch.Path, isAgain: false, BackgroundCall, asked: []);
        call.Options = (call.Options ?? new ChatOptions()).AsBackgroundConversation();
        var writes = _trace.Store.Writes;
        _model.Fate = Fate.AsksToEndTwice;
        AskAsync(call, isAbandoned: false, default).GetAwaiter().GetResult();
        call.Writes = _trace.Store.Writes - writes;
    }

    private void SayAtOnce(AtOnce both)
    {
        // Whose verdict comes first is listed first.
        var (one, two) = (Write(both.First, sameText: false), Write(both.Second, sameText: false));
        _model.Fate = Fate.Answers;
        (one, two) = both.SecondFirst ? (two, one) : (one, two);
        var path = _branch.Path.Concat([one.Turn!, two.Turn!]).ToList();
        _canTellBranches = false;
        var (first, second) = (Begin([.. _branch.Held, one], path, false, "at once"), Begin([.. _branch.Held, two], path, false, "at once"));
        var gates = _isGuarded ? new[] { new TaskCompletionSource(), new TaskCompletionSource() } : null;
        _classifier.Gates = gates is null ? null : new Dictionary<string, TaskCompletionSource> { [one.Turn!.Text] = gates[0], [two.Turn!.Text] = gates[1] };
        var asked = new[] { AskAsync(first, false, default), AskAsync(second, false, default) };
        for (var i = 0; i < asked.Length; i++)
        {
            gates?[i].TrySetResult();
            asked[i].GetAwaiter().GetResult();
        }

        _classifier.Gates = null;
        Status(second);
        _branch.Path = path;
        if (_scenario.Holder == Holder.Host)
        {
            foreach (var (line, response, call) in new[] { (one, asked[0].Result, first), (two, asked[1].Result, second) })
            {
                if (response is null || call.IsEnd || call.IsRefusal)
                {
                    line.Turn!.IsDropped = true;
                    continue;
                }

                _branch.Held = [.. _branch.Held, line, .. response.Messages.Select(message => new Line(message, null))];
            }
        }
        else
        {
            _branch.Held = [];
        }

        (_branch.LastAnswered, _branch.LastFailed) = (null, null);
    }

    private sealed record Line(ChatMessage Message, Turn? Turn)
    {
        public bool Equals(Line? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
    }

    private sealed record Exchange(ChatResponse? Response, Exception? Error);

    /// <summary>Where a call began: the id it was sent under, the turns before it, and what it sent.</summary>
    private sealed record Snapshot(string? ConversationId, List<Turn> Path, List<Line> Lines);

    private sealed class Branch
    {
        public List<Line> Held { get; set; } = [];

        public List<Turn> Path { get; set; } = [];

        public List<Snapshot> Snapshots { get; private init; } = [];

        public string? ConversationId { get; set; }

        public bool IsWhole { get; set; } = true;

        public bool IsAmbiguous { get; set; }

        public List<Line>? LastAnswered { get; set; }

        public List<Line>? LastFailed { get; set; }

        public Branch Copy() => new() { Held = [.. Held], Path = [.. Path], Snapshots = [.. Snapshots], ConversationId = ConversationId, IsWhole = IsWhole, IsAmbiguous = IsAmbiguous };
    }

    private sealed class RecordingClassifier : IMessageClassifier
    {
        private readonly ScriptedClassifier _inner = new();

        public Dictionary<string, TaskCompletionSource>? Gates { get; set; }

        public async ValueTask<MessageClassification> ClassifyAsync(ClassificationRequest request, CancellationToken cancellationToken = default)
        {
            SimulatedModel.Current?.Classified.Add(request.Text);
            if (Gates is { } gates && gates.TryGetValue(request.Text, out var gate))
            {
                await gate.Task.ConfigureAwait(false);
            }

            return await _inner.ClassifyAsync(request, cancellationToken).ConfigureAwait(false);
        }
    }

    private sealed class Veto(Func<bool> isOn) : ITerminationPolicy
    {
        public ValueTask<GuardDecision> DecideAsync(TerminationContext context, CancellationToken cancellationToken = default) =>
            new(context.IsModelEndRequest && isOn() ? GuardDecision.Veto(GuardAction.Warn, "HOUSE") : GuardDecision.Continue);
    }

    private sealed class RecordingEvents : IGuardObserver
    {
        public void OnEvent(GuardEvent guardEvent)
        {
            if (guardEvent.Kind != GuardEventKind.TranscriptModeEntered)
            {
                SimulatedModel.Current?.Events.Add(guardEvent);
            }
        }
    }

    private sealed class Reloads : IOptionsChangeTokenSource<ConversationGuardOptions>, IDisposable
    {
        private CancellationTokenSource _source = new();

        public string Name => Options.DefaultName;

        public IChangeToken GetChangeToken() => new CancellationChangeToken(_source.Token);

        public void Raise()
        {
            var old = _source;
            _source = new CancellationTokenSource();
            old.Cancel();
            old.Dispose();
        }

        public void Dispose() => _source.Dispose();
    }
}
