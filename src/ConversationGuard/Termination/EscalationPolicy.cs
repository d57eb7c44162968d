using ConversationGuard.Classification;
using ConversationGuard.Conversations;

namespace ConversationGuard.Termination;

/// <summary>The ladder of R2 and R3: redirect, and redirect again; when that has failed often enough, warn; after the warning, end.</summary>
public sealed class EscalationPolicy : ITerminationPolicy
{
    private static readonly GuardDecision _redirect = GuardDecision.Redirect("R3");
    private static readonly GuardDecision _warn = GuardDecision.Warn("R3", "R4");
    private static readonly GuardDecision _endForAbuse = GuardDecision.End(EndReason.PersistentAbuse, "R1", "R2");
    private static readonly GuardDecision _endForHarm = GuardDecision.End(EndReason.PersistentHarmRequests, "R1", "R2");

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

        if (context.State.FailedRedirections < context.DeEscalation.Redirections)
        {
            return _redirect;
        }

        if (!context.State.IsWarned)
        {
            return _warn;
        }

        return context.Categories[context.Turn.Category].Role == CategoryRole.SeriousHarm ? _endForHarm : _endForAbuse;
    }
}
