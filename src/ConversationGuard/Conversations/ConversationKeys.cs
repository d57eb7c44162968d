namespace ConversationGuard.Conversations;

/// <summary>Composes keys of conversations.</summary>
public static class ConversationKeys
{
    /// <summary>Gives the key of one participant's record, for guards with a record per author.</summary>
    /// <param name="conversationKey">The conversation's key.</param>
    /// <param name="authorName">The participant's <c>ChatMessage.AuthorName</c>; null for messages without one.</param>
    /// <returns>The key, to be used with the host's handle.</returns>
    public static string OfAuthor(string conversationKey, string? authorName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(conversationKey);
        return $"{conversationKey}|by|{authorName}";
    }
}
