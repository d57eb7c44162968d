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

    /// <summary>Where a turn on record that is made again stands from now on: behind the one that is shown before it, if that one is new. Else a retry would take it for another (R10).</summary>
    public LedgerEntry AsShown(GuardedCall call, LedgerEntry entry)
    {
        if (call.History.IsHeldByServer)
        {
            return AsSent(entry);
        }

        var shown = Turns.TakeWhile(turn => turn.Id != entry.Turn).Reverse().Select(turn => Branch.Find(turn.Id)).FirstOrDefault(other => other is not null);
        return shown is null || !call.Settings.TrustsHistory || Ledger.IsAfter(entry.Turn, shown.Turn) ? entry : entry with { Parent = shown.Turn };
    }

    /// <summary>What the host took back and is sent to a server again stands where it is sent: a wish before it is forgotten (R12). It still counts for nothing (R10).</summary>
    private LedgerEntry AsSent(LedgerEntry entry)
    {
        var sentLater = new HashSet<TurnId>(Turns.SkipWhile(turn => turn.Id != entry.Turn).Select(turn => turn.Id));
        return entry is { IsTakenBack: true, IsDelivered: false, Kind: not TurnKind.Crisis and not TurnKind.Calm } && Ledger.Entries.SkipWhile(other => other.Turn != entry.Turn).Any(other => !sentLater.Contains(other.Turn))
            ? entry with { Parent = Ledger.Entries[Ledger.Entries.Count - 1].Turn }
            : entry;
    }

    /// <summary>Replaces an entry; one that now follows another turn moves behind it.</summary>
    public TrackedLedger Replace(LedgerEntry entry) => this with { Ledger = Ledger.With(entry), Branch = Branch.With(entry), Tip = Tip is null || Ledger.Find(entry.Turn)?.Parent == entry.Parent ? Tip : entry.Turn };

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
        if (BeginsAnew(stored, call.History, reading.Turns) && FirstOf(call, ledger) is var first && first != ledger.FirstTurn)
        {
            ledger = ledger with { FirstTurn = first };
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
            { History.IsHeldByServer: true } => new(ledger, ledger.Without(Moved(ledger, reading.Turns.Skip(reading.Turns.Count - call.History.Newest.Count), terms, now)), reading.Turns, last),
            _ => new(ledger, Shown(call, ledger, reading), reading.Turns, reading.Tip),
        };
    }

    /// <summary>Where the history is ambiguous, the mildest reading wins (R6), the new turns taken to be violations unless their words were calm before.</summary>
    private static HistoryReading Read(GuardedCall call, ConversationLedger ledger, DateTimeOffset now)
    {
        var readings = call.History.Read(ledger, call.Settings.HashSecret).ToList();
        if (readings.Count == 1)
        {
            return readings[0];
        }

        var terms = Terms(call, ledger);
        (bool, bool, bool, int, int) Severity(HistoryReading reading)
        {
            var branch = reading.Branch(ledger);
            branch = branch with { Entries = [.. branch.Entries, .. Added(reading, ledger, branch).Select(kind => _probe with { Kind = kind, At = now })] };
            var state = ConversationState.Fold(branch, terms, now);
            return (branch.Ending is not null, !state.IsCrisisHold, state.IsWarned, state.FailedRedirections, state.Violations.Count);
        }

        return readings.OrderBy(Severity).First();
    }

    private static IEnumerable<TurnKind> Added(HistoryReading reading, ConversationLedger ledger, ConversationLedger branch)
    {
        var calm = new HashSet<string>(ledger.Entries.Where(entry => entry.Kind == TurnKind.Calm).Select(entry => entry.Turn.Fingerprint), StringComparer.Ordinal);
        List<TurnKind> kinds = [.. reading.Turns.Skip(reading.Old).Where(turn => branch.Find(turn.Id) is null).Select(turn => calm.Contains(turn.Fingerprint) ? TurnKind.Calm : TurnKind.Violation)];
        return Enumerable.Repeat(TurnKind.Violation, Math.Max(0, reading.Added - kinds.Count)).Concat(kinds.Skip(kinds.Count - Math.Min(kinds.Count, reading.Added)));
    }

    /// <summary>
    /// The branch that is shown. Where something was said after a wish to end, on whichever branch, or may have been, the user has to be asked again (R12): a yes may be the answer to something
    /// else. So they have where the wish is among the newest turns again: what stands beside it answers nothing.
    /// </summary>
    private static ConversationLedger Shown(GuardedCall call, ConversationLedger ledger, HistoryReading reading)
    {
        var branch = reading.Branch(ledger);
        bool IsLast(LedgerEntry wish, HistoryReading other) => other.Branch(ledger).Entries is [.., var last] && last.Turn == wish.Turn;
        return branch.Entries is [.., { Kind: TurnKind.EndWish, IsDelivered: true } wish] &&
            (wish != ledger.Entries[ledger.Entries.Count - 1] || reading.Turns.Skip(reading.Old).Any(turn => turn.Id == wish.Turn) || !call.History.Read(ledger, call.Settings.HashSecret).All(other => IsLast(wish, other)))
            ? branch.With(wish with { IsDelivered = false })
            : branch;
    }

    /// <summary>
    /// What is newly sent to a server again after something else stands where it is answered: a reply that comes later is no redirection before (R3). Calm words, what was said in a hold and
    /// what the host took back keep their place (R5, R6, R10).
    /// </summary>
    private static List<TurnId> Moved(ConversationLedger ledger, IEnumerable<UserTurn> turns, ConversationTerms terms, DateTimeOffset now)
    {
        List<LedgerEntry> again = [.. turns.Select(turn => ledger.Find(turn.Id)).OfType<LedgerEntry>().Where(entry => entry is { IsDelivered: false, Ending: null })];
        if (again.Count == 0)
        {
            return [];
        }

        var ofHolds = ConversationState.Fold(ledger, terms, now).OfHolds;
        var movable = again.Where(entry => entry.Kind != TurnKind.Calm && !entry.IsTakenBack && !ofHolds.Contains(entry)).ToList();
        var behindOthers = ledger.Entries.Reverse().TakeWhile(again.Contains).Reverse().Where(movable.Contains);
        return movable.SequenceEqual(behindOthers) ? [] : [.. movable.Select(entry => entry.Turn)];
    }

    /// <summary>
    /// The call that the conversation began with failed, its host dropped the turn, and the user began with another: that one is the first turn from now on. Else no
    /// later history would be known as whole, and no edit as one (R10).
    /// </summary>
    private static bool BeginsAnew(ConversationLedger stored, PresentedHistory history, IReadOnlyList<UserTurn> turns) =>
        !stored.IsEmpty && turns.Count > 0 && turns.Count == history.Newest.Count && !history.IsHeldByServer && stored.Find(turns[0].Id) is null or { Kind: TurnKind.Calm } && stored.Entries.All(entry => !entry.IsDelivered);

    /// <summary>The identity of the first turn that is shown, if nothing came before it.</summary>
    private static TurnId FirstOf(GuardedCall call, ConversationLedger ledger) =>
        call.History.Read(ConversationLedger.Empty with { Salt = ledger.Salt }, call.Settings.HashSecret).First().Turns[0].Id;

    /// <summary>A random value that keys a conversation's turn identities.</summary>
    public static string NewSalt()
    {
        var bytes = new byte[12];
        RandomNumberGenerator.Fill(bytes);
        return Convert.ToBase64String(bytes);
    }
}
