using System.Security.Cryptography;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;

namespace ConversationGuard.ChatCompletion;

/// <summary>A ledger, as stored and as the presented history shows it, with the identities of the presented turns and the turn on record that a new one follows.</summary>
internal sealed record TrackedLedger(ConversationLedger Ledger, ConversationLedger Branch, IReadOnlyList<UserTurn> Turns, TurnId? Tip)
{
    private static readonly LedgerEntry _probe = new() { Turn = new("?"), Kind = TurnKind.Violation, At = default };

    /// <summary>Gets a value indicating whether the history shows another branch than all that is on record: then every turn goes on record, calm or not, so that later calls are known to be on it.</summary>
    public bool IsFork => Branch.Entries.Count < Ledger.Entries.Count;

    public TrackedLedger With(LedgerEntry entry)
    {
        // One that could not be judged before stands where it stood.
        var before = Branch.Find(entry.Turn);
        entry = entry with { Parent = before is null ? Tip : before.Parent };
        return this with { Ledger = Ledger.With(entry), Branch = Branch.With(entry), Tip = before is null ? entry.Turn : Tip };
    }

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
    public static TrackedLedger Track(GuardedCall call, ConversationLedger stored, DateTimeOffset now)
    {
        var ledger = stored.Salt is null ? stored with { Salt = NewSalt() } : stored;
        var reading = Read(call, ledger, now);
        if (BeginsAnew(stored, call.History, reading.Turns))
        {
            ledger = ledger with { FirstTurn = call.History.Read(ConversationLedger.Empty with { Salt = ledger.Salt }, call.Settings.HashSecret).First().Turns[0].Id };
            reading = Read(call, ledger, now);
        }

        var terms = Terms(call, stored);
        if (stored.IsEmpty)
        {
            ledger = ledger with { FirstTurn = reading.Turns.Count > 0 ? reading.Turns[0].Id : null, Terms = terms };
        }
        else if (!ReferenceEquals(stored.Terms, terms))
        {
            ledger = ledger with { Terms = terms };
        }

        var last = ledger.Entries is [.., var latest] ? latest.Turn : default(TurnId?);
        return call switch
        {
            { Settings.TrustsHistory: false } => new(ledger, ledger, reading.Turns, last),
            { History.IsHeldByServer: true } => new(ledger, ledger.Without(Moved(ledger, reading.Turns, terms, now)), reading.Turns, last),
            _ => new(ledger, Shown(call, ledger, reading), reading.Turns, reading.Tip),
        };
    }

    /// <summary>Where the history is ambiguous, the mildest reading wins (R6), the new turns taken to be violations.</summary>
    private static HistoryReading Read(GuardedCall call, ConversationLedger ledger, DateTimeOffset now)
    {
        var readings = call.History.Read(ledger, call.Settings.HashSecret).ToList();
        if (readings.Count == 1)
        {
            return readings[0];
        }

        var terms = Terms(call, ledger);
        (bool, bool, int, int) Severity(HistoryReading reading)
        {
            var branch = reading.Branch(ledger);
            branch = branch with { Entries = [.. branch.Entries, .. Enumerable.Repeat(_probe with { At = now }, reading.Added)] };
            var state = ConversationState.Fold(branch, terms, now);
            return (branch.Ending is not null, state.IsWarned, state.FailedRedirections, state.Violations.Count);
        }

        return readings.OrderBy(Severity).First();
    }

    /// <summary>The branch that is shown. Where something may have been said after a wish to end, the user has to be asked again (R12): a yes may be the answer to something else.</summary>
    private static ConversationLedger Shown(GuardedCall call, ConversationLedger ledger, HistoryReading reading)
    {
        var branch = reading.Branch(ledger);
        return branch.Entries is [.., { Kind: TurnKind.EndWish, IsDelivered: true } wish] && call.History.Read(ledger, call.Settings.HashSecret).Any(other => other.Branch(ledger).Entries is not [.., var last] || last.Turn != wish.Turn)
            ? branch.With(wish with { IsDelivered = false })
            : branch;
    }

    /// <summary>What is sent to a server again after something else stands where it is answered: a reply that comes later is no redirection before (R3). Calm words and what was said in a hold keep their place (R5, R6).</summary>
    private static List<TurnId> Moved(ConversationLedger ledger, IReadOnlyList<UserTurn> turns, ConversationTerms terms, DateTimeOffset now)
    {
        List<LedgerEntry> again = [.. turns.Select(turn => ledger.Find(turn.Id)).OfType<LedgerEntry>().Where(entry => entry is { IsDelivered: false, Ending: null })];
        if (again.SequenceEqual(ledger.Entries.Skip(ledger.Entries.Count - again.Count)))
        {
            return [];
        }

        var ofHolds = ConversationState.Fold(ledger, terms, now).OfHolds;
        return [.. again.Where(entry => entry.Kind != TurnKind.Calm && !ofHolds.Contains(entry)).Select(entry => entry.Turn)];
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
        RandomNumberGenerator.Fill(bytes);
        return Convert.ToBase64String(bytes);
    }
}
