using ConversationGuard.Conversations;

namespace Microsoft.Extensions.AI;

/// <summary>Tells the guard which conversation a call belongs to, and what kind of call it is.</summary>
public static class ConversationGuardChatOptionsExtensions
{
    /// <summary>Sets the key of the conversation. It travels in <see cref="ChatOptions.AdditionalProperties"/>; the conversation id is left alone.</summary>
    /// <typeparam name="TOptions">The type of the options.</typeparam>
    /// <param name="options">The options of the call.</param>
    /// <param name="conversationKey">A key that is unique to the conversation and the same in all its calls, for example the id of your chat record.</param>
    /// <returns>The options.</returns>
    /// <exception cref="ArgumentException"><paramref name="conversationKey"/> is empty or white space.</exception>
    public static TOptions WithConversationKey<TOptions>(this TOptions options, string conversationKey)
        where TOptions : ChatOptions
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(conversationKey);
        (options.AdditionalProperties ??= [])[ConversationKey.PropertyName] = conversationKey;
        return options;
    }

    /// <summary>
    /// Marks a call as one that no user waits for: a sub-agent's, a fork's, a summary. It is refused where its conversation is over; otherwise the guard passes it on as it is: nothing in it
    /// counts, and it can end nothing (R13).
    /// </summary>
    /// <typeparam name="TOptions">The type of the options.</typeparam>
    /// <param name="options">The options of the call.</param>
    /// <returns>The options.</returns>
    public static TOptions AsBackgroundConversation<TOptions>(this TOptions options)
        where TOptions : ChatOptions
    {
        ArgumentNullException.ThrowIfNull(options);
        (options.AdditionalProperties ??= [])[BackgroundCall.PropertyName] = true;
        return options;
    }
}
