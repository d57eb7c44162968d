using ConversationGuard.Classification;
using ConversationGuard.Conversations;

namespace ConversationGuard.Termination;

/// <summary>A turn that could not be judged changes nothing, whoever proposes it (R6).</summary>
public sealed class UncertaintyPolicy : ITerminationPolicy
{
    private static readonly GuardDecision _unsure = GuardDecision.Veto(GuardAction.Continue, "R6");

    /// <inheritdoc/>
    public ValueTask<GuardDecision> DecideAsync(TerminationContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new(context.Turn.Kind == TurnKind.Unclassified ? _unsure : GuardDecision.Continue);
    }
}
