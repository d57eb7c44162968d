namespace ConversationGuard.Classification;

/// <summary>What a classifier says about one message: a probability for each category that is not negligible.</summary>
/// <remarks>Immutable. It holds no text (R19).</remarks>
public sealed class MessageClassification
{
    private readonly CategoryScore[] _scores;

    /// <summary>Initializes a classification.</summary>
    /// <param name="scores">The scores; a category that is absent has the score 0.</param>
    /// <param name="isUnsure">Whether the classifier does not trust its own judgement of this message, for example because it does not know the language.</param>
    /// <exception cref="ArgumentNullException"><paramref name="scores"/> is null.</exception>
    /// <exception cref="ArgumentException">A category appears twice.</exception>
    public MessageClassification(IEnumerable<CategoryScore> scores, bool isUnsure = false)
    {
        ArgumentNullException.ThrowIfNull(scores);

        _scores = [.. scores];
        for (var i = 0; i < _scores.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (_scores[i].Category == _scores[j].Category)
                {
                    throw new ArgumentException($"The category \"{_scores[i].Category}\" appears twice.", nameof(scores));
                }
            }
        }

        IsUnsure = isUnsure;
    }

    private MessageClassification(CategoryScore[] scores, bool isUnsure) => (_scores, IsUnsure) = (scores, isUnsure);

    /// <summary>Gets the classification of a message in which nothing was found.</summary>
    public static MessageClassification Clean { get; } = new([]);

    /// <summary>Gets the classification of a message about which nothing can be said. It never counts against anyone (R6).</summary>
    public static MessageClassification Unsure { get; } = new([], isUnsure: true);

    /// <summary>Gets the scores that are not negligible, in no particular order.</summary>
    public IReadOnlyList<CategoryScore> Scores => _scores;

    /// <summary>Gets the same scores, for those who read them in every turn.</summary>
    internal ReadOnlySpan<CategoryScore> Span => _scores;

    /// <summary>Gets a value indicating whether the classifier does not trust its own judgement of this message (R6).</summary>
    public bool IsUnsure { get; }

    /// <summary>Makes a classification from scores that nobody else holds, no category twice: they are neither copied nor checked.</summary>
    internal static MessageClassification Of(CategoryScore[] scores, bool isUnsure) => new(scores, isUnsure);

    /// <summary>Gets the score of one category.</summary>
    /// <param name="category">The category.</param>
    /// <returns>A probability from 0 to 1; 0 if the category is absent.</returns>
    public double this[HarmCategory category]
    {
        get
        {
            foreach (var score in _scores)
            {
                if (score.Category == category)
                {
                    return score.Score;
                }
            }

            return 0;
        }
    }
}
