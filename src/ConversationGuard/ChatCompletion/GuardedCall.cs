using ConversationGuard.Conversations;
using Microsoft.Extensions.AI;

namespace ConversationGuard.ChatCompletion;

/// <summary>What a call presents of one record: its key, its turns, and the settings it is judged under.</summary>
internal sealed record GuardedCall(GuardSettings Settings, ConversationKey Key, PresentedHistory History, ChatOptions? Options)
{
    public bool IsBackground => BackgroundCall.Is(Options);

    public IReadOnlyList<ChatMessage> Messages => History.Messages;
}
