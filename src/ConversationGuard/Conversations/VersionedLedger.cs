namespace ConversationGuard.Conversations;

/// <summary>A stored ledger with the version that an update must expect.</summary>
/// <param name="Ledger">The ledger.</param>
/// <param name="Version">The version; 0 means that nothing is stored. Only the store gives it a meaning.</param>
public readonly record struct VersionedLedger(ConversationLedger Ledger, long Version)
{
    /// <summary>
    /// Gets a value indicating whether the ledger stands in for one that cannot be read now: others may know more, a crisis for example. The guard warns about nothing and ends nothing on it (R5, R6).
    /// </summary>
    public bool IsBridged { get; init; }

    /// <summary>Gets what a store answers for a conversation that it does not hold.</summary>
    public static VersionedLedger None { get; } = new(ConversationLedger.Empty, 0);
}
