namespace ConversationGuard.Conversations;

/// <summary>Keeps the ledgers of conversations.</summary>
/// <remarks>
/// Implementations are called concurrently. <see cref="TryUpdateAsync"/> must be atomic: two turns at once in one conversation both
/// count, on one machine or on ten.
/// </remarks>
public interface IConversationStore
{
    /// <summary>Reads a ledger.</summary>
    /// <param name="key">The conversation's key.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The ledger and its version; <see cref="VersionedLedger.None"/> if nothing is stored or it expired.</returns>
    ValueTask<VersionedLedger> GetAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Writes a ledger if the stored version is still the expected one (compare-and-swap).</summary>
    /// <param name="key">The conversation's key.</param>
    /// <param name="ledger">The new ledger.</param>
    /// <param name="expectedVersion">The version that <see cref="GetAsync"/> gave; 0 if nothing was stored.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns><see langword="true"/> if written; <see langword="false"/> if someone else wrote in between: read again.</returns>
    ValueTask<bool> TryUpdateAsync(string key, ConversationLedger ledger, long expectedVersion, CancellationToken cancellationToken = default);

    /// <summary>Forgets a conversation.</summary>
    /// <param name="key">The conversation's key.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>Whether there was something to forget.</returns>
    ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default);
}
