using ConversationGuard.Classification;
using ConversationGuard.Conversations;

namespace ConversationGuard.Termination;

/// <summary>The ladder of R2 and R3: redirect, and redirect again; when that has failed often enough, warn; after the warning, end.</summary>
/// <remarks>It goes no further than <see cref="ConversationTerms.MostSevereAction"/>, and skips the steps for an immediate category.</remarks>
public sealed class EscalationPolicy : ITerminationPolicy
{
    private static readonly GuardDecision _redirect = GuardDecision.Redirect("R3");
    private static readonly GuardDecision _warn = GuardDecision.Warn("R3", "R4");
    private static readonly GuardDecision _endForAbuse = GuardDecision.End(EndReason.PersistentAbuse, "R1", "R2");
    private static readonly GuardDecision _endForHarm = GuardDecision.End(EndReason.PersistentHarmRequests, "R1", "R2");

    private static readonly GuardDecision _endAtOnce = GuardDecision.End(EndReason.ImmediateCategory, "R1");

    /// <inheritdoc/>
    public ValueTask<GuardDecision> DecideAsync(TerminationContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new(Decide(context));
    }

    private static GuardDecision Decide(TerminationContext context)
    {
        // In a hold a violation is no strike, so that the ladder does not apply to it.
        if (context.Turn.Kind != TurnKind.Violation || context.State.Violations.Count == 0)
        {
            return GuardDecision.Continue;
        }

        var rule = context.Terms.Categories[context.Turn.Category];
        var decision = context.State switch
        {
            _ when rule.IsImmediate => _endAtOnce,
            { FailedRedirections: var failed } when failed < context.Terms.Redirections => _redirect,
            { IsWarned: false } => _warn,
            _ => rule.Role == CategoryRole.SeriousHarm ? _endForHarm : _endForAbuse,
        };
        return (decision.Action, context.Terms.MostSevereAction) switch
        {
            (_, GuardAction.Continue) => GuardDecision.Continue,
            (_, GuardAction.Redirect) => _redirect,
            (GuardAction.End, GuardAction.Warn) => _warn,
            _ => decision,
        };
    }
}
