namespace ConversationGuard.Classification;

/// <summary>From which score on a category applies, and what it means then.</summary>
/// <param name="Role">What the category means.</param>
/// <param name="Threshold">The least score that counts, from 0 (exclusive) to 1.</param>
/// <param name="IsImmediate">Whether one violation of this category ends the conversation, without redirections and warning. For hosts that must; a crisis hold still wins (R5).</param>
public readonly record struct CategoryRule(CategoryRole Role, double Threshold, bool IsImmediate = false)
{
    /// <summary>Takes of two rules what is more lenient (R17).</summary>
    /// <param name="other">The other rule.</param>
    /// <returns>
    /// A crisis rule if one of them is one, since a hold protects; else an ignoring one if one of them is; else this role with the higher threshold.
    /// </returns>
    public CategoryRule MoreLenient(CategoryRule other) => (Role, other.Role) switch
    {
        (CategoryRole.Crisis, CategoryRole.Crisis) => this with { Threshold = Math.Min(Threshold, other.Threshold) },
        (CategoryRole.Crisis or CategoryRole.Ignored, not CategoryRole.Crisis) => this,
        (_, CategoryRole.Crisis or CategoryRole.Ignored) => other,
        _ => this with { Threshold = Math.Max(Threshold, other.Threshold), IsImmediate = IsImmediate && other.IsImmediate },
    };
}
