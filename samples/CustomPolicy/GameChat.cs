namespace CustomPolicy;

/// <summary>Knows the slurs of one game, and leaves everything else to the model in the package: what that says of a crisis stays (R5).</summary>
public sealed class GameClassifier(IReadOnlySet<string> slurs) : IMessageClassifier
{
    public async ValueTask<MessageClassification> ClassifyAsync(ClassificationRequest request, CancellationToken cancellationToken = default)
    {
        var judged = await EmbeddedClassifier.Default.ClassifyAsync(request, cancellationToken);
        return request.Text.Split([' ', ',', '.', '!', '?']).Any(slurs.Contains)
            ? new MessageClassification(judged.Scores.Where(score => score.Category != HarmCategory.Hate).Append(new(HarmCategory.Hate, 1)))
            : judged;
    }
}

/// <summary>A slur counts like two insults: the warning comes at 3, the end at 4. But no end without a warning that was delivered (R2).</summary>
public sealed class SlursCountDouble : ITerminationPolicy
{
    public ValueTask<GuardDecision> DecideAsync(TerminationContext context, CancellationToken cancellationToken = default)
    {
        var strikes = context.State.Violations.Sum(violation => violation.Category == HarmCategory.Hate ? 2 : 1);
        return new((context.Turn.Kind, strikes, context.State.IsWarned) switch
        {
            (TurnKind.Violation, >= 4, true) => GuardDecision.End(EndReason.PersistentAbuse, "slurs-count-double"),
            (TurnKind.Violation, >= 3, false) => GuardDecision.Warn("slurs-count-double"),
            _ => GuardDecision.Continue,
        });
    }
}
