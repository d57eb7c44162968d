using ConversationGuard.Classification;

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

    /// <summary>Gets the terms that the conversation is under, as it was told by redirections and warnings; null while nothing is on record (R17).</summary>
    public ConversationTerms? Terms { get; init; }

    /// <summary>Gets the end by the host's call (R1); an end that a turn led to stands on its entry.</summary>
    public ConversationEnding? HostEnding { get; init; }

    /// <summary>Gets the end, if the conversation was ended.</summary>
    public ConversationEnding? Ending => HostEnding ?? Entries.LastOrDefault(entry => entry.Ending is not null)?.Ending;

    /// <summary>Gets a value indicating whether nothing notable is on record.</summary>
    public bool IsEmpty => Entries.Count == 0 && HostEnding is null;

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

        while (entries.Count > MaxEntries)
        {
            // A crisis signal goes only when another one follows it at once: without it, what is said in its hold would count (R5).
            entries.RemoveAt(entries[0].Kind == TurnKind.Crisis && entries[1].Kind != TurnKind.Crisis ? 1 : 0);
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

    /// <summary>Gives the ledger of a branch that keeps some turns and no others.</summary>
    /// <param name="turns">The user turns that the branch keeps, oldest first.</param>
    /// <returns>The ledger. Crisis signals stay (R5); so does an end whose grounds all stay.</returns>
    public ConversationLedger KeepingOnly(IReadOnlyList<TurnId> turns)
    {
        ArgumentNullException.ThrowIfNull(turns);
        var kept = new HashSet<TurnId>(turns);
        return this with
        {
            FirstTurn = turns.Count > 0 ? turns[0] : null,
            HostEnding = null,
            Entries = [.. Entries.Where(entry => entry.Kind == TurnKind.Crisis || (kept.Contains(entry.Turn) && (entry.Ending is null || entry.Ending.Evidence.All(kept.Contains))))],
        };
    }

    /// <summary>Reads the ledger as seen from a presented history (R10).</summary>
    /// <param name="presented">The user turns of the presented history, oldest first.</param>
    /// <param name="newest">How many of them, at the end, the user newly wrote.</param>
    /// <returns>
    /// The ledger of the branch: without the turns that were edited away. A missing turn was edited away if the history is whole, that is, begins with the recorded
    /// first turn, and another turn stands in its place or in that of a turn before it. A turn that is missing for any other reason was
    /// trimmed, and counts. Crisis signals stay: an edit releases no hold (R5). An end stays unless a turn that it rests on was edited away: hosts drop a turn whose call threw (R11).
    /// </returns>
    public ConversationLedger OnBranch(IReadOnlyList<TurnId> presented, int newest)
    {
        ArgumentNullException.ThrowIfNull(presented);
        var fork = Fork(presented, newest);
        if (fork == int.MaxValue)
        {
            return this;
        }

        var present = new HashSet<TurnId>(presented);
        bool IsOnBranch(LedgerEntry entry) => entry.Kind == TurnKind.Crisis || entry.Place < fork || present.Contains(entry.Turn);
        var gone = new HashSet<TurnId>(Entries.Where(entry => entry.IsDelivered && !IsOnBranch(entry)).Select(entry => entry.Turn));
        return this with { Entries = [.. Entries.Where(entry => entry.Ending is null ? IsOnBranch(entry) : !entry.Ending.Evidence.Any(gone.Contains))] };
    }

    /// <summary>The first place at which the history shows another turn than the record; <see cref="int.MaxValue"/> if it does not.</summary>
    private int Fork(IReadOnlyList<TurnId> presented, int newest)
    {
        if (presented.Count == 0 || FirstTurn is null || presented[0] != FirstTurn)
        {
            return int.MaxValue;
        }

        var present = new HashSet<TurnId>(presented);
        var missing = new HashSet<int>();
        var furthest = -1;
        var fork = int.MaxValue;
        foreach (var entry in Entries)
        {
            if (!present.Contains(entry.Turn))
            {
                missing.Add(entry.Place);
                furthest = Math.Max(furthest, entry.Place);
            }
            else if (entry.Place <= furthest)
            {
                // The record had been further on before this turn was written: it was written in the place of another.
                fork = Math.Min(fork, entry.Place);
            }
        }

        if (missing.Count == 0)
        {
            return int.MaxValue;
        }

        var shown = Entries.Where(entry => present.Contains(entry.Turn)).ToList();
        fork = shown.Where(entry => missing.Contains(entry.Place)).Select(entry => entry.Place).Append(fork).Min();

        // A new turn where the record has been already is an edit, unless what is shown before it is from further on: then the middle was trimmed.
        var place = presented.Count - newest;
        while (place < presented.Count && Find(presented[place]) is not null)
        {
            place++;
        }

        var isNew = place < presented.Count;
        return isNew && furthest >= place && shown.All(entry => entry.Place < place || presented.Skip(place).Contains(entry.Turn))
            ? Math.Min(fork, place)
            : fork;
    }
}
