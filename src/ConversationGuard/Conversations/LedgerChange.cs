using ConversationGuard.Classification;

namespace ConversationGuard.Conversations;

/// <summary>What was done to a ledger while its store was away, to be done to what the store holds now.</summary>
/// <param name="From">The ledger as the store last gave it; empty if it never did.</param>
/// <param name="To">The ledger as it is here.</param>
internal readonly record struct LedgerChange(ConversationLedger From, ConversationLedger To)
{
    /// <summary>Applies the change. Applied again it adds nothing (R10); what others took back meanwhile stays taken back.</summary>
    public ConversationLedger ApplyTo(ConversationLedger stored)
    {
        // The store has nothing: it never had, or it lost it. What is known here is all that is known.
        if (stored.Salt is null && stored.IsEmpty)
        {
            return To;
        }

        return stored.Salt == To.Salt ? Merge(stored) : Foreign(stored);
    }

    /// <summary>
    /// The store knew a conversation that this process did not, so the same turn has another identity here and there. What cannot be compared is not counted twice: only crisis signals and
    /// an end are added (R5, R6, R11).
    /// </summary>
    private ConversationLedger Foreign(ConversationLedger stored)
    {
        foreach (var entry in To.Entries)
        {
            if (From.Find(entry.Turn) is null && (entry.Kind == TurnKind.Crisis || entry.Ending is not null))
            {
                // What it followed is not known there: it follows what is.
                stored = stored.With(entry with { Parent = stored.Entries is [.., var last] ? last.Turn : null });
            }
        }

        return stored with { HostEnding = HostEnding(stored) };
    }

    private ConversationLedger Merge(ConversationLedger stored)
    {
        var to = To;
        var taken = From.Entries.Where(entry => to.Find(entry.Turn) is null).Select(entry => entry.Turn).ToList();
        var merged = (taken.Count > 0 ? stored.Without(taken) : stored).WithForgotten(To.Forgotten.Except(From.Forgotten));
        foreach (var entry in To.Entries)
        {
            var before = From.Find(entry.Turn);
            if (before == entry)
            {
                continue;
            }

            // What others removed or forgave stays so, unless it has since become the end.
            if (merged.Find(entry.Turn) is { } there)
            {
                merged = merged.With(Combine(before, there, entry));
            }
            else if ((before is null && !stored.Forgotten.Contains(entry.Turn)) || (entry.Ending is not null && before?.Ending is null))
            {
                merged = Insert(merged, entry);
            }
        }

        return merged with
        {
            FirstTurn = To.FirstTurn == From.FirstTurn ? stored.FirstTurn : To.FirstTurn,
            HostEnding = HostEnding(stored),
            Terms = To.Terms is null || To.Terms == From.Terms ? stored.Terms : stored.Terms?.MoreLenient(To.Terms) ?? To.Terms,
        };
    }

    private ConversationEnding? HostEnding(ConversationLedger stored) =>
        To.HostEnding == From.HostEnding ? stored.HostEnding : To.HostEnding is null ? null : stored.HostEnding ?? To.HostEnding;

    /// <summary>One turn that both know: what was told first stands, what was delivered was delivered, and an end or what the host took back is that of who changed it.</summary>
    private static LedgerEntry Combine(LedgerEntry? before, LedgerEntry there, LedgerEntry here)
    {
        var newEnding = before?.Ending is null ? here.Ending : null;
        var told = there.Kind == TurnKind.Unclassified || (there.Ending is null && newEnding is not null) ? here : there;
        return told with
        {
            IsDelivered = there.IsDelivered || here.IsDelivered,
            IsTakenBack = here.IsTakenBack == (before?.IsTakenBack ?? false) ? there.IsTakenBack : here.IsTakenBack,
            Ending = there.Ending ?? newEnding,
        };
    }

    /// <summary>The ledger is read in the order in which things happened; what followed a turn stands after it.</summary>
    private static ConversationLedger Insert(ConversationLedger ledger, LedgerEntry entry)
    {
        var added = ledger.With(entry);
        List<LedgerEntry> entries = [.. added.Entries.Where(other => other.Turn != entry.Turn)];
        entries.Insert(1 + entries.FindLastIndex(other => other.At <= entry.At || other.Turn == entry.Parent), added.Find(entry.Turn)!);
        return added with { Entries = entries };
    }
}
