using ConversationGuard.Classification;

namespace ConversationGuard.Testing;

/// <summary>A classifier that finds what the test says in messages with certain words. Any other message is clean.</summary>
/// <example><code>var classifier = new ScriptedClassifier().Finds(HarmCategory.Harassment, "idiot").Finds(HarmCategory.SelfHarmIntent, "cannot go on").FailsAt("boom");</code></example>
/// <remarks>Safe for concurrent use once it is set up.</remarks>
public sealed class ScriptedClassifier : IMessageClassifier
{
    private readonly List<(string Words, Func<MessageClassification> Verdict)> _script = [];
    private int _calls;

    /// <summary>Gets how often it was asked.</summary>
    public int Calls => _calls;

    /// <summary>Gets or sets what happens before each verdict, for example a delay.</summary>
    public Func<ClassificationRequest, CancellationToken, Task>? Before { get; set; }

    /// <summary>Finds a category in messages with these words. Several that match are found together.</summary>
    /// <param name="category">The category.</param>
    /// <param name="words">The words; case does not matter.</param>
    /// <param name="score">The score, from 0 to 1.</param>
    /// <returns>This classifier.</returns>
    public ScriptedClassifier Finds(HarmCategory category, string words, double score = 0.97)
    {
        var verdict = new MessageClassification([new CategoryScore(category, score)]);
        return At(words, () => verdict);
    }

    /// <summary>Is unsure about messages with these words (R6).</summary>
    /// <param name="words">The words; case does not matter.</param>
    /// <returns>This classifier.</returns>
    public ScriptedClassifier IsUnsureAt(string words) => At(words, () => MessageClassification.Unsure);

    /// <summary>Throws at messages with these words (R6).</summary>
    /// <param name="words">The words; case does not matter.</param>
    /// <returns>This classifier.</returns>
    public ScriptedClassifier FailsAt(string words) => At(words, () => throw new InvalidOperationException("The classifier is scripted to fail."));

    /// <inheritdoc/>
    public async ValueTask<MessageClassification> ClassifyAsync(ClassificationRequest request, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _calls);
        if (Before is { } before)
        {
            await before(request, cancellationToken).ConfigureAwait(false);
        }

        MessageClassification[] found = [.. _script.Where(line => request.Text.Contains(line.Words, StringComparison.OrdinalIgnoreCase)).Select(line => line.Verdict())];
        return found.Length == 0
            ? MessageClassification.Clean
            : new MessageClassification(found.SelectMany(one => one.Scores), found.Any(one => one.IsUnsure));
    }

    private ScriptedClassifier At(string words, Func<MessageClassification> verdict)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(words);
        _script.Add((words, verdict));
        return this;
    }
}
