namespace ConversationGuard.Classification;

/// <summary>The rule of every category that is acted on. An immutable value.</summary>
public sealed class CategoryRules
{
    private readonly Dictionary<HarmCategory, CategoryRule> _rules;

    /// <summary>Initializes the rules. Categories that are not named are ignored.</summary>
    /// <param name="rules">The rules; of two for one category the later one holds.</param>
    /// <exception cref="ArgumentOutOfRangeException">A threshold is not above 0 and at most 1.</exception>
    public CategoryRules(IEnumerable<KeyValuePair<HarmCategory, CategoryRule>> rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        _rules = [];
        foreach (var rule in rules)
        {
            if (!(rule.Value.Threshold > 0 && rule.Value.Threshold <= 1))
            {
                throw new ArgumentOutOfRangeException(nameof(rules), rule.Value.Threshold, $"The threshold of \"{rule.Key}\" must be above 0 and at most 1.");
            }

            _rules[rule.Key] = rule.Value;
        }
    }

    /// <summary>Gets the rules that hold unless configured otherwise: abuse, hate, requests for serious harm, and crisis signals.</summary>
    public static CategoryRules Default { get; } = new(DefaultCategories.Rules);

    /// <summary>Gets the rule of a category.</summary>
    /// <param name="category">The category.</param>
    /// <returns>Its rule; a category without one is ignored.</returns>
    public CategoryRule this[HarmCategory category] => _rules.TryGetValue(category, out var rule) ? rule : new CategoryRule(CategoryRole.Ignored, 1);

    /// <summary>Gets every category that has a rule.</summary>
    public IReadOnlyCollection<HarmCategory> Categories => _rules.Keys;

    /// <summary>Takes of two sets of rules what is more lenient, category by category (R17).</summary>
    /// <param name="other">The other rules.</param>
    /// <returns>The lenient rules; these very rules if the other ones are nowhere more lenient.</returns>
    public CategoryRules MoreLenient(CategoryRules other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (ReferenceEquals(this, other))
        {
            return this;
        }

        var lenient = new CategoryRules(_rules.Keys.Union(other._rules.Keys).Select(category =>
            new KeyValuePair<HarmCategory, CategoryRule>(category, this[category].MoreLenient(other[category]))));
        return lenient.IsSame(this) ? this : lenient;
    }

    /// <summary>Whether the same holds for every category.</summary>
    internal bool IsSame(CategoryRules other) => ReferenceEquals(this, other) || _rules.Keys.Union(other._rules.Keys).All(category => this[category] == other[category]);

    /// <summary>Applies the rules to what a classifier said.</summary>
    /// <param name="classification">The classification.</param>
    /// <returns>
    /// Crisis if a crisis category reaches its threshold, however abusive the message is too (R5); else unclassified if the classifier is unsure (R6);
    /// else violation, if a category that counts reaches its threshold: an immediate one first, else the one that exceeds its threshold most; else calm.
    /// </returns>
    public TurnAssessment Assess(MessageClassification classification)
    {
        ArgumentNullException.ThrowIfNull(classification);
        var violation = default(CategoryScore);
        var crisis = default(CategoryScore);
        var violationMargin = double.NegativeInfinity;
        foreach (var score in classification.Span)
        {
            if (!_rules.TryGetValue(score.Category, out var rule) || score.Score < rule.Threshold)
            {
                continue;
            }

            if (rule.Role is CategoryRole.Crisis && score.Score > crisis.Score)
            {
                crisis = score;
            }
            else if (rule.Role is CategoryRole.Abuse or CategoryRole.SeriousHarm && Margin(score.Score, rule) > violationMargin)
            {
                violation = score;
                violationMargin = Margin(score.Score, rule);
            }
        }

        return (crisis.Score, classification.IsUnsure, violation.Score) switch
        {
            ( > 0, _, _) => new(TurnKind.Crisis, crisis.Category, crisis.Score),
            (_, true, _) => new(TurnKind.Unclassified, default, 0),
            (_, _, > 0) => new(TurnKind.Violation, violation.Category, violation.Score),
            _ => new(TurnKind.Calm, default, 0),
        };
    }

    /// <summary>How far into what is left above the threshold a score reaches, so that categories with different thresholds compare: from 0 to 1, and above that for an immediate one.</summary>
    private static double Margin(double score, CategoryRule rule) =>
        (rule.Threshold < 1 ? (score - rule.Threshold) / (1 - rule.Threshold) : 0) + (rule.IsImmediate ? 2 : 0);
}
