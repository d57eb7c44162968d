using ConversationGuard.Conversations;

namespace ConversationGuard.Termination;

/// <summary>Nobody who may be at risk is redirected, warned or ended, whoever proposes it (R5).</summary>
public sealed class CrisisHoldPolicy : ITerminationPolicy
{
    private static readonly GuardDecision _hold = GuardDecision.Veto(GuardAction.Continue, "R5");

    /// <inheritdoc/>
    public ValueTask<GuardDecision> DecideAsync(TerminationContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new(context.State.IsCrisisHold ? _hold : GuardDecision.Continue);
    }
}
