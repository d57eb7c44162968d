using ConversationGuard.Classification;
using ConversationGuard.Conversations;

namespace ConversationGuard.DeEscalation;

/// <summary>The counter: what a ledger amounts to at a moment. A pure fold, the same live, in tests and in a replay.</summary>
public sealed record ConversationState
{
    private ConversationState()
    {
    }

    /// <summary>Gets the state of a conversation in which nothing notable happened.</summary>
    public static ConversationState Untouched { get; } = new();

    /// <summary>Gets how far the conversation has gone.</summary>
    public ConversationPhase Phase { get; private init; }

    /// <summary>Gets a value indicating whether the conversation is on hold for someone at risk (R5). It stands over the phase.</summary>
    public bool IsCrisisHold { get; private init; }

    /// <summary>Gets a value indicating whether the help resources were delivered during this hold.</summary>
    public bool AreResourcesDelivered { get; private init; }

    /// <summary>Gets the violations that count, oldest first: what the next decision rests on. Forgiven ones are not among them (R9).</summary>
    public IReadOnlyList<LedgerEntry> Violations { get; private init; } = [];

    /// <summary>Gets how many delivered redirections the next counted turn answered with another violation (R2).</summary>
    public int FailedRedirections { get; private init; }

    /// <summary>Gets a value indicating whether a warning was delivered in an earlier turn and has not lapsed (R2, R9).</summary>
    public bool IsWarned { get; private init; }

    /// <summary>Gets how many calm turns there were in a row.</summary>
    public int CalmTurns { get; private init; }

    /// <summary>Gets a value indicating whether the user's latest turn was a wish to end, and the user was told that an end is final: a clear yes now ends the conversation (R12).</summary>
    public bool IsWishPending { get; private init; }

    /// <summary>Gets a value indicating whether nothing counts, no hold is on and no wish waits for an answer: then a calm turn need not be recorded.</summary>
    public bool IsClean => Violations.Count == 0 && !IsCrisisHold && !HasWish && Phase is not ConversationPhase.Ended;

    /// <summary>Gets a value indicating whether the latest turn on record is a wish to end, told what it means or not: the next turn forgets it.</summary>
    internal bool HasWish { get; private init; }

    /// <summary>Gets how many of the ledger's first entries have no bearing any more: after them the state was clean again.</summary>
    internal int Obsolete { get; private init; }

    /// <summary>Gets the crisis signals and what was said in the holds that they began: it is never held against anyone (R5).</summary>
    internal IReadOnlyList<LedgerEntry> OfHolds { get; private init; } = [];

    /// <summary>Folds a ledger.</summary>
    /// <param name="ledger">The ledger, as seen on the branch in question.</param>
    /// <param name="terms">What the conversation is held to.</param>
    /// <param name="now">The moment.</param>
    /// <returns>The state.</returns>
    public static ConversationState Fold(ConversationLedger ledger, ConversationTerms terms, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(terms);
        if (ledger.IsEmpty)
        {
            return Untouched;
        }

        var fold = new Counter(terms);
        for (var i = 0; i < ledger.Entries.Count; i++)
        {
            fold.Add(ledger.Entries[i], i);
        }

        fold.Advance(now);
        return fold.ToState(ledger.Ending is not null);
    }

    /// <summary>The running totals of one fold.</summary>
    private sealed class Counter(ConversationTerms terms)
    {
        private readonly List<Strike> _strikes = [];
        private readonly List<LedgerEntry> _ofHolds = [];
        private DateTimeOffset _forgivingSince;
        private DateTimeOffset _crisisAt;
        private int _calmTurns;
        private int _calmTurnsInHold;
        private int _obsolete;
        private bool _hold;
        private bool _resourcesDelivered;

        /// <summary>Whether the last strike is the latest turn that counts; there is one then. A crisis signal need not end that: the calm turns that release its hold do (R5).</summary>
        private bool _lastCountedWasViolation;

        private LedgerEntry? _wish;

        public void Add(LedgerEntry entry, int index)
        {
            Advance(entry.At);

            if (entry.IsTakenBack)
            {
                // The redirection before it was not followed by a violation that counts.
                (_wish, _lastCountedWasViolation) = (null, false);
                return;
            }

            // Whatever follows a wish forgets it; what is said in a hold ends nothing (R5, R12).
            _wish = entry.Kind == TurnKind.EndWish && !_hold ? entry : null;
            switch (entry.Kind)
            {
                case TurnKind.Crisis:
                    _ofHolds.Add(entry);
                    _resourcesDelivered = (_hold && _resourcesDelivered) || entry.IsDelivered;

                    // An earlier signal that was sent again is the later one.
                    _crisisAt = _hold && _crisisAt > entry.At ? _crisisAt : entry.At;
                    _hold = true;
                    _calmTurnsInHold = 0;
                    _calmTurns = 0;
                    break;

                case TurnKind.Violation:
                    _calmTurns = 0;
                    _calmTurnsInHold = 0;

                    // What someone at risk says in a hold is not held against them, then or later (R5).
                    if (_hold)
                    {
                        _ofHolds.Add(entry);
                    }
                    else
                    {
                        AddStrike(entry);
                    }

                    break;

                case TurnKind.Calm:
                    _lastCountedWasViolation = false;
                    _calmTurnsInHold++;
                    if (++_calmTurns % terms.CalmTurnsToForgive == 0)
                    {
                        Forgive();
                    }

                    Advance(entry.At);
                    _obsolete = IsClean ? index + 1 : _obsolete;
                    break;

                default:
                    // Unclassified, or a wish to end: neither a violation nor calm (R6, R12).
                    break;
            }
        }

        /// <summary>Lets time pass: it forgives (R9), and it releases a hold that had its calm turns (R5).</summary>
        public void Advance(DateTimeOffset now)
        {
            while (_strikes.Count > 0 && now - _forgivingSince >= terms.TimeToForgive)
            {
                Forgive();
                _forgivingSince += terms.TimeToForgive;
            }

            if (_hold && _calmTurnsInHold >= terms.CrisisCalmTurns && now - _crisisAt >= terms.CrisisTime)
            {
                _hold = false;
                _resourcesDelivered = false;
            }
        }

        public ConversationState ToState(bool isEnded)
        {
            var isWarned = _strikes.Any(strike => strike.Entry is { Action: GuardAction.Warn, IsDelivered: true });
            return new()
            {
                Phase = (isEnded, isWarned, _strikes.Count) switch
                {
                    (true, _, _) => ConversationPhase.Ended,
                    (_, true, _) => ConversationPhase.Warned,
                    (_, _, > 0) => ConversationPhase.Redirecting,
                    _ => ConversationPhase.Engaged,
                },
                IsCrisisHold = _hold,
                AreResourcesDelivered = _resourcesDelivered,
                Violations = [.. _strikes.Select(strike => strike.Entry)],
                FailedRedirections = _strikes.Count(strike => strike.HasFailed),
                IsWarned = isWarned,
                HasWish = _wish is not null,
                IsWishPending = _wish is { IsDelivered: true },
                CalmTurns = _calmTurns,
                Obsolete = _obsolete,
                OfHolds = _ofHolds,
            };
        }

        private bool IsClean => _strikes.Count == 0 && !_hold;

        private void AddStrike(LedgerEntry entry)
        {
            // A redirection fails when the next counted turn is again a violation - and only if it was delivered (R8).
            if (_lastCountedWasViolation && _strikes[^1].Entry is { Action: GuardAction.Redirect or GuardAction.Warn, IsDelivered: true } redirected)
            {
                _strikes[^1] = new Strike(redirected, HasFailed: true);
            }

            _strikes.Add(new Strike(entry, HasFailed: false));
            _forgivingSince = entry.At;
            _lastCountedWasViolation = true;
        }

        /// <summary>Takes the latest violation back, and with it the redirection or warning that answered it.</summary>
        private void Forgive()
        {
            if (_strikes.Count > 0)
            {
                _strikes.RemoveAt(_strikes.Count - 1);
                _lastCountedWasViolation = false;
            }
        }

        private readonly record struct Strike(LedgerEntry Entry, bool HasFailed);
    }
}
