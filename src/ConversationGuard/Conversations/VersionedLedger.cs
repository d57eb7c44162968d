namespace ConversationGuard.Conversations;

/// <summary>A stored ledger with the version that an update must expect.</summary>
/// <param name="Ledger">The ledger.</param>
/// <param name="Version">The version; 0 means that nothing is stored. Only the store gives it a meaning.</param>
public readonly record struct VersionedLedger(ConversationLedger Ledger, long Version)
{
    /// <summary>Gets what a store answers for a conversation that it does not hold.</summary>
    public static VersionedLedger None { get; } = new(ConversationLedger.Empty, 0);
}
