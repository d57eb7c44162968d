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

    /// <summary>The greatest number of forgiven violations whose identities are kept; who goes back further is taken to be behind the later one.</summary>
    public const int MaxForgotten = 32;

    /// <summary>Gets the ledger of a conversation in which nothing notable happened.</summary>
    public static ConversationLedger Empty { get; } = new();

    /// <summary>Gets the random value that keys this conversation's turn identities, so that the same text differs from conversation to conversation; null while nothing is on record.</summary>
    public string? Salt { get; init; }

    /// <summary>Gets the first user turn that was presented when the ledger was first written; it tells a whole history from a trimmed one.</summary>
    public TurnId? FirstTurn { get; init; }

    /// <summary>Gets the notable turns, oldest first.</summary>
    public IReadOnlyList<LedgerEntry> Entries { get; init; } = [];

    /// <summary>
    /// Gets the violations that were forgiven and have left the record, at most <see cref="MaxForgotten"/>, the latest last: who goes back to one is known to stand there, and not behind
    /// the same words said later (R10). They count for nothing.
    /// </summary>
    public IReadOnlyList<TurnId> Forgotten { get; init; } = [];

    /// <summary>Gets the terms that the conversation is under, as it was told by redirections and warnings; null while nothing is on record (R17).</summary>
    public ConversationTerms? Terms { get; init; }

    /// <summary>Gets the end by the host's call (R1); an end that a turn led to stands on its entry.</summary>
    public ConversationEnding? HostEnding { get; init; }

    /// <summary>Gets the end, if the conversation was ended: the first one, since no other can follow it but on another branch (R11).</summary>
    public ConversationEnding? Ending => IsEmpty ? null : HostEnding ?? Entries.FirstOrDefault(entry => entry.Ending is not null)?.Ending;

    /// <summary>Gets a value indicating whether nothing notable is on record.</summary>
    public bool IsEmpty => ReferenceEquals(this, Empty) || (Entries.Count == 0 && HostEnding is null);

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

    /// <summary>Adds an entry, or replaces the entry of the same turn: one turn, one count (R10). One that now follows another turn moves behind it.</summary>
    /// <param name="entry">The entry.</param>
    /// <returns>The ledger with the entry.</returns>
    public ConversationLedger With(LedgerEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (Find(entry.Turn) is { } existing && existing.Parent == entry.Parent)
        {
            return this with { Entries = [.. Entries.Select(other => other.Turn == entry.Turn ? entry : other)] };
        }

        var ledger = Where(other => other.Turn != entry.Turn);
        ledger = ledger with { Entries = [.. ledger.Entries, entry] };
        while (ledger.Entries.Count > MaxEntries)
        {
            // A crisis signal goes only when another one follows it at once: without it, what is said in its hold would count (R5).
            var entries = ledger.Entries;
            var oldest = entries[entries[0].Kind == TurnKind.Crisis && entries[1].Kind != TurnKind.Crisis ? 1 : 0];
            ledger = ledger.Where(other => !ReferenceEquals(other, oldest));
        }

        return ledger;
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
        return Where(entry => !turns.Contains(entry.Turn));
    }

    /// <summary>Leaves out turns that have no bearing any more (R9).</summary>
    /// <param name="turns">The turns.</param>
    /// <returns>The ledger without them; the violations among them are <see cref="Forgotten"/>.</returns>
    public ConversationLedger Forget(IReadOnlyCollection<TurnId> turns)
    {
        ArgumentNullException.ThrowIfNull(turns);
        return Without(turns).WithForgotten(Entries.Where(entry => entry.Kind == TurnKind.Violation && turns.Contains(entry.Turn)).Select(entry => entry.Turn));
    }

    /// <summary>Adds to what was forgiven; the earliest are left out beyond <see cref="MaxForgotten"/>.</summary>
    internal ConversationLedger WithForgotten(IEnumerable<TurnId> turns)
    {
        TurnId[] forgotten = [.. Forgotten.Union(turns)];
        return forgotten.Length == Forgotten.Count ? this : this with { Forgotten = [.. forgotten.Skip(forgotten.Length - MaxForgotten)] };
    }

    /// <summary>Gives the ledger of a branch that keeps some turns and no others.</summary>
    /// <param name="turns">The user turns that the branch keeps, oldest first.</param>
    /// <returns>The ledger. Crisis signals stay (R5); so does an end whose grounds all stay.</returns>
    public ConversationLedger KeepingOnly(IReadOnlyList<TurnId> turns)
    {
        ArgumentNullException.ThrowIfNull(turns);
        var kept = new HashSet<TurnId>(turns);
        return Where(entry => entry.Kind == TurnKind.Crisis || (kept.Contains(entry.Turn) && (entry.Ending is null || entry.Ending.Evidence.All(kept.Contains)))) with
        {
            FirstTurn = turns.Count > 0 ? turns[0] : null,
            HostEnding = null,
        };
    }

    /// <summary>Gives the ledger of one branch (R10).</summary>
    /// <param name="turns">Turns of the branch. Those that are not on record do not matter.</param>
    /// <returns>
    /// The ledger with these turns and those that they followed; this very ledger if that is all. Everything else was edited away. Crisis signals stay: an edit releases no hold
    /// (R5). An end stays unless an answered turn that it rests on was edited away: hosts drop a turn whose call threw (R11).
    /// </returns>
    public ConversationLedger BranchOf(IEnumerable<TurnId> turns)
    {
        ArgumentNullException.ThrowIfNull(turns);
        var path = Path(turns);
        bool IsOnBranch(LedgerEntry entry) => entry.Kind == TurnKind.Crisis || path.Contains(entry.Turn);
        var gone = new HashSet<TurnId>(Entries.Where(entry => entry.IsDelivered && !IsOnBranch(entry)).Select(entry => entry.Turn));
        var entries = Entries.Where(entry => entry.Ending is null ? IsOnBranch(entry) : path.Contains(entry.Turn) || !entry.Ending.Evidence.Any(gone.Contains)).ToList();
        return entries.Count == Entries.Count ? this : this with { Entries = entries };
    }

    /// <summary>Tells whether a turn on record came after another one on its branch.</summary>
    internal bool IsAfter(TurnId turn, TurnId other) => turn != other && Path([turn]).Contains(other);

    /// <summary>Some turns and those that they followed, which are always on record before them: one pass, whatever a store returns.</summary>
    private HashSet<TurnId> Path(IEnumerable<TurnId> turns)
    {
        var path = new HashSet<TurnId>(turns);
        for (var i = Entries.Count - 1; i >= 0; i--)
        {
            if (path.Contains(Entries[i].Turn) && Entries[i].Parent is { } parent)
            {
                path.Add(parent);
            }
        }

        return path;
    }

    /// <summary>Leaves entries out; what followed them follows what they followed.</summary>
    private ConversationLedger Where(Func<LedgerEntry, bool> stays)
    {
        var gone = new Dictionary<TurnId, LedgerEntry>();
        foreach (var entry in Entries.Where(entry => !stays(entry)))
        {
            gone[entry.Turn] = entry;
        }

        if (gone.Count == 0)
        {
            return this;
        }

        TurnId? Kept(TurnId? parent)
        {
            for (var i = 0; i < gone.Count && parent is { } id && gone.TryGetValue(id, out var entry); i++)
            {
                parent = entry.Parent;
            }

            return parent;
        }

        return this with { Entries = [.. Entries.Where(stays).Select(entry => entry.Parent is { } parent && gone.ContainsKey(parent) ? entry with { Parent = Kept(parent) } : entry)] };
    }
}
