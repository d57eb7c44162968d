using Microsoft.Extensions.AI;

namespace ConversationGuard.Conversations;

/// <summary>A call that no user waits for: a sub-agent's, a summary, a title. It is refused in an ended conversation, and otherwise passed on without being counted (R13).</summary>
internal static class BackgroundCall
{
    /// <summary>The name under which the mark travels in <see cref="ChatOptions.AdditionalProperties"/>.</summary>
    public const string PropertyName = "ConversationGuard.IsBackground";

    public static bool Is(ChatOptions? options) =>
        options?.AdditionalProperties is { } properties && properties.TryGetValue(PropertyName, out bool isBackground) && isBackground;
}
