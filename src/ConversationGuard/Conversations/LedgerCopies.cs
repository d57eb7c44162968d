namespace ConversationGuard.Conversations;

/// <summary>A copy of a ledger: what the store last gave or took, and what was done to it since.</summary>
/// <param name="Base">The ledger as the store has it, as far as is known here.</param>
/// <param name="BaseVersion">Its version in the store; 0 if that is not known.</param>
/// <param name="Ledger">The ledger as it is here.</param>
/// <param name="Stamp">Stands for the version while the store is away: below 0, and never used twice.</param>
/// <param name="Outage">After how many outages the store was last seen to have it.</param>
/// <param name="IsFromRead">Whether it was read, and not written.</param>
internal sealed record LedgerCopy(ConversationLedger Base, long BaseVersion, ConversationLedger Ledger, long Stamp, long Outage, bool IsFromRead)
{
    public bool IsChanged => !ReferenceEquals(Base, Ledger);
}

/// <summary>Copies of ledgers, bounded and expiring. Not safe for concurrent use.</summary>
internal sealed class LedgerCopies(int capacity, TimeSpan expiration, TimeProvider timeProvider)
{
    private readonly Dictionary<string, (LedgerCopy Copy, DateTimeOffset At, LinkedListNode<string> Node)> _copies = new(StringComparer.Ordinal);
    private readonly LinkedList<string> _byLastWrite = new();

    public int Count => _copies.Count;

    public LedgerCopy? Find(string key) => _copies.TryGetValue(key, out var found) && !IsExpired(found.At) ? found.Copy : null;

    public void Set(string key, LedgerCopy copy)
    {
        Remove(key);
        _copies[key] = (copy, timeProvider.GetUtcNow(), _byLastWrite.AddLast(key));
        while (_byLastWrite.First is { } oldest && (_copies.Count > capacity || IsExpired(_copies[oldest.Value].At)))
        {
            Remove(oldest.Value);
        }
    }

    public void Remove(string key)
    {
        if (_copies.TryGetValue(key, out var found))
        {
            _byLastWrite.Remove(found.Node);
            _copies.Remove(key);
        }
    }

    private bool IsExpired(DateTimeOffset at) => timeProvider.GetUtcNow() - at >= expiration;
}
