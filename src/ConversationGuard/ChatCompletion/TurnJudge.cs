using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Termination;

namespace ConversationGuard.ChatCompletion;

/// <summary>Runs one user turn through the three stages. It reads and decides; it stores nothing.</summary>
internal sealed class TurnJudge(GuardServices services)
{
    private const int CacheCapacity = 16_384;

    /// <summary>Stands for a turn while it is judged: its identity costs a hash, and only a turn that goes on record needs one.</summary>
    private static readonly TurnId _unnamed = new("?");

    private static readonly GuardDecision _endAtUserRequest = GuardDecision.End(EndReason.UserRequest, "R1", "R12");

    private readonly ClassificationCache _cache = new(CacheCapacity);

    /// <summary>First stage. A failure is not a verdict (R6): null.</summary>
    public async ValueTask<MessageClassification?> ClassifyAsync(GuardedCall call, UserTurn turn, bool remember, CancellationToken cancellationToken)
    {
        var hash = default((long, long));
        if (remember && _cache.TryGet(turn.Text, out var known, out hash))
        {
            return known;
        }

        MessageClassification classification;
        try
        {
            var request = new ClassificationRequest(turn.Text, call.History.Messages, turn.Index);
            classification = await services.Classifier.ClassifyAsync(request, cancellationToken)
                .WithinAsync(call.Settings.ClassifierTimeout, services.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever a classifier throws, the conversation goes on (R6).
        catch (Exception error) when (error.IsFailure(cancellationToken))
#pragma warning restore CA1031
        {
            Report(call, GuardEventKind.ClassificationFailed, error);
            return null;
        }

        if (classification is null)
        {
            Report(call, GuardEventKind.ClassificationFailed, new InvalidOperationException());
            return null;
        }

        if (remember)
        {
            _cache.Add(hash, classification);
        }

        return classification;
    }

    /// <summary>Second and third stage: counts the turn and asks the policies.</summary>
    public async ValueTask<Judgement> DecideAsync(
        GuardedCall call, ConversationTerms terms, ConversationLedger branch, UserTurn turn, MessageClassification? classification, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var assessment = classification is null ? TurnAssessment.Unclassified : terms.Categories.Assess(classification);
        var before = ConversationState.Fold(branch, terms, at);
        var isConfirmed = false;
        if (assessment.Kind == TurnKind.Calm && call.Settings.RecognisesWishes)
        {
            isConfirmed = before.IsWishPending && EndWish.IsConfirmedBy(turn.Text);
            assessment = !isConfirmed && EndWish.IsIn(turn.Text) ? assessment with { Kind = TurnKind.EndWish } : assessment;
        }

        // After a turn whose reply did not go out every turn goes on record, or a further step of this one would be taken for a step of that one (R8).
        var isAfterPending = branch.Entries is [.., { IsDelivered: false }];
        var isNotable = assessment.Kind switch
        {
            TurnKind.Violation or TurnKind.Crisis or TurnKind.EndWish => true,
            TurnKind.Calm => !before.IsClean || isAfterPending,
            _ => classification is null || before.HasWish || isAfterPending,
        };
        var state = isNotable ? ConversationState.Fold(branch.With(Entry(assessment, GuardDecision.Continue, at)), terms, at) : before;
        var context = Context(call, terms, assessment, classification ?? MessageClassification.Unsure, state, at, isModelEndRequest: false);
        var decision = await AskPoliciesAsync(call, context, cancellationToken).ConfigureAwait(false);
        decision = isConfirmed ? Propose(_endAtUserRequest, decision) : decision;
        isNotable |= decision.Action > GuardAction.Continue;
        return new(assessment, decision, state, isNotable ? Entry(assessment, decision, at) : null);
    }

    /// <summary>Judges the model's confirmed request to end (R13), on the ledger as it stands now.</summary>
    /// <param name="outcome">What came of the call in which the model asked.</param>
    /// <param name="stored">The ledger.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The end, new or from before; or with a decision against it, and nothing to put on record.</returns>
    public async ValueTask<Outcome> RequestEndAsync(Outcome outcome, ConversationLedger stored, CancellationToken cancellationToken)
    {
        var call = outcome.Call;
        var now = services.TimeProvider.GetUtcNow();
        var tracked = TrackedLedger.Track(call, stored, now);
        if (tracked.Branch.Ending is { } before)
        {
            return outcome.Request(outcome.Decision, outcome.State, stored) with { Ending = before };
        }

        var state = ConversationState.Fold(tracked.Branch, outcome.Terms, now);
        var decision = ModelEnd.Propose(outcome, state, isLatest: tracked.Branch.Entries is [.., var latest] && outcome.Recorded.Contains(latest.Turn));
        if (decision.Action != GuardAction.End)
        {
            return outcome.Request(decision, state, stored);
        }

        var entry = outcome.EntryOfNewest(tracked, now) with { Action = GuardAction.End };
        MessageClassification classification = entry.Category == default ? MessageClassification.Clean : new([new(entry.Category, entry.Score)]);
        var context = Context(call, outcome.Terms, new(entry.Kind, entry.Category, entry.Score), classification, state, now, isModelEndRequest: true);
        decision = Propose(decision, await AskPoliciesAsync(call, context, cancellationToken).ConfigureAwait(false));
        if (decision.Action != GuardAction.End)
        {
            return outcome.Request(decision, state, stored);
        }

        tracked = tracked.With(entry);
        return outcome.Request(decision, state, tracked.Ledger, entry).Close(tracked.Branch, now);
    }

    public void Report(GuardedCall call, GuardEventKind kind, Exception error) => services.Report(new GuardEvent
    {
        Kind = kind,
        GuardName = services.Name,
        ConversationKey = call.Key.Value,
        Mode = call.Settings.Mode,
        ErrorType = error.GetType().FullName,
    });

    private static LedgerEntry Entry(TurnAssessment assessment, GuardDecision decision, DateTimeOffset at) => new()
    {
        Turn = _unnamed,
        Kind = assessment.Kind,
        Category = decision.Category == default ? assessment.Category : decision.Category,
        Score = assessment.Score,
        Action = decision.Action,
        At = at,
    };

    /// <summary>A wish of the user's or the model's ends, or it does nothing: what a policy limits an end to, a warning for example, has no ground here.</summary>
    private static GuardDecision Propose(GuardDecision end, GuardDecision policies) =>
        GuardDecision.Combine([end, policies]) is { Action: GuardAction.End } combined ? combined : policies;

    private static TerminationContext Context(
        GuardedCall call, ConversationTerms terms, TurnAssessment assessment, MessageClassification classification, ConversationState state, DateTimeOffset at, bool isModelEndRequest) => new()
        {
            ConversationKey = call.Key.Value,
            Turn = assessment,
            Classification = classification,
            State = state,
            Terms = terms,
            IsModelEndRequest = isModelEndRequest,
            Messages = call.History.Messages,
            Options = call.Options,
            Now = at,
        };

    private async ValueTask<GuardDecision> AskPoliciesAsync(GuardedCall call, TerminationContext context, CancellationToken cancellationToken)
    {
        List<GuardDecision>? decisions = null;
        for (var i = 0; i < services.Policies.Count; i++)
        {
            GuardDecision decision;
            try
            {
                decision = await services.Policies[i].DecideAsync(context, cancellationToken).ConfigureAwait(false) ?? GuardDecision.Continue;
            }
#pragma warning disable CA1031 // Whatever a policy throws, the conversation goes on (R6).
            catch (Exception error) when (error.IsFailure(cancellationToken))
#pragma warning restore CA1031
            {
                Report(call, GuardEventKind.PolicyFailed, error);
                decision = GuardDecision.Veto(GuardAction.Continue, "R6");
            }

            if (!ReferenceEquals(decision, GuardDecision.Continue))
            {
                (decisions ??= []).Add(decision);
            }
        }

        return decisions is null ? GuardDecision.Continue : GuardDecision.Combine(decisions);
    }
}

/// <summary>What came of one turn.</summary>
/// <param name="Assessment">What the turn was held to be.</param>
/// <param name="Decision">What is done about it.</param>
/// <param name="State">What the conversation amounts to, the turn counted.</param>
/// <param name="Entry">What goes on record; null if the turn is not notable.</param>
internal readonly record struct Judgement(TurnAssessment Assessment, GuardDecision Decision, ConversationState State, LedgerEntry? Entry)
{
    /// <summary>An entry for a turn that says nothing by itself: calm, or not judged (R6).</summary>
    public static LedgerEntry Marker(TurnKind kind, DateTimeOffset at) => new() { Turn = default, Kind = kind, At = at };
}
