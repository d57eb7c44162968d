using ConversationGuard.Classification;

namespace ConversationGuard.Conversations;

/// <summary>One notable user turn and what the guard did about it.</summary>
public sealed record LedgerEntry
{
    /// <summary>Gets which turn.</summary>
    public required TurnId Turn { get; init; }

    /// <summary>Gets what it was held to be.</summary>
    public required TurnKind Kind { get; init; }

    /// <summary>Gets when the guard first saw it.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets the category that decided; <c>default</c> if none.</summary>
    public HarmCategory Category { get; init; }

    /// <summary>Gets the category's score, from 0 to 1.</summary>
    public double Score { get; init; }

    /// <summary>Gets what was decided about it. A retry repeats it (R10).</summary>
    public GuardAction Action { get; init; }

    /// <summary>Gets the end, if this turn ended the conversation.</summary>
    public ConversationEnding? Ending { get; init; }

    /// <summary>Gets the turn on record that it followed on its branch; null if it followed none. Two turns with one parent are two branches.</summary>
    public TurnId? Parent { get; init; }

    /// <summary>Gets a value indicating whether the reply to it went out completely (R8).</summary>
    public bool IsDelivered { get; init; }

    /// <summary>Gets a value indicating whether the host took it back: it counts for nothing, and still stands between what came before and after it.</summary>
    public bool IsTakenBack { get; init; }
}
