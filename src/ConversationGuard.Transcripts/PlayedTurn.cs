using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Transcripts;

/// <summary>One user turn and what the guard said about it.</summary>
/// <param name="Message">What the user wrote.</param>
public sealed record PlayedTurn(ChatMessage Message)
{
    /// <summary>
    /// Gets the decision, or the refusal of a call in a conversation that is over. Null if there was none: the guard is switched off, or the message has no text to judge.
    /// </summary>
    public GuardEvent? Decision { get; init; }

    /// <summary>Gets the end, if the conversation ended with this turn.</summary>
    public ConversationEnding? Ending { get; init; }

    /// <summary>Gets the type of the error that kept the bot from answering, if one did.</summary>
    public string? ErrorType { get; init; }
}
