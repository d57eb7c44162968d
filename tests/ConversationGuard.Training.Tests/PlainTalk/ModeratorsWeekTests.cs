using ConversationGuard.Classification;

namespace ConversationGuard.Training.Tests.PlainTalk;

/// <summary>
/// What a moderator of a chatbot might see in a week: abuse, requests for harm, signs of a crisis, what looks like them and is none, and everyday talk, in English. Each week by other authors, who knew neither
/// the corpus nor the model, and never trained on. The bounds are what the shipped model finds, less some lines; what it finds exactly is in MODEL-CARD.md.
/// </summary>
[TestFixture(First, 201, 0.87, 0.05)]
[TestFixture(Second, 80, 0.87, 0.08)]
[TestFixture(Third, 80, 0.8, 0.15)]
[TestFixture(Fourth, 29, 0.8, 0.04)]
[TestFixture(Fifth, 56, 0.8, 0.15)]
public sealed class ModeratorsWeekTests(string file, int smallestPart, double crisesFound, double atRiskTakenForViolators)
{
    private const string First = "moderators-week.jsonl";
    private const string Second = "moderators-second-week.jsonl";
    private const string Third = "moderators-third-week.jsonl";
    private const string Fourth = "moderators-fourth-week.jsonl";
    private const string Fifth = "moderators-fifth-week.jsonl";

    private readonly List<Line> _lines = [.. Read(file)];

    /// <summary>Gets the texts of all weeks, none of which may train the model.</summary>
    public static IEnumerable<string> Texts => new[] { First, Second, Third, Fourth, Fifth }.SelectMany(Read).Select(line => line.Text);

    [Test]
    public void Most_of_what_is_a_violation_is_found() =>
        Share(line => line.IsViolation && !line.IsCrisis, kind => kind == TurnKind.Violation).Should().BeGreaterThan(0.7);

    [Test]
    public void R5_signs_of_a_crisis_are_found() =>
        Share(line => line.IsCrisis, kind => kind == TurnKind.Crisis).Should().BeGreaterThan(crisesFound);

    [Test]
    public void R5_who_is_at_risk_is_hardly_ever_taken_for_a_violator() =>
        Share(line => line.IsCrisis, kind => kind == TurnKind.Violation).Should().BeLessThan(atRiskTakenForViolators);

    [Test]
    public void R5_who_is_at_risk_and_asks_for_nothing_harmful_is_almost_never_taken_for_a_violator() =>
        Share(line => line.IsCrisis && !line.IsViolation, kind => kind == TurnKind.Violation).Should().BeLessThan(0.01);

    [Test]
    public void R7_what_is_neither_is_hardly_ever_held_for_a_violation() =>
        Share(line => !line.IsViolation && !line.IsCrisis, kind => kind == TurnKind.Violation).Should().BeLessThan(0.04);

    [Test]
    public void R7_of_a_hundred_messages_of_everyday_talk_at_most_one_is_held_for_a_violation()
    {
        var everyday = _lines.Where(line => line.Kind.StartsWith("ordinary", StringComparison.Ordinal) || line.Kind == "chat").ToList();
        everyday.Should().HaveCountGreaterThan(smallestPart);
        everyday.Count(line => Messages.Judge(line.Text) == TurnKind.Violation).Should().BeLessThanOrEqualTo(Math.Max(1, everyday.Count / 100));
    }

    private double Share(Func<Line, bool> isMeant, Func<TurnKind, bool> isFound)
    {
        var meant = _lines.Where(isMeant).ToList();
        meant.Should().HaveCountGreaterThanOrEqualTo(smallestPart);
        return meant.Count(line => isFound(Messages.Judge(line.Text))) / (double)meant.Count;
    }

    private static IEnumerable<Line> Read(string file) =>
        Messages.Read(file).Select(row => new Line(row.GetProperty("text").GetString()!, row.GetProperty("kind").GetString()!, row.GetProperty("violation").GetBoolean(), row.GetProperty("crisis").GetBoolean()));

    private sealed record Line(string Text, string Kind, bool IsViolation, bool IsCrisis);
}
