namespace ConversationGuard.Termination;

/// <summary>The third stage: decides what is done about a user turn.</summary>
/// <remarks>
/// Register an implementation in the service collection and it is asked beside the built-in ones; see <see cref="GuardDecision.Combine"/> for how
/// decisions combine. Implementations are called concurrently, and again for the same turn when two calls meet in one conversation: they
/// decide, they do not act. An exception counts as a veto of everything (R6) and is reported.
/// </remarks>
public interface ITerminationPolicy
{
    /// <summary>Decides about one user turn.</summary>
    /// <param name="context">The turn and its conversation.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The decision; <see cref="GuardDecision.Continue"/> to leave it to the others.</returns>
    ValueTask<GuardDecision> DecideAsync(TerminationContext context, CancellationToken cancellationToken = default);
}
