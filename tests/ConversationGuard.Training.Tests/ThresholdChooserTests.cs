namespace ConversationGuard.Training.Tests;

/// <summary>Thresholds are chosen by what they find for what they wrongly hold.</summary>
[TestFixture]
public sealed class ThresholdChooserTests
{
    private const double Share = 0.02;
    private const double Budget = 1;

    [Test]
    public void What_can_be_told_apart_is_found_whole_without_a_false_alarm()
    {
        var chooser = new ThresholdChooser([0]);
        chooser.Find([[0.9f], [0.8f], [0.7f]]);
        chooser.Spare([[0.3f], [0.2f], [0.1f]], Share);

        var threshold = chooser.Choose(Budget).Single().Threshold;

        threshold.Should().BeGreaterThan(0.3).And.BeLessThanOrEqualTo(0.7 + 1e-6);
    }

    [Test]
    public void Without_a_budget_nothing_harmless_is_held([Range(1, 5)] int seed)
    {
        var (harmful, harmless) = Texts(seed);

        var thresholds = Choose(harmful, harmless, budget: 0);

        harmless.Should().OnlyContain(scores => !IsHeld(scores, thresholds));
    }

    [Test]
    public void No_more_is_wrongly_held_than_the_budget_allows([Range(1, 5)] int seed)
    {
        var (harmful, harmless) = Texts(seed);

        var thresholds = Choose(harmful, harmless, Budget);

        (harmless.Count(scores => IsHeld(scores, thresholds)) / (double)harmless.Count).Should().BeLessThanOrEqualTo((Budget * Share) + 1e-9);
    }

    [Test]
    public void A_larger_budget_finds_no_less([Range(1, 5)] int seed)
    {
        var (harmful, harmless) = Texts(seed);

        var found = new[] { 0.5, 1, 2, 4 }.Select(budget => Choose(harmful, harmless, budget)).Select(thresholds => harmful.Count(scores => IsHeld(scores, thresholds))).ToList();

        found.Should().BeInAscendingOrder();
        found[^1].Should().BeGreaterThan(found[0]);
    }

    [Test]
    public void A_category_that_finds_nothing_is_never_held()
    {
        var chooser = new ThresholdChooser([0, 1]);
        chooser.Find([[0.9f, 0.1f], [0.8f, 0.1f]]);
        chooser.Spare([[0.1f, 0.9f], [0.2f, 0.8f]], Share);

        chooser.Choose(Budget).Should().ContainSingle(threshold => threshold.Category == 1).Which.Threshold.Should().Be(1);
    }

    [Test]
    public void The_same_texts_give_the_same_thresholds()
    {
        var (harmful, harmless) = Texts(7);

        Choose(harmful, harmless, Budget).Should().Equal(Choose(harmful, harmless, Budget));
    }

    private static List<(int Category, double Threshold)> Choose(List<float[]> harmful, List<float[]> harmless, double budget)
    {
        var chooser = new ThresholdChooser([0, 1]);
        chooser.Find(harmful);
        chooser.Spare(harmless, Share);
        return [.. chooser.Choose(budget)];
    }

    private static bool IsHeld(float[] scores, List<(int Category, double Threshold)> thresholds) => thresholds.Exists(one => one.Threshold < 1 && scores[one.Category] >= one.Threshold);

    private static (List<float[]> Harmful, List<float[]> Harmless) Texts(int seed)
    {
        var random = new Random(seed);
        float Score(double power) => (float)(Math.Pow(random.NextDouble(), power) * 0.99);
        return ([.. Enumerable.Range(0, 300).Select(i => new[] { Score(i % 2 == 0 ? 0.4 : 2), Score(i % 2 == 0 ? 2 : 0.4) })], [.. Enumerable.Range(0, 1000).Select(_ => new[] { Score(4), Score(3) })]);
    }
}
