using ConversationGuard.Classification;

namespace ConversationGuard.Tests.Classification;

/// <summary>Ten megabytes of anything end in time proportional to their length, and leave no memory behind.</summary>
[TestFixture]
public sealed class HostileTextTests
{
    private const int Length = 10_000_000;

    private static IEnumerable<TestCaseData> Texts()
    {
        yield return Case("one letter", new string('a', Length));
        yield return Case("spaced letters", Repeat("f u c k "));
        yield return Case("dotted letters", Repeat("f."));
        yield return Case("symbols", Repeat("@$*!"));
        yield return Case("combining marks", "a" + new string('\u0301', 1_000_000));
        yield return Case("zero-width characters", new string('\u200B', Length));
        yield return Case("lone surrogates", new string('\uD83D', Length));
        yield return Case("emoji", Repeat("😀"));
        yield return Case("quotation marks", new string('"', Length));
        yield return Case("look-alikes", Repeat("а"));
        yield return Case("leet without end", Repeat("1337"));
        yield return Case("links", Repeat("http://a.b/c "));
        yield return Case("stretched words", Repeat("aaaabbbb "));
        yield return Case("insults", Repeat("you are an idiot. "));
        yield return Case("Han", Repeat("我"));
        yield return Case("line breaks", new string('\n', Length));
    }

    [TestCaseSource(nameof(Texts))]
    public void Long_hostile_text_ends(string text)
    {
        var scores = new float[HarmCategory.WellKnown.Count];
        EmbeddedClassifier.Default.Score("warm up", scores, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();

        // A quadratic pass would take hours. How the time grows with the length is measured by the benchmarks.
        EmbeddedClassifier.Default.Score(text, scores, out _);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(10_000);
        scores.Should().OnlyContain(score => score >= 0 && score <= 1);
    }

    [Test]
    public void Random_characters_never_throw()
    {
        var random = new Random(4711);
        var scores = new float[HarmCategory.WellKnown.Count];
        for (var i = 0; i < 20_000; i++)
        {
            var text = new char[random.Next(0, 80)];
            for (var k = 0; k < text.Length; k++)
            {
                text[k] = random.Next(4) switch
                {
                    0 => (char)random.Next(char.MaxValue + 1),
                    1 => "fuck you i d 1 @ $ * . ! ? ' \" - _ : / www"[random.Next(42)],
                    2 => (char)random.Next(0x3A0, 0x460),
                    _ => (char)random.Next(32, 127),
                };
            }

            EmbeddedClassifier.Default.Score(text, scores, out _);

            scores.Should().NotContain(score => float.IsNaN(score) || score < 0 || score > 1);
        }
    }

    private static TestCaseData Case(string name, string text) => new TestCaseData(text).SetName($"Ten megabytes of {name} end");

    private static string Repeat(string part) => string.Concat(Enumerable.Repeat(part, Length / part.Length));
}
