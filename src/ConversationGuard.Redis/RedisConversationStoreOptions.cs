namespace ConversationGuard.Redis;

/// <summary>Where the shared store is, and how it keeps conversations. Read once, when the store is first used.</summary>
public sealed class RedisConversationStoreOptions
{
    /// <summary>Gets or sets the server or servers, in the form of StackExchange.Redis, for example <c>cache-1:6379,cache-2:6379,password=...,ssl=true</c>.</summary>
    /// <value>Default null: a connection is given, not made.</value>
    public string? ConnectionString { get; set; }

    /// <summary>Gets or sets what every key begins with. Stores with different prefixes do not see each other's conversations.</summary>
    /// <value>Any text that is not empty; default <c>conversation-guard:</c>.</value>
    public string KeyPrefix { get; set; } = "conversation-guard:";

    /// <summary>Gets or sets how long after its last notable turn the server keeps a conversation.</summary>
    /// <value>From 1 minute to 3650 days; default 30 days.</value>
    public TimeSpan Expiration { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Gets or sets the number of the server's database.</summary>
    /// <value>From 0 on; default -1: the one that the connection names, else 0. A cluster has 0 alone.</value>
    public int Database { get; set; } = -1;
}
