namespace ConversationGuard.AspNetCore;

/// <summary>The key that a request names.</summary>
/// <param name="Value">The key, as the guard and its handle know the conversation.</param>
/// <param name="IsCallersOwn">Whether the server vouches that the conversation is the caller's: by their session, a claim, or their user id in the key.</param>
public readonly record struct HttpConversationKey(string Value, bool IsCallersOwn);
