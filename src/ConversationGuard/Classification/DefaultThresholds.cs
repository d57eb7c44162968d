namespace ConversationGuard.Classification;

/// <summary>From which score on the embedded classifier's judgement counts.</summary>
/// <remarks>
/// A violation is a score at or above its category's threshold. The thresholds of abuse and harm are set for few false alarms, since a
/// wrongful end is the worst defect (R6, R7); those of the crisis signals for few misses (R5).
/// </remarks>
internal static class DefaultThresholds
{
    private static readonly Dictionary<HarmCategory, double> _thresholds = new()
    {
        [HarmCategory.Harassment] = 0.6,
        [HarmCategory.HarassmentThreatening] = 0.4,
        [HarmCategory.Hate] = 0.87,
        [HarmCategory.HateThreatening] = 0.3,
        [HarmCategory.Sexual] = 0.5,
        [HarmCategory.SexualMinors] = 0.2,
        [HarmCategory.Violence] = 0.5,
        [HarmCategory.ViolenceGraphic] = 0.5,
        [HarmCategory.ViolenceIntent] = 0.1,
        [HarmCategory.Illicit] = 0.65,
        [HarmCategory.IllicitViolent] = 0.7,
        [HarmCategory.SelfHarm] = 0.5,
        [HarmCategory.SelfHarmIntent] = 0.12,
        [HarmCategory.SelfHarmInstructions] = 0.1,
    };

    /// <summary>Gets the thresholds of the well-known categories.</summary>
    public static IReadOnlyDictionary<HarmCategory, double> All => _thresholds;

    /// <summary>Gets a category's threshold; 0.5 for one that is not well known.</summary>
    /// <param name="category">The category.</param>
    public static double Of(HarmCategory category) => _thresholds.TryGetValue(category, out var threshold) ? threshold : 0.5;
}
