namespace ConversationGuard.Training.Tests;

/// <summary>From sums to probabilities.</summary>
[TestFixture]
public sealed class CalibrationTests
{
    [Test]
    public void With_too_few_examples_nothing_is_ever_claimed()
    {
        var labels = Enumerable.Range(0, 200).Select(i => i < 9).ToArray();

        var (slope, offset) = Calibration.Fit([.. labels.Select(label => label ? 5.0 : -5.0)], labels, [.. labels.Select(_ => 1.0)]);

        Probability(slope, offset, 1000).Should().BeLessThan(0.001);
    }

    [Test]
    public void A_higher_score_never_means_a_lower_probability([Range(1, 8)] int seed)
    {
        var (scores, labels, weights) = Noisy(seed, slope: -1, offset: 0);

        Calibration.Fit(scores, labels, weights).Slope.Should().BePositive();
    }

    [Test]
    public void Scores_that_are_too_bold_are_brought_back([Range(1, 8)] int seed)
    {
        // The truth is half as sure as the scores say, and one lower.
        var (scores, labels, weights) = Noisy(seed, slope: 0.5, offset: -1);

        var (slope, offset) = Calibration.Fit(scores, labels, weights);

        slope.Should().BeApproximately(0.5f, 0.08f);
        offset.Should().BeApproximately(-1, 0.2f);
    }

    [Test]
    public void On_the_whole_as_much_is_promised_as_holds([Range(1, 8)] int seed)
    {
        var (scores, labels, weights) = Noisy(seed, slope: 1.3, offset: 0.4);

        var (slope, offset) = Calibration.Fit(scores, labels, weights);

        scores.Average(score => Probability(slope, offset, score)).Should().BeApproximately(labels.Average(label => label ? 1.0 : 0.0), 0.005);
    }

    [Test]
    public void A_text_of_weight_two_counts_like_two_texts()
    {
        var (scores, labels, weights) = Noisy(3, slope: 1, offset: 0);
        var doubled = weights.Select((_, i) => i % 3 == 0 ? 2.0 : 1.0).ToArray();

        var once = Calibration.Fit(scores, labels, doubled);
        var twice = Calibration.Fit(
            [.. scores, .. scores.Where((_, i) => i % 3 == 0)], [.. labels, .. labels.Where((_, i) => i % 3 == 0)], [.. Enumerable.Repeat(1.0, scores.Length + ((scores.Length + 2) / 3))]);

        once.Slope.Should().BeApproximately(twice.Slope, 0.01f);
        once.Offset.Should().BeApproximately(twice.Offset, 0.01f);
    }

    [Test]
    public void The_expected_error_is_the_distance_between_what_is_promised_and_what_holds()
    {
        Calibration.ExpectedError([(0.25, false, 1), (0.25, false, 1), (0.25, false, 1), (0.25, true, 1)]).Should().BeApproximately(0, 1e-12);
        Calibration.ExpectedError([(0.95, false, 1), (0.05, false, 3)]).Should().BeApproximately((0.95 + 0.15) / 4, 1e-12);
        Calibration.ExpectedError([(1, true, 1)]).Should().Be(0);
    }

    private static double Probability(double slope, double offset, double score) => 1 / (1 + Math.Exp(-((slope * score) + offset)));

    private static (double[] Scores, bool[] Labels, double[] Weights) Noisy(int seed, double slope, double offset)
    {
        var random = new Random(seed);
        var scores = Enumerable.Range(0, 6000).Select(_ => (random.NextDouble() * 10) - 5).ToArray();
        return (scores, [.. scores.Select(score => random.NextDouble() < Probability(slope, offset, score))], [.. scores.Select(_ => 1.0)]);
    }
}
