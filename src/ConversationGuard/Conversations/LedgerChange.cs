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
                stored = stored.With(entry);
            }
        }

        return Ordered(stored) with { HostEnding = HostEnding(stored) };
    }

    private ConversationLedger Merge(ConversationLedger stored)
    {
        var to = To;
        var taken = From.Entries.Where(entry => to.Find(entry.Turn) is null).Select(entry => entry.Turn).ToList();
        var merged = taken.Count > 0 ? stored.Without(taken) : stored;
        foreach (var entry in To.Entries)
        {
            var before = From.Find(entry.Turn);
            if (before == entry)
            {
                continue;
            }

            // What others took back stays so, unless it has since become the end.
            var there = merged.Find(entry.Turn);
            if (there is not null || before is null || (entry.Ending is not null && before.Ending is null))
            {
                merged = merged.With(there is null ? entry : Combine(there, entry));
            }
        }

        return Ordered(merged) with
        {
            FirstTurn = To.FirstTurn == From.FirstTurn ? stored.FirstTurn : To.FirstTurn,
            HostEnding = HostEnding(stored),
            Terms = (stored.Terms, To.Terms) switch
            {
                ({ } there, { } here) => there.MoreLenient(here),
                (var there, var here) => there ?? here,
            },
        };
    }

    private ConversationEnding? HostEnding(ConversationLedger stored) =>
        To.HostEnding == From.HostEnding ? stored.HostEnding : To.HostEnding is null ? null : stored.HostEnding ?? To.HostEnding;

    /// <summary>One turn that both know: what was told first stands, and what was delivered was delivered.</summary>
    private static LedgerEntry Combine(LedgerEntry there, LedgerEntry here)
    {
        var told = there.Kind == TurnKind.Unclassified || (there.Ending is null && here.Ending is not null) ? here : there;
        return told with { IsDelivered = there.IsDelivered || here.IsDelivered, Ending = there.Ending ?? here.Ending };
    }

    /// <summary>The ledger is read in the order in which things happened.</summary>
    private static ConversationLedger Ordered(ConversationLedger ledger) => ledger with { Entries = [.. ledger.Entries.OrderBy(entry => entry.At)] };
}
