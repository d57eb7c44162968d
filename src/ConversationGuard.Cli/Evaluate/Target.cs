using ConversationGuard.Classification;
using ConversationGuard.Cli.Classify;

namespace ConversationGuard.Cli.Evaluate;

/// <summary>What is judged: whether a text is a violation, a sign of a crisis, or of one category.</summary>
internal sealed class Target
{
    private readonly int[] _categories;
    private readonly TurnKind? _kind;
    private readonly double _threshold;

    private Target(string name, IEnumerable<HarmCategory> categories, TurnKind? kind, double? threshold)
    {
        Name = name;
        _kind = threshold is null ? kind : null;
        _categories = [.. categories.Select(category => HarmCategory.WellKnown.ToList().IndexOf(category))];
        _threshold = threshold ?? DefaultThreshold(HarmCategory.WellKnown[_categories[0]]);
    }

    public string Name { get; }

    /// <summary>Gives a target.</summary>
    /// <param name="name"><c>violation</c>, <c>crisis</c> or a category's name.</param>
    /// <param name="threshold">The least score that is held to be it; null for what a guard with the default thresholds decides.</param>
    /// <returns>The target; null if there is none of that name.</returns>
    public static Target? Find(string name, double? threshold) => All(threshold).FirstOrDefault(target => string.Equals(target.Name, name, StringComparison.OrdinalIgnoreCase));

    public static IEnumerable<Target> All(double? threshold) =>
    [
        new("violation", WithRole(CategoryRole.Abuse, CategoryRole.SeriousHarm), TurnKind.Violation, threshold),
        new("crisis", WithRole(CategoryRole.Crisis, CategoryRole.Crisis), TurnKind.Crisis, threshold),
        .. HarmCategory.WellKnown.Select(category => new Target(category.Value, [category], kind: null, threshold)),
    ];

    /// <summary>Gets the label of a line for this target; null if it is not known.</summary>
    public bool? LabelOf(LabelledLine line)
    {
        if (line.Plain is { } plain)
        {
            return plain;
        }

        var known = _categories.Select(category => HarmCategory.WellKnown[category]).Where(line.Labels.ContainsKey).ToList();
        return known.Count == 0 ? null : known.Exists(category => line.Labels[category]);
    }

    /// <summary>Gets the score by which texts are ranked: the greatest of the target's categories.</summary>
    public float ScoreOf(Verdict verdict) => _categories.Max(category => verdict.Scores[category]);

    /// <summary>Gets a value indicating whether a text is held to be it.</summary>
    public bool IsFlagged(Verdict verdict) => _kind is { } kind ? verdict.Assessment.Kind == kind : ScoreOf(verdict) >= _threshold;

    private static IEnumerable<HarmCategory> WithRole(CategoryRole one, CategoryRole other) =>
        HarmCategory.WellKnown.Where(category => CategoryRules.Default[category].Role is var role && (role == one || role == other));

    private static double DefaultThreshold(HarmCategory category) => CategoryRules.Default[category].Threshold;
}
