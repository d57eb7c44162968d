using ConversationGuard.Classification;

namespace ConversationGuard.Training.Tests.PlainTalk;

/// <summary>
/// What a moderator of a chatbot might see in a week: abuse, requests for harm, signs of a crisis, what looks like them and is none, and everyday talk, in English. Written by three authors who knew neither
/// the corpus nor the model, and never trained on. The bounds are what the shipped model finds, less some lines; what it finds exactly is in MODEL-CARD.md.
/// </summary>
[TestFixture]
public sealed class ModeratorsWeekTests
{
    private static readonly List<Line> _lines = [.. Read()];

    /// <summary>Gets the texts, none of which may train the model.</summary>
    public static IEnumerable<string> Texts => _lines.Select(line => line.Text);

    [Test]
    public void Most_of_what_is_a_violation_is_found() =>
        Share(line => line.IsViolation && !line.IsCrisis, kind => kind == TurnKind.Violation).Should().BeGreaterThan(0.7);

    [Test]
    public void R5_signs_of_a_crisis_are_found() =>
        Share(line => line.IsCrisis, kind => kind == TurnKind.Crisis).Should().BeGreaterThan(0.87);

    [Test]
    public void R5_who_is_at_risk_is_hardly_ever_taken_for_a_violator() =>
        Share(line => line.IsCrisis, kind => kind == TurnKind.Violation).Should().BeLessThan(0.05);

    [Test]
    public void R7_what_is_neither_is_hardly_ever_held_for_a_violation() =>
        Share(line => !line.IsViolation && !line.IsCrisis, kind => kind == TurnKind.Violation).Should().BeLessThan(0.04);

    [Test]
    public void R7_everyday_talk_is_almost_never_held_for_a_violation() =>
        Share(line => line.Kind.StartsWith("ordinary", StringComparison.Ordinal), kind => kind == TurnKind.Violation).Should().BeLessThan(0.01);

    private static double Share(Func<Line, bool> isMeant, Func<TurnKind, bool> isFound)
    {
        var meant = _lines.Where(isMeant).ToList();
        meant.Should().HaveCountGreaterThan(200);
        return meant.Count(line => isFound(Messages.Judge(line.Text))) / (double)meant.Count;
    }

    private static IEnumerable<Line> Read() =>
        Messages.Read("moderators-week.jsonl").Select(row => new Line(row.GetProperty("text").GetString()!, row.GetProperty("kind").GetString()!, row.GetProperty("violation").GetBoolean(), row.GetProperty("crisis").GetBoolean()));

    private sealed record Line(string Text, string Kind, bool IsViolation, bool IsCrisis);
}
