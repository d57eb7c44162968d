using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;

namespace ConversationGuard.Testing;

/// <summary>What came of one thing that the user said.</summary>
public sealed record TranscriptTurn
{
    /// <summary>Gets which turn it is, from 1 on.</summary>
    public required int Number { get; init; }

    /// <summary>Gets what the user said.</summary>
    public required string Text { get; init; }

    /// <summary>Gets what it was held to be; <see cref="TurnKind.Calm"/> too for a call that was refused unread.</summary>
    public TurnKind Kind { get; init; }

    /// <summary>Gets the category that decided; <c>default</c> if none.</summary>
    public HarmCategory Category { get; init; }

    /// <summary>Gets what was decided; <see cref="GuardAction.End"/> too for a call that was refused.</summary>
    public GuardAction Action { get; init; }

    /// <summary>Gets the ids of the rules that the decision rests on.</summary>
    public IReadOnlyList<string> RuleIds { get; init; } = [];

    /// <summary>Gets a value indicating whether the conversation was on hold for someone at risk (R5).</summary>
    public bool IsCrisisHold { get; init; }

    /// <summary>Gets what the user was answered; null if the conversation was over.</summary>
    public string? Reply { get; init; }

    /// <summary>Gets the end, if the call raised it.</summary>
    public ConversationEndedException? Ended { get; init; }

    /// <summary>Gets what the guard reported during the call.</summary>
    public IReadOnlyList<GuardEvent> Events { get; init; } = [];
}
