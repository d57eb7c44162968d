namespace ConversationGuard.Classification;

/// <summary>The classifier that needs nothing: a small model in the assembly, no network, a few microseconds per message.</summary>
/// <remarks>
/// <para>It sees the text alone, not the context. Long text is judged in overlapping windows of about 200 characters, each
/// category by its worst window. Disguised spelling (look-alike and invisible characters, digits for letters, spelled-out or
/// stretched words) is read where a known word comes out.</para>
/// <para>Text in a language that it was not taught is <see cref="MessageClassification.IsUnsure"/>; of such text only signs
/// of a crisis are reported (R5), no violation (R6).</para>
/// <para>What it knows and how well is said in the model card. Instances are safe to use from several threads.</para>
/// </remarks>
public sealed class EmbeddedClassifier : IMessageClassifier
{
    /// <summary>Scores below this are left out of a classification.</summary>
    internal const float Negligible = 0.01f;

    /// <summary>Which of <see cref="HarmCategory.WellKnown"/> are signs of a crisis, as bits: the intent to do violence, that of self-harm, and a request for ways to it.</summary>
    internal const int CrisisCategories = (1 << 8) | (1 << 12) | (1 << 13);

    private const string ResourceName = "ConversationGuard.Classification.embedded.model";

    private static readonly Lazy<EmbeddedClassifier> _default = new(LoadDefault);

    private readonly ClassifierModel _model;

    internal EmbeddedClassifier(ClassifierModel model) => _model = model;

    /// <summary>Gets the classifier with the model that comes with the package. Loaded at the first use.</summary>
    public static EmbeddedClassifier Default => _default.Value;

    internal ClassifierModel Model => _model;

    /// <summary>Loads another model, as the trainer writes it.</summary>
    /// <param name="stream">The model file's content. It is read, not closed.</param>
    /// <returns>The classifier.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <exception cref="InvalidDataException">The content is not a model of this version of the package.</exception>
    public static EmbeddedClassifier Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new EmbeddedClassifier(ClassifierModel.Load(stream));
    }

    /// <summary>Loads another model from a file, as the trainer writes it.</summary>
    /// <param name="path">The file's path.</param>
    /// <returns>The classifier.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="path"/> is null.</exception>
    /// <exception cref="InvalidDataException">The content is not a model of this version of the package.</exception>
    public static EmbeddedClassifier FromFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var stream = File.OpenRead(path);
        return Load(stream);
    }

    /// <summary>Scores a text without allocating.</summary>
    /// <param name="text">The text.</param>
    /// <param name="probabilities">Takes a probability for each of <see cref="HarmCategory.WellKnown"/>, in that order.</param>
    /// <param name="isUnsure">Whether the language or script is one that the model was not taught. Then all but the signs of a crisis are 0.</param>
    /// <exception cref="ArgumentException"><paramref name="probabilities"/> is too short.</exception>
    public void Score(ReadOnlySpan<char> text, Span<float> probabilities, out bool isUnsure)
    {
        if (probabilities.Length < ClassifierModel.Categories)
        {
            throw new ArgumentException($"There are {ClassifierModel.Categories} categories to score.", nameof(probabilities));
        }

        var buffers = ScoringBuffers.Current;
        var scanner = new TextScanner<ScoringSink>(_model.Vocabulary, buffers.Scan, new ScoringSink(_model, buffers));
        scanner.Scan(text);
        isUnsure = IsUnknownLanguage(in scanner);
        var best = buffers.Best;
        var leading = -1;
        for (var category = 0; category < ClassifierModel.Categories; category++)
        {
            var isCrisis = (CrisisCategories & (1 << category)) != 0;
            probabilities[category] = isUnsure && !isCrisis ? 0 : Probability(best[category]);
            if (isCrisis && (leading < 0 || best[category] > best[leading]))
            {
                leading = category;
            }
        }

        // That there is a crisis can be plain where it is not plain which: the likeliest one speaks for it (R5).
        probabilities[leading] = Math.Max(probabilities[leading], Probability(best[ClassifierModel.Categories]));
    }

    private static float Probability(float logit) => (float)(1 / (1 + Math.Exp(-logit)));

    /// <inheritdoc/>
    /// <remarks>Scores below 0.01 are left out. The work is done when the call returns; it never waits.</remarks>
    public ValueTask<MessageClassification> ClassifyAsync(ClassificationRequest request, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<MessageClassification>(Classify(request.Text));
    }

    internal MessageClassification Classify(string? text)
    {
        Span<float> probabilities = stackalloc float[ClassifierModel.Categories];
        Score((text ?? string.Empty).AsSpan(), probabilities, out var isUnsure);
        var count = 0;
        foreach (var probability in probabilities)
        {
            count += probability >= Negligible ? 1 : 0;
        }

        if (count == 0)
        {
            return isUnsure ? MessageClassification.Unsure : MessageClassification.Clean;
        }

        var scores = new CategoryScore[count];
        for (var category = 0; category < probabilities.Length; category++)
        {
            if (probabilities[category] >= Negligible)
            {
                scores[^count--] = new CategoryScore(HarmCategory.WellKnown[category], probabilities[category]);
            }
        }

        return MessageClassification.Of(scores, isUnsure);
    }

    internal static bool IsUnknownLanguage<TSink>(in TextScanner<TSink> scanner)
        where TSink : struct, IFeatureSink
    {
        var known = scanner.TaughtWords;
        var unknown = scanner.ForeignWords + scanner.UnknownWords;
        if (unknown == 0)
        {
            return false;
        }

        // One unknown Latin word is a name or a typing error; one in another script is another language.
        return known == 0 ? scanner.OtherScriptWords > 0 || scanner.ForeignWords > 0 || unknown > 1 : known * 3 < unknown * 2;
    }

    private static EmbeddedClassifier LoadDefault()
    {
        using var stream = typeof(EmbeddedClassifier).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException("The assembly lacks its model.");
        return new EmbeddedClassifier(ClassifierModel.Load(stream, isResource: true));
    }
}
