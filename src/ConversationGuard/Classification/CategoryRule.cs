namespace ConversationGuard.Classification;

/// <summary>From which score on a category applies, and what it means then.</summary>
/// <param name="Role">What the category means.</param>
/// <param name="Threshold">The least score that counts, from 0 (exclusive) to 1.</param>
public readonly record struct CategoryRule(CategoryRole Role, double Threshold);
