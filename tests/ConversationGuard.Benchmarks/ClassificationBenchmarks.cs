using System.Reflection;
using System.Text.RegularExpressions;
using BenchmarkDotNet.Attributes;
using ConversationGuard.Classification;

namespace ConversationGuard.Benchmarks;

/// <summary>The embedded classifier on one message, against the cheapest thing people use instead: a compiled pattern of bad words.</summary>
[MemoryDiagnoser]
public partial class ClassificationBenchmarks
{
    private readonly float[] _probabilities = new float[HarmCategory.WellKnown.Count];
    private readonly EmbeddedClassifier _classifier = EmbeddedClassifier.Default;
    private string _text = string.Empty;

    /// <summary>What is classified; "x100" is the benign message a hundred times, for the growth with length.</summary>
    [Params("benign", "abusive", "disguised", "benign x100", "disguised x100")]
    public string Message { get; set; } = string.Empty;

    [GlobalSetup]
    public void Setup()
    {
        var one = Message.Split(' ')[0] switch
        {
            "abusive" => Talk.Abusive,
            "disguised" => Talk.Disguised,
            _ => Talk.Benign,
        };
        _text = Message.EndsWith("x100", StringComparison.Ordinal) ? string.Join(' ', Enumerable.Repeat(one, 100)) : one;
    }

    [Benchmark(Baseline = true, Description = "compiled pattern of 12 words")]
    public bool Pattern() => BadWords().IsMatch(_text);

    [Benchmark(Description = "embedded classifier")]
    public bool Embedded()
    {
        _classifier.Score(_text, _probabilities, out var isUnsure);
        return isUnsure;
    }

    [GeneratedRegex(@"\b(idiot|moron|stupid|dumb|bastard|bitch|asshole|loser|trash|ugly|scum|retard)s?\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex BadWords();
}

/// <summary>The embedded classifier on long texts, ordinary and disguised: its cost must grow with the length and no faster.</summary>
[MemoryDiagnoser]
public class LengthBenchmarks
{
    private readonly float[] _probabilities = new float[HarmCategory.WellKnown.Count];
    private readonly EmbeddedClassifier _classifier = EmbeddedClassifier.Default;
    private string _text = string.Empty;

    /// <summary>How many characters.</summary>
    [Params(100, 10_000, 1_000_000, 10_000_000)]
    public int Length { get; set; }

    /// <summary>What they are: an ordinary message or a disguised insult, again and again, or one word without end.</summary>
    [Params("benign", "disguised", "one word")]
    public string Text { get; set; } = string.Empty;

    [GlobalSetup]
    public void Setup()
    {
        var one = Text switch
        {
            "benign" => Talk.Benign + " ",
            "disguised" => Talk.Disguised + " ",
            _ => "а1",
        };
        _text = string.Concat(Enumerable.Repeat(one, (Length / one.Length) + 1))[..Length];
    }

    [Benchmark]
    public bool Embedded()
    {
        _classifier.Score(_text, _probabilities, out var isUnsure);
        return isUnsure;
    }
}

/// <summary>How long until the model is ready, each time from its resource.</summary>
[MemoryDiagnoser]
public class LoadBenchmarks
{
    private readonly Assembly _package = typeof(EmbeddedClassifier).Assembly;

    [Benchmark]
    public EmbeddedClassifier LoadModel()
    {
        using var stream = _package.GetManifestResourceStream("ConversationGuard.Classification.embedded.model")!;
        return EmbeddedClassifier.Load(stream);
    }
}
