using ConversationGuard.Classification;

namespace ConversationGuard.Conversations;

/// <summary>Finds the turns of a presented history on a ledger that has entries: in every way that the history can be read (R10).</summary>
/// <remarks>
/// A turn is known by what it says and by what it follows, so that a history that is shown from its first turn on is exact. Where turns are missing, the rest is
/// matched with the record as well as it can be: a turn on record that no history shows any more was trimmed if one that followed it is shown, and edited away if not.
/// </remarks>
internal sealed class HistoryReader
{
    private readonly ConversationLedger _ledger;
    private readonly IReadOnlyList<UserTurn> _turns;
    private readonly int _old;
    private readonly Func<string, TurnId?, TurnId> _identify;
    private readonly ILookup<string, LedgerEntry> _byFingerprint;
    private readonly Dictionary<TurnId, LedgerEntry> _entries = [];
    private readonly Dictionary<TurnId, int> _places = [];

    /// <param name="ledger">The record.</param>
    /// <param name="turns">The presented turns with their fingerprints, oldest first.</param>
    /// <param name="newest">How many of them, at the end, the user newly wrote.</param>
    /// <param name="identify">Gives the identity of a turn from its fingerprint and the turn that it follows.</param>
    public HistoryReader(ConversationLedger ledger, IReadOnlyList<UserTurn> turns, int newest, Func<string, TurnId?, TurnId> identify)
    {
        (_ledger, _turns, _old, _identify) = (ledger, turns, turns.Count - newest, identify);
        for (var place = 0; place < ledger.Entries.Count; place++)
        {
            // Whatever a store returns, the later one holds.
            (_entries[ledger.Entries[place].Turn], _places[ledger.Entries[place].Turn]) = (ledger.Entries[place], place);
        }

        _byFingerprint = ledger.Entries.Reverse().ToLookup(entry => entry.Turn.Fingerprint, StringComparer.Ordinal);
    }

    /// <summary>What a server holds it has in order: what is sent to it comes after all that is on record, or again as long as its reply did not go out.</summary>
    public HistoryReading HeldByServer()
    {
        var tip = _ledger.Entries.Count > 0 ? _ledger.Entries[_ledger.Entries.Count - 1].Turn : default(TurnId?);
        var turns = new List<UserTurn>();
        var previous = tip;
        var added = 0;
        foreach (var turn in _turns)
        {
            // The latest ones of that text, in order. Calm words and a crisis before others stand where they are: as the last ones they are said anew (R5, R6).
            bool IsUnanswered(LedgerEntry entry) =>
                !entry.IsDelivered && (entry.Kind is not TurnKind.Calm and not TurnKind.Crisis || entry.Turn == tip || turns.Count < _turns.Count - 1);
            var unanswered = _byFingerprint[turn.Fingerprint]
                .Where(entry => IsUnanswered(entry) || IsMessageId(turn) || (_old == _turns.Count && (entry.Kind != TurnKind.Calm || entry.Turn == tip)))
                .Where(entry => !turns.Exists(other => other.Id == entry.Turn))
                .Take(_turns.Skip(turns.Count).Count(other => other.Fingerprint == turn.Fingerprint))
                .LastOrDefault();
            var id = unanswered?.Turn ?? Free(turn.Fingerprint, previous);
            added += unanswered is null ? 1 : 0;
            turns.Add(turn with { Id = id });
            previous = id;
        }

        return new(turns, tip, added, _old);
    }

    /// <summary>Gives every reading that the history allows, the likeliest first.</summary>
    public IEnumerable<HistoryReading> Readings()
    {
        var shown = IsWhole ? AsShown() : null;
        if (shown is not null && (shown.Added == 0 || IsOver(shown)))
        {
            return [shown];
        }

        var readings = new List<HistoryReading>();
        if (shown is not null)
        {
            readings.Add(shown);
        }

        if (shown is null || _turns.Take(_old + 1).Skip(Proven(shown) + 1).Any(turn => _byFingerprint.Contains(turn.Fingerprint)))
        {
            readings.AddRange(WithGaps());
        }

        // Between what is shown last and what is new there may have been more: edited away, dropped, or trimmed.
        readings.AddRange([.. readings.Where(reading => reading.Added > 0).SelectMany(reading => After(reading.Tip).Select(turn => reading with { Tip = turn }))]);
        return readings;
    }

    /// <summary>Whether it begins with the recorded first turn.</summary>
    private bool IsWhole => _turns.Count > 0 && _identify(_turns[0].Fingerprint, null) == _ledger.FirstTurn;

    private static bool IsMessageId(UserTurn turn) => turn.Fingerprint[0] == 'm';

    /// <summary>Whether it is on record, or was until it was forgiven.</summary>
    private bool IsKnown(TurnId turn) => _entries.ContainsKey(turn) || _ledger.Forgotten.Contains(turn);

    /// <summary>Nothing is missing: every turn follows the one before it. Null if something is missing for certain.</summary>
    private HistoryReading? AsShown()
    {
        var reading = Follow([.. _turns], 0, null, null);

        // What someone wrote against the rules went on record; it is not there, but elsewhere: what came before it there was trimmed. An end is opened by no less than a proof (R11);
        // calm words, like "yes", prove nothing: one says them again and again.
        // The same words on record right behind it are not it.
        // After a reinstatement the words may be those that were refused before it, and kept.
        var mayBeRefused = _ledger.Entries.Any(entry => entry.IsTakenBack);
        bool IsElsewhere(UserTurn turn) => !mayBeRefused && !IsKnown(turn.Id) && _byFingerprint[turn.Fingerprint].Any(entry =>
            entry.Turn != _identify(turn.Fingerprint, turn.Id) && (entry.Kind is TurnKind.Violation or TurnKind.Crisis || (_ledger.Ending is not null && entry.Kind != TurnKind.Calm)));

        return reading.Turns.Take(_old).Skip(Math.Max(0, Proven(reading)) + 1).Any(IsElsewhere) && !IsOver(reading) ? null : reading;
    }

    /// <summary>The last turn that is on record as it is shown: it proves all that is shown before it. -1 if there is none.</summary>
    private int Proven(HistoryReading reading) => reading.Turns.ToList().FindLastIndex(turn => IsKnown(turn.Id));

    /// <summary>Whether the end is on the branch: then what is said there is refused and does not go on record.</summary>
    private bool IsOver(HistoryReading reading) => _ledger.Ending is not null && reading.Branch(_ledger).Ending is not null;

    /// <summary>
    /// Turns may be missing: the presented ones are matched with the record backwards from the newest. Of the matches with the least that does not fit each is a reading; the same text
    /// again may be the turn on record, made again.
    /// </summary>
    private List<HistoryReading> WithGaps()
    {
        var lastKnown = _old - 1;
        while (lastKnown >= 0 && !_byFingerprint.Contains(_turns[lastKnown].Fingerprint))
        {
            lastKnown--;
        }

        // What was said just before it need not be on record: it was calm, or it is forgiven.
        var first = _old;
        while (first < _turns.Count - 1 && !_byFingerprint.Contains(_turns[first].Fingerprint))
        {
            first++;
        }

        var matches = new List<(LedgerEntry Entry, bool IsAgain, int Conflicts)>();
        if (first < _turns.Count)
        {
            // What was said between other turns and is said again may as well be new; what counts against someone is not counted twice (R10).
            matches.AddRange(_byFingerprint[_turns[first].Fingerprint]
                .Where(entry => entry.Kind is TurnKind.Violation or TurnKind.Crisis || !_ledger.Entries.Any(other => other.Parent == entry.Turn) || _old < _turns.Count - 1 || IsMessageId(_turns[first]))
                .Select(entry => (entry, true, Match(null, LastUnproven(first, entry), Parent(entry), first + 1))));
        }

        // Where nothing that is shown is on record, what was trimmed counts; of several branches it is the one that was gone on with. Of calls that failed the turns may have been dropped.
        // A signal that was said again keeps its place: its time shows that it was gone on from there (R5).
        var latest = _ledger.Entries[_ledger.Entries.Count - 1];
        var signal = _ledger.Entries.LastOrDefault(entry => entry.Kind == TurnKind.Crisis && entry.At > latest.At) ?? latest;
        matches.AddRange(lastKnown < 0 ? UpToAnswered(latest).Union(UpToAnswered(signal)).Select(entry => (entry, false, 0)) : _byFingerprint[_turns[lastKnown].Fingerprint].Select(entry => (entry, false, Match(null, lastKnown, entry))));

        var least = matches.Min(match => match.Conflicts);
        var readings = matches.Where(match => match.Conflicts == least).Select(match => (match.IsAgain, Reading: WithGaps(match.Entry, match.IsAgain ? first : -1, lastKnown))).ToList();

        // What may be made again is not counted again (R10); but what stands on a branch that was left may as well be said on the other one for the first time.
        bool IsGoneOnWith(TurnId turn) => turn == latest.Turn || _ledger.IsAfter(latest.Turn, turn);
        var again = readings.Where(it => it.IsAgain && (IsMessageId(_turns[first]) || IsGoneOnWith(it.Reading.Tip!.Value))).Select(it => it.Reading.Added).DefaultIfEmpty(int.MaxValue).Min();
        var allowed = readings.Where(it => it.Reading.Added <= again).Select(it => it.Reading);

        return lastKnown < 0 && BehindForgiven() is { } edited ? [edited, .. allowed] : [.. allowed];
    }

    /// <summary>Where what is forgiven is shown and nothing that came after it, all of that was edited away. Null where it is not so.</summary>
    private HistoryReading? BehindForgiven()
    {
        var last = _turns.Count - 1;
        var shown = _turns.Take(last).Select(turn => turn.Fingerprint).ToList();
        if (shown.Exists(_byFingerprint.Contains) || !_ledger.Forgotten.Any(turn => shown.Contains(turn.Fingerprint)))
        {
            return null;
        }

        var (turns, unknown) = Placed(-1, null, last);
        var reading = Follow(turns, last, turns[last - 1].Id, null);
        return reading with { Added = reading.Added + unknown };
    }

    /// <summary>Reads a newest turn as a turn on record made again, or the last known one as one.</summary>
    private HistoryReading WithGaps(LedgerEntry entry, int again, int lastKnown)
    {
        if (again < 0)
        {
            var (shown, _) = Placed(lastKnown, entry, _old);
            return Follow(shown, _old, _old > 0 ? shown[_old - 1].Id : entry.Turn, entry.Turn);
        }

        var (turns, unknown) = Placed(again - 1, Parent(entry), Math.Max(_old, again));
        turns[again] = turns[again] with { Id = entry.Turn };
        var reading = Follow(turns, again + 1, entry.Turn, entry.Turn);
        return reading with { Added = reading.Added + unknown };
    }

    /// <summary>The last turn before a presented one that is not proven to stand there if that one is an entry made again: its identity proves the turns that are not on record and that it follows.</summary>
    private int LastUnproven(int index, LedgerEntry entry)
    {
        var (turns, _) = Placed(index - 1, Parent(entry), index);
        return index > 0 && _identify(turns[index].Fingerprint, turns[index - 1].Id) == entry.Turn ? Array.FindLastIndex(turns, index - 1, turn => _entries.ContainsKey(turn.Id)) : index - 1;
    }

    /// <summary>Gives the presented turns before an index identities: those that match the record backwards from an entry theirs, the others by the one before.</summary>
    /// <returns>The turns, and how many of the newest among them are not on record.</returns>
    private (UserTurn[] Turns, int Unknown) Placed(int last, LedgerEntry? from, int end)
    {
        var turns = _turns.ToArray();
        Match(turns, last, from);
        var unknown = 0;
        for (var i = 0; i < end; i++)
        {
            if (turns[i].Id == default)
            {
                // What is forgiven and stands beside the newest turn again is not counted again.
                var forgiven = i < _old ? default : _ledger.Forgotten.FirstOrDefault(turn => turn.Fingerprint == turns[i].Fingerprint);
                unknown += i < _old || forgiven != default ? 0 : 1;
                turns[i] = turns[i] with { Id = forgiven != default ? forgiven : _identify(turns[i].Fingerprint, i > 0 ? turns[i - 1].Id : default(TurnId?)) };
            }
        }

        return (turns, unknown);
    }

    /// <summary>Matches presented turns with the record, backwards from an entry; those from an index on are made again.</summary>
    /// <returns>How many turns are on record, but not there. What was forgiven may be shown too, and calm words on record may be those that are said again after them: those are no conflict.</returns>
    private int Match(UserTurn[]? turns, int last, LedgerEntry? from, int again = int.MaxValue)
    {
        var (conflicts, shownForgiven) = (0, 0);
        var forgiven = _ledger.Forgotten.Select(turn => turn.Fingerprint).ToList();
        for (var i = last; i >= 0; i--)
        {
            var at = from;
            while (at is not null && at.Turn.Fingerprint != _turns[i].Fingerprint)
            {
                at = Parent(at);
            }

            if (at is null)
            {
                var entries = _byFingerprint[_turns[i].Fingerprint];
                var isElsewhere = entries.Any(entry => entry.Kind is TurnKind.Violation or TurnKind.Crisis) || entries.Count() > _turns.Skip(again).Count(turn => turn.Fingerprint == _turns[i].Fingerprint);
                var isForgiven = isElsewhere && forgiven.Remove(_turns[i].Fingerprint);
                conflicts += isElsewhere && !isForgiven ? 1 : 0;
                shownForgiven += isForgiven ? 1 : 0;
                continue;
            }

            // What is forgiven was said before all that is on record, and not behind this turn.
            (conflicts, shownForgiven) = (conflicts + shownForgiven, 0);

            if (turns is not null)
            {
                turns[i] = turns[i] with { Id = at.Turn };
            }

            from = Parent(at);
        }

        return conflicts;
    }

    /// <summary>Gives identities from a turn on, each by the one before it, as far as the record goes and beyond.</summary>
    private HistoryReading Follow(UserTurn[] turns, int from, TurnId? previous, TurnId? tip)
    {
        var added = 0;
        for (var i = from; i < turns.Length; i++)
        {
            var id = Behind(previous, turns, i);
            turns[i] = turns[i] with { Id = id };
            previous = id;
            var isKnown = _entries.ContainsKey(id) && (i < _old || tip is null || _ledger.IsAfter(id, tip.Value));
            tip = isKnown && added == 0 ? id : tip;

            // What is forgiven and stands beside the newest turn again is not counted again.
            added += isKnown || i < _old || (i < turns.Length - 1 && _ledger.Forgotten.Contains(id)) ? 0 : 1;
        }

        return new(turns, tip, added, _old);
    }

    /// <summary>The identity of a turn by the one before it: the turn on record that was put behind that one when it was made again, if there is one and no later turn is it.</summary>
    private TurnId Behind(TurnId? previous, UserTurn[] turns, int index)
    {
        var id = _identify(turns[index].Fingerprint, previous);
        if (previous is null || _entries.ContainsKey(id) || _byFingerprint[turns[index].Fingerprint].FirstOrDefault(entry => entry.Parent == previous) is not { Turn: var moved })
        {
            return id;
        }

        // The same words on record right behind it were not put there: they follow it.
        var at = id;
        return moved == _identify(turns[index].Fingerprint, id) || turns.Skip(index + 1).Any(turn => (at = _identify(turn.Fingerprint, at)) == moved) ? id : moved;
    }

    /// <summary>What an entry followed, which is always on record before it: a walk ends whatever a store returns.</summary>
    private LedgerEntry? Parent(LedgerEntry entry) =>
        entry.Parent is { } parent && _entries.TryGetValue(parent, out var found) && _places[parent] < _places[entry.Turn] ? found : null;

    /// <summary>A turn and those that it followed, back to one that was answered.</summary>
    private IEnumerable<LedgerEntry> UpToAnswered(LedgerEntry entry)
    {
        for (var at = entry; at is not null; at = at.IsDelivered ? null : Parent(at))
        {
            yield return at;
        }
    }

    /// <summary>The turns on record behind another one; behind none, all.</summary>
    private HashSet<TurnId> After(TurnId? turn)
    {
        var behind = new HashSet<TurnId>();
        foreach (var entry in _ledger.Entries)
        {
            if (turn is null || entry.Parent == turn || (entry.Parent is { } parent && behind.Contains(parent)))
            {
                behind.Add(entry.Turn);
            }
        }

        return behind;
    }

    private TurnId Free(string fingerprint, TurnId? previous)
    {
        var id = _identify(fingerprint, previous);
        while (_entries.ContainsKey(id) && fingerprint[0] != 'm')
        {
            id = _identify(fingerprint, id);
        }

        return id;
    }
}
