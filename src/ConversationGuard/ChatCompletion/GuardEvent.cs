using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;

namespace ConversationGuard.ChatCompletion;

/// <summary>Something that the guard did or met. It never carries message text (R19).</summary>
public sealed record GuardEvent
{
    /// <summary>Gets what happened.</summary>
    public required GuardEventKind Kind { get; init; }

    /// <summary>Gets the guard's name; empty for the unnamed one.</summary>
    public string GuardName { get; init; } = string.Empty;

    /// <summary>Gets the conversation's key as the host or the service gave it; null in transcript mode.</summary>
    public string? ConversationKey { get; init; }

    /// <summary>Gets the mode that the guard was in.</summary>
    public GuardMode Mode { get; init; }

    /// <summary>Gets what the turn was held to be; for <see cref="GuardEventKind.TurnDecided"/>.</summary>
    public TurnAssessment Turn { get; init; }

    /// <summary>Gets what was decided; for <see cref="GuardEventKind.TurnDecided"/>.</summary>
    public GuardAction Action { get; init; }

    /// <summary>Gets a value indicating whether an earlier decision was repeated for a turn on record (R10); of a store that failed, whether it had failed before and not answered since.</summary>
    public bool IsRepeat { get; init; }

    /// <summary>Gets the ids of the rules that the decision rests on.</summary>
    public IReadOnlyList<string> RuleIds { get; init; } = [];

    /// <summary>Gets how far the conversation has gone.</summary>
    public ConversationPhase Phase { get; init; }

    /// <summary>Gets a value indicating whether the conversation is on hold for someone at risk (R5).</summary>
    public bool IsCrisisHold { get; init; }

    /// <summary>Gets the end; for <see cref="GuardEventKind.ConversationEnded"/> and <see cref="GuardEventKind.CallRefused"/>.</summary>
    public ConversationEnding? Ending { get; init; }

    /// <summary>Gets the type of the error that was met. Its message is left out: it might quote the user.</summary>
    public string? ErrorType { get; init; }
}
