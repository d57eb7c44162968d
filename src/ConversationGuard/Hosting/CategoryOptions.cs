using ConversationGuard.Classification;

namespace ConversationGuard.Hosting;

/// <summary>What differs from the default for a category.</summary>
public sealed class CategoryOptions
{
    /// <summary>Gets or sets the least score that counts.</summary>
    /// <value>Above 0, at most 1; default null: the category's default, 0.5 for a category of a classifier's own.</value>
    public double? Threshold { get; set; }

    /// <summary>Gets or sets what the category means.</summary>
    /// <value>Default null: the category's default, <see cref="CategoryRole.Ignored"/> for a category of a classifier's own.</value>
    public CategoryRole? Role { get; set; }
}
