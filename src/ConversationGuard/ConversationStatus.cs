using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;

namespace ConversationGuard;

/// <summary>How a conversation stands.</summary>
/// <param name="ConversationKey">The conversation's key.</param>
/// <param name="State">What its ledger amounts to now.</param>
/// <param name="Ending">The end; null while it is active.</param>
public sealed record ConversationStatus(string ConversationKey, ConversationState State, ConversationEnding? Ending);
