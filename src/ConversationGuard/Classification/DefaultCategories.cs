namespace ConversationGuard.Classification;

/// <summary>What each well-known category means, unless configured otherwise.</summary>
internal static class DefaultCategories
{
    public static IReadOnlyDictionary<HarmCategory, CategoryRule> Rules { get; } =
        HarmCategory.WellKnown.ToDictionary(category => category, category => new CategoryRule(Role(category), DefaultThresholds.Of(category)));

    /// <summary>
    /// Depictions (sexual, violence) and talk about self-harm are no abuse of anyone (R7): they are ignored. Where they are aimed at someone,
    /// harassment says so.
    /// </summary>
    private static CategoryRole Role(HarmCategory category) => category.Value switch
    {
        "harassment" or "harassment/threatening" or "hate" or "hate/threatening" => CategoryRole.Abuse,
        "illicit" or "illicit/violent" or "sexual/minors" => CategoryRole.SeriousHarm,
        "self-harm/intent" or "self-harm/instructions" or "violence/intent" => CategoryRole.Crisis,
        _ => CategoryRole.Ignored,
    };
}
