using Microsoft.Extensions.AI;

namespace ConversationGuard.Conversations;

/// <summary>What a key resolver may look at.</summary>
/// <param name="Messages">The messages of the call.</param>
/// <param name="Options">The options of the call; null if none.</param>
public readonly record struct ConversationKeyContext(IReadOnlyList<ChatMessage> Messages, ChatOptions? Options);
