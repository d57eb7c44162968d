using System.Security.Cryptography;
using ConversationGuard.Conversations;

namespace ConversationGuard.ChatCompletion;

/// <summary>A ledger, as stored and as the presented history shows it, with the identities of the presented turns.</summary>
internal readonly record struct TrackedLedger(ConversationLedger Ledger, ConversationLedger Branch, IReadOnlyList<UserTurn> Turns)
{
    /// <summary>Gets a value indicating whether the history shows another branch than all that is on record: its first turn goes on record, calm or not, so that later calls are known to be on it.</summary>
    public bool IsFork => Branch.Entries.Count < Ledger.Entries.Count;

    public TrackedLedger With(LedgerEntry entry) => this with { Ledger = Ledger.With(entry), Branch = Branch.With(entry) };

    public UserTurn Newest(PresentedHistory history, int index) => Turns[Turns.Count - history.Newest.Count + index];

    /// <summary>A conversation in progress keeps what is more lenient of the terms it is under and today's (R17).</summary>
    public static ConversationTerms Terms(GuardedCall call, ConversationLedger ledger) =>
        ledger.Terms is null || ledger.IsEmpty ? call.Settings.Terms : ledger.Terms.MoreLenient(call.Settings.Terms);

    /// <summary>The terms for a call: on a record that may lack what others know nothing is warned about or ended by itself (R5, R6). They do not go on record.</summary>
    public static ConversationTerms Terms(GuardedCall call, VersionedLedger stored)
    {
        var terms = Terms(call, stored.Ledger);
        return stored.IsBridged && terms.MostSevereAction > GuardAction.Redirect ? terms with { MostSevereAction = GuardAction.Redirect } : terms;
    }

    /// <summary>Gives the turns their identities and finds the branch that they show.</summary>
    public static TrackedLedger Track(GuardedCall call, ConversationLedger stored)
    {
        var ledger = stored.Salt is null ? stored with { Salt = NewSalt() } : stored;
        var turns = call.History.Identify(ledger, call.Settings.HashSecret);
        if (BeginsAnew(stored, call.History, turns))
        {
            ledger = ledger with { FirstTurn = turns[0].Id };
            turns = call.History.Identify(ledger, call.Settings.HashSecret);
        }

        var terms = Terms(call, stored);
        if (stored.IsEmpty)
        {
            ledger = ledger with { FirstTurn = turns.Count > 0 ? turns[0].Id : null, Terms = terms };
        }
        else if (!ReferenceEquals(stored.Terms, terms))
        {
            ledger = ledger with { Terms = terms };
        }

        return new(ledger, call.Settings.TrustsHistory ? call.History.Branch(ledger, turns) : ledger, turns);
    }

    /// <summary>
    /// The call that the conversation began with failed, its host dropped the turn, and the user began with another: that one is the first turn from now on. Else no
    /// later history would be known as whole, and no edit as one (R10).
    /// </summary>
    private static bool BeginsAnew(ConversationLedger stored, PresentedHistory history, IReadOnlyList<UserTurn> turns) =>
        !stored.IsEmpty && turns.Count > 0 && turns.Count == history.Newest.Count && stored.Find(turns[0].Id) is null && stored.Entries.All(entry => !entry.IsDelivered);

    /// <summary>A random value that keys a conversation's turn identities.</summary>
    public static string NewSalt()
    {
        var bytes = new byte[12];
#if NETSTANDARD2_0
        using var random = RandomNumberGenerator.Create();
        random.GetBytes(bytes);
#else
        RandomNumberGenerator.Fill(bytes);
#endif
        return Convert.ToBase64String(bytes);
    }
}
