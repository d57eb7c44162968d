using ConversationGuard.Conversations;

namespace ConversationGuard.Hosting;

/// <summary>The bounds of the in-memory store; a store of the host's own has its own.</summary>
public sealed class InMemoryStoreOptions
{
    /// <summary>Gets or sets how many conversations with a notable turn are kept at most.</summary>
    /// <value>At least 1; default 100,000.</value>
    public int Capacity { get; set; } = InMemoryConversationStore.DefaultCapacity;

    /// <summary>Gets or sets how long after its last notable turn a conversation is kept.</summary>
    /// <value>From 1 minute to 3650 days; default 30 days.</value>
    public TimeSpan Expiration { get; set; } = InMemoryConversationStore.DefaultExpiration;
}
