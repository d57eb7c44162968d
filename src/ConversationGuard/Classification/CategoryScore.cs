namespace ConversationGuard.Classification;

/// <summary>How likely a message belongs to a category.</summary>
public readonly record struct CategoryScore
{
    /// <summary>Initializes a score.</summary>
    /// <param name="category">The category.</param>
    /// <param name="score">A probability from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="score"/> is not from 0 to 1.</exception>
    public CategoryScore(HarmCategory category, double score)
    {
        // Written so that NaN is refused too.
        if (!(score >= 0 && score <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(score), score, "A score is a probability from 0 to 1.");
        }

        Category = category;
        Score = score;
    }

    /// <summary>Gets the category.</summary>
    public HarmCategory Category { get; }

    /// <summary>Gets the probability, from 0 to 1.</summary>
    public double Score { get; }
}
