using Microsoft.Extensions.AI;

namespace ConversationGuard.Conversations;

/// <summary>A user message that carries text, where it stands in the presented messages, and its identity once that is known.</summary>
internal sealed record UserTurn(int Index, string Text, ChatMessage Message)
{
    public TurnId Id { get; init; }

    /// <summary>What the identity is made from; the same for the same text.</summary>
    public string Fingerprint { get; init; } = string.Empty;
}
