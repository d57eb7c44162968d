using System.Collections.Concurrent;
using ConversationGuard.AspNetCore;
using Microsoft.Extensions.AI;

namespace WebChat.Chat;

/// <summary>All conversations, in memory. What a client says about its history is never asked.</summary>
internal sealed class ChatStore : IConversationHistory
{
    /// <summary>The most conversations that one visitor may have: this is a sample, and its memory is not without end.</summary>
    public const int MaxPerVisitor = 100;

    private readonly ConcurrentDictionary<string, Conversation> _conversations = new();

    /// <summary>Begins a conversation.</summary>
    /// <param name="owner">The visitor.</param>
    /// <returns>The conversation; null if the visitor has too many.</returns>
    public Conversation? Begin(string owner) => Add(owner, parent: null, []);

    /// <summary>Begins a branch.</summary>
    /// <param name="parent">The conversation that it branches off.</param>
    /// <param name="kept">The messages that it keeps.</param>
    /// <returns>The branch; null if the visitor has too many conversations.</returns>
    public Conversation? Branch(Conversation parent, IEnumerable<ChatTurn> kept) => Add(parent.Owner, parent, kept);

    public Conversation? Find(string id, string? owner) => _conversations.TryGetValue(id, out var conversation) && conversation.Owner == owner ? conversation : null;

    public void Remove(Conversation conversation) => _conversations.TryRemove(conversation.Id, out _);

    /// <summary>An appeal was granted.</summary>
    /// <param name="id">The conversation's id.</param>
    public void Reopen(string id)
    {
        if (_conversations.TryGetValue(id, out var conversation))
        {
            conversation.Reopen();
        }
    }

    /// <summary>Lists a visitor's conversations, oldest first.</summary>
    /// <param name="owner">The visitor.</param>
    /// <returns>The conversations.</returns>
    public IReadOnlyList<Conversation> Of(string owner) => [.. _conversations.Values.Where(conversation => conversation.Owner == owner).OrderBy(conversation => conversation.Id, StringComparer.Ordinal)];

    public ValueTask<IReadOnlyList<ChatMessage>?> ReadAsync(string conversationKey, CancellationToken cancellationToken = default) =>
        new(_conversations.TryGetValue(conversationKey, out var conversation) ? [.. conversation.Turns.Select(turn => turn.ToMessage())] : null);

    private Conversation? Add(string owner, Conversation? parent, IEnumerable<ChatTurn> kept)
    {
        if (_conversations.Values.Count(conversation => conversation.Owner == owner) >= MaxPerVisitor)
        {
            return null;
        }

        // Ids that sort by time, with 74 random bits.
        var conversation = new Conversation(Guid.CreateVersion7().ToString("N"), owner, parent, kept);
        _conversations[conversation.Id] = conversation;
        return conversation;
    }
}
