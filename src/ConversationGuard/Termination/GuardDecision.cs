using ConversationGuard.Classification;
using ConversationGuard.Conversations;

namespace ConversationGuard.Termination;

/// <summary>What a policy wants done about a user turn. An immutable value.</summary>
/// <remarks>
/// A policy either proposes an action or limits the others'. Decisions combine to the most severe proposal, but no more than the
/// strictest limit, whatever their order.
/// </remarks>
public sealed record GuardDecision
{
    private GuardDecision(GuardAction action, GuardAction limit, IReadOnlyList<string> ruleIds)
    {
        Action = action;
        Limit = limit;
        RuleIds = ruleIds;
    }

    /// <summary>Gets the decision of a policy that has nothing to say: it proposes to continue and limits nothing.</summary>
    public static GuardDecision Continue { get; } = new(GuardAction.Continue, GuardAction.End, []);

    /// <summary>Gets the proposed action.</summary>
    public GuardAction Action { get; }

    /// <summary>Gets the most severe action that this policy lets pass; <see cref="GuardAction.End"/> limits nothing.</summary>
    public GuardAction Limit { get; }

    /// <summary>Gets the ids of the rules that the decision rests on, for example R2.</summary>
    public IReadOnlyList<string> RuleIds { get; }

    /// <summary>Gets the category that is answered; <c>default</c> for the turn's own.</summary>
    public HarmCategory Category { get; init; }

    /// <summary>Gets why a conversation ends; null unless the action is <see cref="GuardAction.End"/>.</summary>
    public EndReason? Reason { get; private init; }

    /// <summary>Proposes to turn the talk to something constructive.</summary>
    /// <param name="ruleIds">The ids of the rules that it rests on.</param>
    /// <returns>The decision.</returns>
    public static GuardDecision Redirect(params string[] ruleIds) => new(GuardAction.Redirect, GuardAction.End, [.. ruleIds]);

    /// <summary>Proposes a warning (R4).</summary>
    /// <param name="ruleIds">The ids of the rules that it rests on.</param>
    /// <returns>The decision.</returns>
    public static GuardDecision Warn(params string[] ruleIds) => new(GuardAction.Warn, GuardAction.End, [.. ruleIds]);

    /// <summary>Proposes to end the conversation.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="ruleIds">The ids of the rules that it rests on.</param>
    /// <returns>The decision.</returns>
    public static GuardDecision End(EndReason reason, params string[] ruleIds) => new(GuardAction.End, GuardAction.End, [.. ruleIds]) { Reason = reason };

    /// <summary>Vetoes everything more severe than an action.</summary>
    /// <param name="limit">The most severe action that may still happen; <see cref="GuardAction.Continue"/> vetoes all.</param>
    /// <param name="ruleIds">The ids of the rules that it rests on.</param>
    /// <returns>The decision.</returns>
    public static GuardDecision Veto(GuardAction limit, params string[] ruleIds) => new(GuardAction.Continue, limit, [.. ruleIds]);

    /// <summary>Combines what several policies decided.</summary>
    /// <param name="decisions">The decisions, in any order.</param>
    /// <returns>The most severe proposal within the strictest limit, with the ids of the rules that decided.</returns>
    public static GuardDecision Combine(IEnumerable<GuardDecision> decisions)
    {
        ArgumentNullException.ThrowIfNull(decisions);
        var proposal = Continue;
        var limit = GuardAction.End;
        GuardDecision[] all = [.. decisions];
        foreach (var decision in all)
        {
            limit = decision.Limit < limit ? decision.Limit : limit;
            proposal = Outweighs(decision, proposal) ? decision : proposal;
        }

        var action = proposal.Action < limit ? proposal.Action : limit;
        if (action == GuardAction.Continue && limit == GuardAction.End)
        {
            return Continue;
        }

        var ruleIds = all
            .Where(decision => decision.Limit < GuardAction.End || decision.Action == proposal.Action)
            .SelectMany(decision => decision.RuleIds)
            .Distinct(StringComparer.Ordinal)
            .OrderBy(id => id.Length)
            .ThenBy(id => id, StringComparer.Ordinal);
        return new(action, limit, [.. ruleIds]) { Category = proposal.Category, Reason = action == GuardAction.End ? proposal.Reason : null };
    }

    /// <summary>The more severe action; at a tie the smaller code, so that the order of the policies does not matter.</summary>
    private static bool Outweighs(GuardDecision one, GuardDecision other) =>
        one.Action != other.Action
            ? one.Action > other.Action
            : (string.CompareOrdinal(one.Reason?.Value, other.Reason?.Value), string.CompareOrdinal(one.Category.Value, other.Category.Value)) is ( < 0, _) or (0, < 0);
}
