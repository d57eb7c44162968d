namespace ConversationGuard.Classification;

/// <summary>What a user turn is held to be once the category rules are applied.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Category">The category that decided; <c>default</c> if none.</param>
/// <param name="Score">That category's score, from 0 to 1.</param>
public readonly record struct TurnAssessment(TurnKind Kind, HarmCategory Category, double Score)
{
    /// <summary>Gets the assessment of a turn that nobody could judge (R6).</summary>
    public static TurnAssessment Unclassified { get; } = new(TurnKind.Unclassified, default, 0);
}
