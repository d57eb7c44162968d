using Microsoft.Extensions.AI;

namespace ConsoleChat.Chat;

/// <summary>What the program keeps of one conversation: its key and what was said.</summary>
internal sealed class Conversation
{
    /// <summary>Gets the options of every call: they say which conversation it belongs to.</summary>
    public ChatOptions Options { get; } = new ChatOptions().WithConversationKey(Guid.NewGuid().ToString("N"));

    public List<ChatMessage> History { get; } = [];

    /// <summary>Adds what the user wrote, with an id, so that the same words sent twice are two turns.</summary>
    /// <param name="text">The text.</param>
    public void AddUser(string text) => History.Add(new ChatMessage(ChatRole.User, text) { MessageId = Guid.NewGuid().ToString("N") });
}
