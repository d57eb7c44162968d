namespace ConversationGuard.Conversations;

/// <summary>What the guard knows about one conversation: its notable turns, in order. An immutable value.</summary>
/// <remarks>
/// A conversation's phase is a fold over the entries; nothing else is kept. A conversation without a notable turn has the
/// <see cref="Empty"/> ledger and is never written to a store.
/// </remarks>
public sealed record ConversationLedger
{
    /// <summary>
    /// The greatest number of entries kept. What forgiveness leaves over is far below it; the bound only stops someone who
    /// edits and retries without end from growing the record.
    /// </summary>
    public const int MaxEntries = 256;

    /// <summary>Gets the ledger of a conversation in which nothing notable happened.</summary>
    public static ConversationLedger Empty { get; } = new();

    /// <summary>Gets the random value that keys this conversation's turn identities, so that the same text differs from conversation to conversation; null while nothing is on record.</summary>
    public string? Salt { get; init; }

    /// <summary>Gets the first user turn that was presented when the ledger was first written; it tells a whole history from a trimmed one.</summary>
    public TurnId? FirstTurn { get; init; }

    /// <summary>Gets the notable turns, oldest first.</summary>
    public IReadOnlyList<LedgerEntry> Entries { get; init; } = [];

    /// <summary>Gets the end, if the conversation was ended.</summary>
    public ConversationEnding? Ending { get; init; }

    /// <summary>Gets a value indicating whether nothing notable is on record.</summary>
    public bool IsEmpty => Entries.Count == 0 && Ending is null;

    /// <summary>Finds the entry of a turn.</summary>
    /// <param name="turn">The turn.</param>
    /// <returns>The entry, or null if the turn is not on record.</returns>
    public LedgerEntry? Find(TurnId turn)
    {
        for (var i = Entries.Count - 1; i >= 0; i--)
        {
            if (Entries[i].Turn == turn)
            {
                return Entries[i];
            }
        }

        return null;
    }

    /// <summary>Adds an entry, or replaces the entry of the same turn: one turn, one count (R10).</summary>
    /// <param name="entry">The entry.</param>
    /// <returns>The ledger with the entry.</returns>
    public ConversationLedger With(LedgerEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var entries = new List<LedgerEntry>(Entries.Count + 1);
        var replaced = false;
        foreach (var existing in Entries)
        {
            var same = existing.Turn == entry.Turn;
            replaced |= same;
            entries.Add(same ? entry : existing);
        }

        if (!replaced)
        {
            entries.Add(entry);
        }

        if (entries.Count > MaxEntries)
        {
            entries.RemoveRange(0, entries.Count - MaxEntries);
        }

        return this with { Entries = entries };
    }

    /// <summary>Marks the replies to some turns as delivered (R8).</summary>
    /// <param name="turns">The turns.</param>
    /// <returns>The ledger with the marks; this very ledger if there is nothing to mark.</returns>
    public ConversationLedger WithDelivered(IReadOnlyCollection<TurnId> turns)
    {
        ArgumentNullException.ThrowIfNull(turns);
        LedgerEntry Mark(LedgerEntry entry) => turns.Contains(entry.Turn) ? entry with { IsDelivered = true } : entry;
        return Entries.Any(entry => !entry.IsDelivered && turns.Contains(entry.Turn))
            ? this with { Entries = [.. Entries.Select(Mark)] }
            : this;
    }

    /// <summary>Leaves out some turns.</summary>
    /// <param name="turns">The turns.</param>
    /// <returns>The ledger without them.</returns>
    public ConversationLedger Without(IReadOnlyCollection<TurnId> turns)
    {
        ArgumentNullException.ThrowIfNull(turns);
        return this with { Entries = [.. Entries.Where(entry => !turns.Contains(entry.Turn))] };
    }

    /// <summary>
    /// Reads the ledger as seen from a presented history (R10). If the history is whole, that is, begins with the recorded first turn,
    /// a recorded turn that is missing from it was edited away and does not count. A trimmed history proves nothing: all recorded turns count.
    /// </summary>
    /// <param name="presented">The user turns of the presented history, oldest first.</param>
    /// <returns>The ledger of the branch. The end stays: hosts drop a turn whose call threw (R11).</returns>
    public ConversationLedger OnBranch(IReadOnlyList<TurnId> presented)
    {
        ArgumentNullException.ThrowIfNull(presented);
        if (presented.Count == 0 || FirstTurn is null || presented[0] != FirstTurn)
        {
            return this;
        }

        var present = new HashSet<TurnId>(presented);
        return Entries.All(entry => present.Contains(entry.Turn))
            ? this
            : this with { Entries = [.. Entries.Where(entry => present.Contains(entry.Turn))] };
    }
}
