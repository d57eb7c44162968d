using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Termination;

/// <summary>What a policy decides on: one user turn and the conversation it belongs to.</summary>
public sealed class TerminationContext
{
    /// <summary>Gets the conversation's key; null in transcript mode.</summary>
    public string? ConversationKey { get; init; }

    /// <summary>Gets what the turn was held to be.</summary>
    public required TurnAssessment Turn { get; init; }

    /// <summary>Gets the classifier's scores for the turn.</summary>
    public required MessageClassification Classification { get; init; }

    /// <summary>Gets what the conversation amounts to, this turn counted.</summary>
    public required ConversationState State { get; init; }

    /// <summary>Gets what the conversation is held to.</summary>
    public required ConversationTerms Terms { get; init; }

    /// <summary>Gets a value indicating whether the model asked to end the conversation, and confirmed it (R13): a veto of <see cref="GuardAction.End"/> then keeps it going.</summary>
    public bool IsModelEndRequest { get; init; }

    /// <summary>Gets the messages of the call. Their text must not be logged or stored (R19).</summary>
    public IReadOnlyList<ChatMessage> Messages { get; init; } = [];

    /// <summary>Gets the options of the call, for example to read who the user is from <see cref="ChatOptions.AdditionalProperties"/>; null if none.</summary>
    public ChatOptions? Options { get; init; }

    /// <summary>Gets the moment of the decision.</summary>
    public required DateTimeOffset Now { get; init; }
}
