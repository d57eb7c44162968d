using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;

namespace ConversationGuard;

/// <summary>How a conversation stands.</summary>
/// <param name="ConversationKey">The conversation's key.</param>
/// <param name="State">What its ledger amounts to now.</param>
/// <param name="Ending">The end; null while it is active.</param>
public sealed record ConversationStatus(string ConversationKey, ConversationState State, ConversationEnding? Ending)
{
    /// <summary>Gets the mode that the guard is in. Only under <see cref="GuardMode.Enforce"/> was anybody shown what stands here (R18).</summary>
    public GuardMode Mode { get; init; }

    /// <summary>Gets the name of the guard; empty for the unnamed one.</summary>
    public string GuardName { get; init; } = string.Empty;
}
