using System.Globalization;
using System.Text;
using ConversationGuard.ChatCompletion;
using ConversationGuard.DeEscalation;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Properties.Simulation;

/// <summary>One message that the user really wrote.</summary>
internal sealed record Turn(int Number, Words Words, string Text, DateTimeOffset At)
{
    public Truth Truth => Words.Truth();

    public bool IsViolation => Truth == Truth.Violation;

    /// <summary>Gets or sets a value indicating whether the host dropped it after its call failed.</summary>
    public bool IsDropped { get; set; }

    public override string ToString() => $"#{Number} {Words}";
}

/// <summary>What the model was asked.</summary>
internal sealed record ModelCall(IReadOnlyList<ChatMessage> Messages, ChatOptions? Options)
{
    public string Instructions => Options?.Instructions ?? string.Empty;

    public bool HasEndTool => SimulatedModel.HasEndTool(Options);

    /// <summary>Gets or sets how often it asked for the end in its answer.</summary>
    public int EndCalls { get; set; }

    /// <summary>Gets what it was told about its calls of that tool.</summary>
    public IEnumerable<string> ToldAboutTheEnd => Messages.SelectMany(message => message.Contents).OfType<FunctionResultContent>()
        .Where(result => result.CallId.StartsWith(SimulatedModel.EndTool, StringComparison.Ordinal)).Select(result => result.Result?.ToString() ?? string.Empty);
}

/// <summary>One call, as the outside sees it.</summary>
internal sealed record Call(int Index, string What)
{
    public required DateTimeOffset At { get; init; }

    public required Rules Rules { get; init; }

    /// <summary>Gets every turn that the user wrote on this branch up to this call, oldest first, whatever the host still shows of them.</summary>
    public required IReadOnlyList<Turn> Path { get; init; }

    /// <summary>Gets the turns that the call asks an answer to.</summary>
    public required IReadOnlyList<Turn> Asked { get; init; }

    /// <summary>Gets a value indicating whether the user wrote nothing new: a retry, a regenerated reply, a step after a tool.</summary>
    public bool IsAgain { get; init; }

    public string? ConversationKey { get; init; }

    public IReadOnlyList<ChatMessage> Presented { get; init; } = [];

    public ChatOptions? Options { get; set; }

    /// <summary>Gets a value indicating whether the history is shown from its first message, with nothing missing.</summary>
    public bool IsWhole { get; init; }

    /// <summary>Gets a value indicating whether a turn was edited away that may as well have been trimmed, so that <see cref="Path"/> still has it.</summary>
    public bool IsAmbiguous { get; init; }

    /// <summary>Gets or sets what the user saw; null if nothing.</summary>
    public string? Seen { get; set; }

    public int Updates { get; set; }

    /// <summary>Gets or sets a value indicating whether a call of the model's tool of R13, or its result, got out.</summary>
    public bool ShowsEndTool { get; set; }

    /// <summary>Gets or sets how often the store was written to in this call.</summary>
    public int Writes { get; set; }

    public ChatFinishReason? FinishReason { get; set; }

    public AdditionalPropertiesDictionary? Properties { get; set; }

    /// <summary>Gets or sets a value indicating whether the reply went out to its end and was one.</summary>
    public bool IsDelivered { get; set; }

    public Exception? Error { get; set; }

    public List<ModelCall> Model { get; } = [];

    public List<string> Classified { get; } = [];

    public List<GuardEvent> Events { get; } = [];

    public ConversationState? State { get; set; }

    public ConversationEndedException? Ended => Error as ConversationEndedException;

    public bool IsEnd => Ended is { IsRepeat: false } || (HasEndedReason && !(Properties?["ConversationGuard.IsRepeat"] ?? EndEvent?.IsRepeat ?? false).Equals(true));

    public bool IsRefusal => HasEnded && !IsEnd;

    /// <summary>Gets the event that says that the conversation is over; also of a reply that nobody read to its end.</summary>
    public GuardEvent? EndEvent => Events.Find(one => one.Kind is GuardEventKind.ConversationEnded or GuardEventKind.CallRefused);

    /// <summary>Gets a value indicating whether the user was shown the guard's warning.</summary>
    public bool Warns => !HasEndedReason && Seen?.Contains("this conversation may be ended", StringComparison.Ordinal) == true;

    /// <summary>Gets a value indicating whether the model, or the guard itself, turned the talk.</summary>
    public bool Steers => Model.Exists(call => call.Instructions.Contains("The user's latest message", StringComparison.Ordinal)) ||
        (Model.Count == 0 && Seen is not null && !HasEndedReason && !Seen.Contains("really glad that you wrote", StringComparison.Ordinal));

    public bool Supports => Model.Exists(call => call.Instructions.Contains("Be warm, calm and supportive", StringComparison.Ordinal)) ||
        (Model.Count == 0 && Seen?.Contains("really glad that you wrote", StringComparison.Ordinal) == true);

    /// <summary>Gets a value indicating whether the user was shown the help resources.</summary>
    public bool ShowsHelp => Seen?.Contains("Helplines in your country", StringComparison.Ordinal) == true;

    /// <summary>Gets a value indicating whether the user was told that an end is final, and how to confirm their wish (R12).</summary>
    public bool Tells => Seen?.Contains("That is final", StringComparison.Ordinal) == true;

    /// <summary>Gets a value indicating whether the model asked for the end in its last two answers, each time alone (R13).</summary>
    public bool IsConfirmedByModel => Model is [.., { EndCalls: 1 }, { EndCalls: 1 }];

    private bool HasEnded => Ended is not null || HasEndedReason;

    private bool HasEndedReason => FinishReason == ConversationGuardChatClient.ConversationEndedFinishReason || (FinishReason is null && Error is null && !IsDelivered && Rules.Mode == GuardMode.Enforce && EndEvent is not null);

    /// <summary>The outcome without what differs from run to run.</summary>
    public string Outcome()
    {
        var text = new StringBuilder();
        text.Append(Error switch
        {
            null => IsDelivered ? $"saw \"{Seen}\"" : "was not answered to the end",
            ConversationEndedException ended => $"ENDED ({ended.Reason}, {ended.Category}{(ended.IsRepeat ? ", repeat" : "")})",
            var error => error.GetType().Name,
        });
        if (HasEndedReason)
        {
            text.Append(" ENDED by response");
        }

        text.Append(Supports ? " [support]" : "").Append(Steers ? " [steered]" : "").Append(CultureInfo.InvariantCulture, $" model:{Model.Count} classified:{Classified.Count}");
        foreach (var one in Events)
        {
            text.Append(CultureInfo.InvariantCulture, $" <{one.Kind} {one.Turn.Kind} {one.Action}{(one.IsRepeat ? " repeat" : "")} {one.Phase}{(one.IsCrisisHold ? " hold" : "")}>");
        }

        return State is null ? text.ToString() : text.Append(CultureInfo.InvariantCulture, $" state: {State.Phase}, {State.Violations.Count} violations, {State.FailedRedirections} failed{(State.IsCrisisHold ? ", hold" : "")}").ToString();
    }
}

/// <summary>What the host did between two calls.</summary>
internal sealed record HostAct(int BeforeCall, Step Step, DateTimeOffset At, string? ConversationKey);

/// <summary>All that was observed of one scenario.</summary>
internal sealed class Trace(Scenario scenario, ChatPath path)
{
    public Scenario Scenario { get; } = scenario;

    public ChatPath Path { get; } = path;

    public List<Call> Calls { get; } = [];

    public List<HostAct> Acts { get; } = [];

    public List<Turn> Turns { get; } = [];

    public required CountingStore Store { get; init; }

    public string Transcript()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Path}, history held by {Scenario.Holder}, {(Scenario.WithMessageIds ? "with" : "without")} message ids");
        for (var i = 0; i < Scenario.Settings.Count; i++)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"settings {i}: {Scenario.Settings[i]}");
        }

        foreach (var item in Calls.Select(call => (call.Index, IsCall: 1, Call: (Call?)call, Act: (HostAct?)null)).Concat(Acts.Select(act => (Index: act.BeforeCall, IsCall: 0, Call: (Call?)null, Act: (HostAct?)act))).OrderBy(item => (item.Index, item.IsCall)))
        {
            text.AppendLine(item.Call is { } call
                ? $"  {call.Index,2}. {call.At:HH:mm} user {string.Join(" + ", call.Asked)} ({call.What}; branch: {string.Join(" ", call.Path.Select(turn => "#" + turn.Number + (turn.IsDropped ? "(dropped)" : "")))})\n      -> {call.Outcome()}"
                : $"      host: {item.Act!.Step}");
        }

        return text.ToString();
    }
}
