using Microsoft.Extensions.AI;

namespace ConversationGuard.AspNetCore;

/// <summary>The host's own record of what was said. With one registered, branches and appeals take the messages from it and not from the client.</summary>
public interface IConversationHistory
{
    /// <summary>Reads a conversation.</summary>
    /// <param name="conversationKey">The conversation's key.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>Its messages as they are presented to the guard, oldest first, with their ids if they have any; null if there is no such conversation.</returns>
    ValueTask<IReadOnlyList<ChatMessage>?> ReadAsync(string conversationKey, CancellationToken cancellationToken = default);
}
