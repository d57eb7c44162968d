using ConversationGuard.Classification;

namespace ConversationGuard.Training.Tests.PlainTalk;

/// <summary>
/// Plain insults, threats, signs of a crisis, requests for harm and ordinary talk in fourteen languages, written by somebody who knew neither the corpus nor the model. The bounds are what the shipped
/// model finds, less some lines; what it finds exactly is in MODEL-CARD.md.
/// </summary>
[TestFixture]
public sealed class PlainTalkTests
{
    private static readonly string[] _larger = ["de", "fr", "es", "it", "pt"];
    private static readonly string[] _smaller = ["nl", "pl", "ru", "tr", "ar", "zh", "ja", "ko"];
    private static readonly List<Line> _lines = [.. Read()];

    /// <summary>Gets the texts, none of which may train the model.</summary>
    public static IEnumerable<string> Texts => _lines.Select(line => line.Text);

    [TestCase("en", 0.9, 0.85, 0.9, 0.9)]
    [TestCase("larger", 0.85, 0.85, 0.95, 0.8)]
    [TestCase("smaller", 0.75, 0.8, 0.85, 0.8)]
    public void Plain_words_are_understood(string languages, double insults, double threats, double crises, double requests)
    {
        // Who means to harm somebody may be at risk too (R5).
        Share(languages, "insult", kind => kind == TurnKind.Violation).Should().BeGreaterThan(insults);
        Share(languages, "threat", kind => kind is TurnKind.Violation or TurnKind.Crisis).Should().BeGreaterThan(threats);
        Share(languages, "crisis", kind => kind == TurnKind.Crisis).Should().BeGreaterThan(crises);
        Share(languages, "harm", kind => kind is TurnKind.Violation or TurnKind.Crisis).Should().BeGreaterThan(requests);
    }

    [Test]
    public void R7_ordinary_talk_is_no_violation_in_any_language() =>
        _lines.Where(line => line.Kind == "ordinary" && Messages.Judge(line.Text) == TurnKind.Violation).Select(line => line.Id).Should().HaveCountLessThanOrEqualTo(4, "of 616 lines");

    [TestCase("larger", 0.05)]
    [TestCase("smaller", 0.04)]
    public void R5_ordinary_talk_is_hardly_ever_held_for_a_crisis(string languages, double held) =>
        Share(languages, "ordinary", kind => kind == TurnKind.Crisis).Should().BeLessThan(held);

    private static double Share(string languages, string kind, Func<TurnKind, bool> isFound)
    {
        string[] chosen = languages switch { "larger" => _larger, "smaller" => _smaller, _ => [languages] };
        var of = _lines.Where(line => line.Kind == kind && chosen.Contains(line.Language)).ToList();
        of.Should().NotBeEmpty();
        return of.Count(line => isFound(Messages.Judge(line.Text))) / (double)of.Count;
    }

    private static IEnumerable<Line> Read() =>
        Messages.Read("plain-talk.jsonl").Select(line => new Line(line.GetProperty("id").GetString()!, line.GetProperty("text").GetString()!, line.GetProperty("lang").GetString()!, line.GetProperty("kind").GetString()!));

    private sealed record Line(string Id, string Text, string Language, string Kind);
}
