using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Termination;

namespace ConversationGuard.ChatCompletion;

/// <summary>What came of the newest turns of a call, taken together: the most severe decision, on the ledger as it stands then.</summary>
/// <remarks>Built up turn by turn by the one who judges them (<see cref="Add"/>, <see cref="Repeat"/>, <see cref="AlsoRecord"/>); from then on a value: what changes it gives another one.</remarks>
internal sealed record Outcome(GuardedCall Call, ConversationTerms Terms, ConversationLedger Ledger, ConversationState State)
{
    public ConversationLedger Ledger { get; private set; } = Ledger;

    public ConversationState State { get; private set; } = State;

    public GuardDecision Decision { get; private set; } = GuardDecision.Continue;

    /// <summary>Gets the category that the decision answers.</summary>
    public HarmCategory Category { get; private set; }

    /// <summary>Gets a value indicating whether one of the newest turns is itself a crisis signal.</summary>
    public bool IsCrisisTurn { get; private set; }

    /// <summary>Gets a value indicating whether the newest turn is a wish to end that is to be confirmed (R12).</summary>
    public bool IsWishTurn => !State.IsCrisisHold && !LeavesWishOut && Judged is [.., { Assessment.Kind: TurnKind.EndWish }];

    /// <summary>Gets a value indicating whether the newest turn answers the question whether a wish to end is confirmed, with nothing said in between.</summary>
    public bool AnswersWish { get; private set; }

    /// <summary>Gets a value indicating whether the reply does not say what an end means, since it supports somebody or answers what was said after the wish: then a wish is not delivered.</summary>
    public bool LeavesWishOut { get; set; }

    /// <summary>Gets the end, if the conversation is over on this branch.</summary>
    public ConversationEnding? Ending { get; init; }

    /// <summary>Gets a value indicating whether the conversation had ended before.</summary>
    public bool IsRefused { get; init; }

    /// <summary>Gets a value indicating whether the reply to a crisis signal on record is made again.</summary>
    public bool IsCrisisRepeated { get; private set; }

    /// <summary>Gets the turns that are on record by this call, those that an earlier, failed call recorded included.</summary>
    public IReadOnlyList<TurnId> Recorded { get; private set; } = [];

    public JudgedTurn[] Judged { get; private set; } = [];

    /// <summary>Gets the turn that the reply redirects. One reply is one redirection, of the latest turn that it answers (R3), however many messages came at once.</summary>
    private LedgerEntry? Redirected { get; set; }

    private IReadOnlyList<TurnId> Signals { get; set; } = [];

    /// <summary>
    /// Gets the turns that are answered when the reply goes out. Those that were merely passed on are among them: typed again, such a turn is a new one (R10). The
    /// help resources come with the first reply of a hold, whichever turn that answers.
    /// </summary>
    public IReadOnlyList<TurnId> Delivers
    {
        get
        {
            var passedOn = Recorded.Where(turn => Ledger.Find(turn) is { Action: GuardAction.Continue });
            var signals = State is { IsCrisisHold: true, AreResourcesDelivered: false } ? Ledger.Entries.Where(entry => entry.Kind == TurnKind.Crisis).Select(entry => entry.Turn) : Signals;
            var redirected = Redirected is { } redirection ? new[] { redirection.Turn } : [];
            var answered = redirected.Union(passedOn).Union(signals);

            // Whether an end is final is said where the wish is the newest turn, and nowhere else (R12).
            return [.. IsWishTurn ? answered : answered.Where(turn => Ledger.Find(turn) is not { Kind: TurnKind.EndWish })];
        }
    }

    /// <summary>Adds what came of one more turn.</summary>
    /// <param name="judgement">What came of it.</param>
    /// <param name="entry">What goes on record; null if the turn is not notable.</param>
    /// <param name="ledger">The ledger then; null if it stays as it is.</param>
    /// <param name="isRepeat">Whether it is a turn that was told of before.</param>
    public void Add(Judgement judgement, LedgerEntry? entry, ConversationLedger? ledger, bool isRepeat = false)
    {
        // The user who wrote again after the yes had more to say (R12).
        Decision = Decision.Reason == EndReason.UserRequest ? GuardDecision.Continue : Decision;
        AnswersWish = State.IsWishPending;
        IsCrisisTurn |= judgement.Assessment.Kind == TurnKind.Crisis;
        Ledger = ledger ?? Ledger;
        State = judgement.State;
        Judged = [.. Judged, new(judgement.Assessment, judgement.Decision, judgement.State, isRepeat)];
        if (entry is not null)
        {
            Answer(entry, judgement.Decision);
        }
    }

    /// <summary>A turn on record: what was decided is decided again, and nothing is added (R10). A crisis since then comes first (R5).</summary>
    public void Repeat(LedgerEntry recorded)
    {
        var decision = (recorded.Action, State.IsCrisisHold) switch
        {
            (_, true) => GuardDecision.Veto(GuardAction.Continue, "R5", "R10"),
            (GuardAction.Redirect, _) => GuardDecision.Redirect("R10"),

            // A warning lapses with the violation that it answers, whether it went out or not (R9).
            (GuardAction.Warn, _) when recorded.Kind == TurnKind.Violation && !State.Violations.Contains(recorded) => GuardDecision.Redirect("R9", "R10"),
            (GuardAction.Warn, _) => GuardDecision.Warn("R4", "R10"),
            _ => GuardDecision.Continue,
        };
        var assessment = new TurnAssessment(recorded.Kind, recorded.Category, recorded.Score);
        Answer(recorded, decision);
        IsCrisisTurn |= recorded.Kind == TurnKind.Crisis;
        IsCrisisRepeated |= recorded.Kind == TurnKind.Crisis;
        LeavesWishOut = false;
        Judged = [.. Judged, new(assessment, decision, State, IsRepeat: true)];
    }

    /// <summary>The same outcome on a ledger that says more.</summary>
    public Outcome On(TrackedLedger tracked, DateTimeOffset now) => this with { Ledger = tracked.Ledger, State = ConversationState.Fold(tracked.Branch, Terms, now) };

    /// <summary>The same outcome where the reply is about another participant: it redirects and warns nobody else.</summary>
    public Outcome Unanswered() => this with { Redirected = null };

    /// <summary>Gives the record of the newest turn, which a model that asks for the end answers; a new one if that turn was not notable.</summary>
    public LedgerEntry EntryOfNewest(TrackedLedger tracked, DateTimeOffset now)
    {
        // What the server holds is not presented after a tool call.
        var (branch, turns) = (tracked.Branch, tracked.Turns);
        if (turns.Count == 0 || Call.History.Newest.Count == 0)
        {
            return branch.Entries[branch.Entries.Count - 1];
        }

        var newest = turns[turns.Count - 1];

        // After a tool call, what is not on record where something counts could not be judged (R6).
        var assessment = Judged is [.., var judged] ? judged.Assessment : TurnAssessment.Unclassified;
        return branch.Find(newest.Id) ?? new LedgerEntry
        {
            Turn = newest.Id,
            Parent = tracked.Tip,
            Kind = assessment.Kind,
            Category = assessment.Category,
            Score = assessment.Score,
            At = now,
        };
    }

    /// <summary>Adds that a calm turn of the call is on record too.</summary>
    public void AlsoRecord(TurnId turn) => Recorded = [.. Recorded, turn];

    /// <summary>The same outcome with what was decided about the model's request to end (R13), and the turn that it puts on record.</summary>
    public Outcome Request(GuardDecision decision, ConversationState state, ConversationLedger ledger, LedgerEntry? recorded = null) =>
        this with { Decision = decision, State = state, Ledger = ledger, Recorded = recorded is null ? Recorded : [.. Recorded, recorded.Turn] };

    /// <summary>The same outcome for a further step of a turn that was reported before, for example after a tool call.</summary>
    public Outcome AsRepeat() => this with { Judged = Array.ConvertAll(Judged, judged => judged with { IsRepeat = true }) };

    /// <summary>Puts the end on record if that is the decision, and drops what has no bearing any more (R9).</summary>
    public Outcome Close(ConversationLedger branch, DateTimeOffset now)
    {
        var state = ConversationState.Fold(branch, Terms, now);
        if (Decision.Action != GuardAction.End)
        {
            // While there are other branches, what is on this one tells it from them.
            // A turn of this very call that a calm one beside it took back would count again with the next retry (R10). A wish that this call answers is what the model's end rests on (R11).
            var isObsolete = state.Obsolete > 0 && !AnswersWish && Recorded.Count == 1 && branch.Entries.Count == Ledger.Entries.Count;
            return this with { State = state, Ledger = isObsolete ? Ledger.Forget([.. branch.Entries.Take(state.Obsolete).Select(entry => entry.Turn)]) : Ledger };
        }

        var decisive = Recorded.Select(branch.Find).Last(entry => entry is { Action: GuardAction.End })!;
        var grounds = Decision.Reason == EndReason.UserRequest ? branch.Entries.Where(entry => entry.Kind == TurnKind.EndWish).Reverse().Take(1) : state.Violations;
        var ending = new ConversationEnding
        {
            Reason = Decision.Reason ?? EndReason.HostRequest,
            At = now,
            Category = decisive.Category,
            RuleIds = Decision.RuleIds,
            Evidence = [.. grounds.Select(entry => entry.Turn).Append(decisive.Turn).Distinct()],
            FailedRedirections = state.FailedRedirections,
        };
        decisive = decisive with { Ending = ending };
        return this with { Ledger = Ledger.With(decisive), State = ConversationState.Fold(branch.With(decisive), Terms, now), Ending = ending };
    }

    private void Answer(LedgerEntry entry, GuardDecision decision)
    {
        Recorded = [.. Recorded, entry.Turn];
        if (entry.Kind == TurnKind.Crisis)
        {
            // Someone at risk is neither warned nor ended for what came in the same breath (R5).
            (Decision, Category, Redirected) = (decision, default, null);
            Signals = [.. Signals, entry.Turn];
            Judged = Array.ConvertAll(Judged, judged => judged with { Decision = decision });
            return;
        }

        var isSteered = decision.Action is GuardAction.Redirect or GuardAction.Warn;
        if (decision.Action > Decision.Action || (isSteered && decision.Action == Decision.Action))
        {
            (Decision, Category, Redirected) = (decision, decision.Category == default ? entry.Category : decision.Category, isSteered ? entry : null);
        }
    }
}

/// <summary>A judged turn, for the observers.</summary>
internal readonly record struct JudgedTurn(TurnAssessment Assessment, GuardDecision Decision, ConversationState State, bool IsRepeat);
