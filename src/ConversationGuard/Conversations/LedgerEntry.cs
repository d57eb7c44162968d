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

    /// <summary>Gets a value indicating whether the reply to it went out completely (R8).</summary>
    public bool IsDelivered { get; init; }
}
