namespace CustomPolicy;

/// <summary>Where others' conversations would end, a paying customer gets a person to talk to. The host says who is one: <c>options.AdditionalProperties["customer"] = true</c>.</summary>
public sealed class HandOverInsteadOfEnd : ITerminationPolicy
{
    /// <summary>The id of the rule, by which the desk knows the decision.</summary>
    public const string Rule = "hand-over";

    public ValueTask<GuardDecision> DecideAsync(TerminationContext context, CancellationToken cancellationToken = default)
    {
        var isCustomer = context.Options?.AdditionalProperties?.TryGetValue("customer", out bool pays) == true && pays;
        var isAtTheEnd = context.State.IsWarned && context.Turn.Kind == TurnKind.Violation && !context.State.IsCrisisHold;
        return new(!isCustomer ? GuardDecision.Continue : isAtTheEnd ? GuardDecision.Veto(GuardAction.Redirect, Rule) : GuardDecision.Veto(GuardAction.Warn));
    }
}

/// <summary>The conversations that wait for a person. The host asks it after each reply, and from then on no longer asks the bot.</summary>
public sealed class HandOverDesk : IGuardObserver
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, DateTimeOffset> _waiting = new();

    public bool IsWaiting(string conversationKey) => _waiting.ContainsKey(conversationKey);

    public void OnEvent(GuardEvent guardEvent)
    {
        if (guardEvent is { Kind: GuardEventKind.TurnDecided, Mode: GuardMode.Enforce, ConversationKey: { } key } && guardEvent.RuleIds.Contains(HandOverInsteadOfEnd.Rule))
        {
            _waiting.TryAdd(key, DateTimeOffset.UtcNow);
        }
    }
}
