namespace ConversationGuard.Conversations;

/// <summary>Tells which conversation a call belongs to, for hosts that know it otherwise than by the call's options.</summary>
/// <remarks>Called concurrently, and only if no key was set on the call.</remarks>
public interface IConversationKeyResolver
{
    /// <summary>Finds the key of a call's conversation.</summary>
    /// <param name="context">The call.</param>
    /// <returns>A key that is unique to the conversation and the same in all its calls; null or empty to leave it to the next source.</returns>
    string? Resolve(ConversationKeyContext context);
}
