using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Termination;

namespace ConversationGuard.ChatCompletion;

/// <summary>What came of the newest turns of a call, taken together: the most severe decision, on the ledger as it stands then.</summary>
internal sealed record Outcome(ConversationLedger Ledger, ConversationState State)
{
    public GuardDecision Decision { get; private init; } = GuardDecision.Continue;

    /// <summary>Gets the category that the decision answers.</summary>
    public HarmCategory Category { get; private init; }

    /// <summary>Gets a value indicating whether one of the newest turns is itself a crisis signal.</summary>
    public bool IsCrisisTurn { get; private init; }

    /// <summary>Gets a value indicating whether the conversation had ended before.</summary>
    public bool IsRefused { get; init; }

    public IReadOnlyList<TurnId> Recorded { get; private init; } = [];

    public IReadOnlyList<TurnId> Answered { get; private init; } = [];

    public IReadOnlyList<JudgedTurn> Judged { get; private init; } = [];

    public Outcome Add(Judgement judgement, ConversationLedger? ledger, TurnId? turn)
    {
        var outcome = this with
        {
            Ledger = ledger ?? Ledger,
            State = judgement.State,
            IsCrisisTurn = IsCrisisTurn || judgement.Assessment.Kind == TurnKind.Crisis,
            Judged = [.. Judged, new(judgement.Assessment, judgement.Decision, judgement.State, IsRepeat: false)],
        };
        if (judgement.Entry is not { } entry)
        {
            return outcome;
        }

        return outcome.Answer(entry with { Turn = turn!.Value }, judgement.Decision) with { Recorded = [.. Recorded, turn.Value] };
    }

    /// <summary>A turn on record: what was decided is decided again, and nothing is added (R10). A crisis since then comes first (R5).</summary>
    public Outcome Repeat(LedgerEntry recorded)
    {
        var decision = (recorded.Action, State.IsCrisisHold) switch
        {
            (_, true) => GuardDecision.Veto(GuardAction.Continue, "R5", "R10"),
            (GuardAction.Redirect, _) => GuardDecision.Redirect("R10"),
            (GuardAction.Warn, _) => GuardDecision.Warn("R4", "R10"),
            _ => GuardDecision.Continue,
        };
        var assessment = new TurnAssessment(recorded.Kind, recorded.Category, recorded.Score);
        return Answer(recorded, decision) with
        {
            IsCrisisTurn = IsCrisisTurn || recorded.Kind == TurnKind.Crisis,
            Judged = [.. Judged, new(assessment, decision, State, IsRepeat: true)],
        };
    }

    /// <summary>Puts the end on record if that is the decision, and drops what has no bearing any more (R9).</summary>
    public Outcome Close(ConversationLedger branch, GuardSettings settings, DateTimeOffset now)
    {
        var state = ConversationState.Fold(branch, settings.DeEscalation, now);
        var ledger = state.Obsolete > 0 ? Ledger.Without([.. branch.Entries.Take(state.Obsolete).Select(entry => entry.Turn)]) : Ledger;
        if (Decision.Action != GuardAction.End)
        {
            return this with { Ledger = ledger, State = state };
        }

        var ending = new ConversationEnding
        {
            Reason = Decision.Reason ?? EndReason.HostRequest,
            At = now,
            Category = Category,
            RuleIds = Decision.RuleIds,
            Violations = state.Violations.Count,
            FailedRedirections = state.FailedRedirections,
        };
        return this with { Ledger = ledger with { Ending = ending }, State = state };
    }

    private Outcome Answer(LedgerEntry entry, GuardDecision decision)
    {
        var isSteered = decision.Action is GuardAction.Redirect or GuardAction.Warn || entry.Kind == TurnKind.Crisis;
        var answered = isSteered ? [.. Answered, entry.Turn] : Answered;
        return decision.Action > Decision.Action
            ? this with { Decision = decision, Category = decision.Category == default ? entry.Category : decision.Category, Answered = answered }
            : this with { Answered = answered };
    }
}

/// <summary>A judged turn, for the observers.</summary>
internal readonly record struct JudgedTurn(TurnAssessment Assessment, GuardDecision Decision, ConversationState State, bool IsRepeat);
