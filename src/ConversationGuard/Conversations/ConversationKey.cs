using Microsoft.Extensions.AI;

namespace ConversationGuard.Conversations;

/// <summary>Which conversation a call belongs to, and how that is known.</summary>
/// <param name="Value">The key; null if nothing tells (transcript mode).</param>
/// <param name="IsConversationId">Whether it is <see cref="ChatOptions.ConversationId"/>, which may change with every response.</param>
internal readonly record struct ConversationKey(string? Value, bool IsConversationId)
{
    /// <summary>The name under which a call's key travels in <see cref="ChatOptions.AdditionalProperties"/>.</summary>
    public const string PropertyName = "ConversationGuard.ConversationKey";

    /// <summary>Constants that clients use for unrelated sessions: no one conversation's id. Microsoft.Agents.AI sends this one.</summary>
    private const string SharedAgentHistory = "_agent_local_chat_history";

    /// <summary>First match wins: the call, the host's resolver, the conversation id.</summary>
    public static ConversationKey Resolve(IReadOnlyList<ChatMessage> messages, ChatOptions? options, IConversationKeyResolver? resolver)
    {
        if (options?.AdditionalProperties is { } properties && properties.TryGetValue(PropertyName, out string? key) && !string.IsNullOrWhiteSpace(key))
        {
            return new(key, false);
        }

        if (resolver?.Resolve(new ConversationKeyContext(messages, options)) is { } resolved && !string.IsNullOrWhiteSpace(resolved))
        {
            return new(resolved, false);
        }

        return IsUsable(options?.ConversationId) ? new(options!.ConversationId, true) : default;
    }

    public static bool IsUsable(string? conversationId) => !string.IsNullOrWhiteSpace(conversationId) && conversationId != SharedAgentHistory;
}
