using ConversationGuard.Cli.Evaluate;

namespace ConversationGuard.Cli.Tests.Evaluate;

/// <summary>
/// By hand. Positives 0.95, 0.85, 0.45; negatives 0.75, 0.45, 0.15. From the top a threshold finds (true, false): (1, 0), (2, 0), (2, 1), (3, 2) for the two that tie, (3, 3).
/// </summary>
public sealed class RankedScoresTests
{
    private static readonly RankedScores _small = new([0.45f, 0.95f, 0.85f], [0.15f, 0.75f, 0.45f]);

    [Test]
    public void Average_precision_weights_precision_with_the_recall_gained() =>
        _small.AveragePrecision.Should().BeApproximately((1.0 + 1.0 + (3.0 / 5)) / 3, 1e-6);

    [Test]
    public void The_roc_area_counts_pairs_in_the_right_order_and_ties_half() =>
        _small.RocAuc.Should().BeApproximately((3 + 3 + 1.5) / 9, 1e-6);

    [TestCase(0, 2.0 / 3)]
    [TestCase(0.01, 2.0 / 3)]
    [TestCase(0.34, 2.0 / 3)]
    [TestCase(0.66, 2.0 / 3)]
    [TestCase(0.67, 1)]
    public void The_recall_at_a_share_of_false_positives_is_that_of_the_lowest_threshold_that_keeps_to_it(double share, double recall) =>
        _small.RecallAt(share).Should().BeApproximately(recall, 1e-6);

    [Test]
    public void Brier_is_the_mean_square_of_what_the_score_is_off() =>
        _small.Brier.Should().BeApproximately((0.0025 + 0.0225 + 0.3025 + 0.0225 + 0.5625 + 0.2025) / 6, 1e-6);

    [Test]
    public void The_calibration_error_weights_each_bin_with_its_texts() =>
        _small.CalibrationError.Should().BeApproximately((0.05 + 0.15 + 0.75 + (2 * 0.05) + 0.15) / 6, 1e-6);

    [Test]
    public void Each_bin_has_its_mean_score_and_its_share_of_positives()
    {
        var bin = _small.Calibration.Single(one => one.Count == 2);

        (bin.From, bin.To, bin.PositiveShare).Should().Be((0.4, 0.5, 0.5));
        bin.MeanScore.Should().BeApproximately(0.45, 1e-6);
    }

    [Test]
    public void A_score_of_1_belongs_to_the_last_bin() => new RankedScores([1f], [0f]).Calibration.Select(bin => bin.From).Should().Equal(0, 0.9);

    [Test]
    public void A_perfect_ranking_is_perfect()
    {
        var perfect = new RankedScores([0.9f, 0.8f], [0.2f, 0.1f]);

        (perfect.AveragePrecision, perfect.RocAuc, perfect.RecallAt(0)).Should().Be((1, 1, 1));
    }

    [Test]
    public void Scores_that_are_all_the_same_tell_nothing()
    {
        var same = new RankedScores([0.5f], [0.5f, 0.5f, 0.5f]);

        (same.AveragePrecision, same.RocAuc, same.RecallAt(0.5)).Should().Be((0.25, 0.5, 0));
    }

    [Test]
    public void What_cannot_be_computed_is_missing()
    {
        var (noPositives, nothing) = (new RankedScores([], [0.5f]), new RankedScores([], []));

        (noPositives.AveragePrecision, noPositives.RocAuc, noPositives.RecallAt(0.1)).Should().Be((null, null, null));
        noPositives.Brier.Should().Be(0.25);
        (nothing.Brier, nothing.CalibrationError).Should().Be((null, null));
    }

    /// <summary>The definition, pair by pair, on many small random cases with ties.</summary>
    [Test]
    public void The_roc_area_is_that_of_all_pairs()
    {
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            var positives = Scores();
            var negatives = Scores();
            var pairs = positives.SelectMany(positive => negatives.Select(negative => positive > negative ? 1 : positive == negative ? 0.5 : 0)).Average();

            new RankedScores(positives, negatives).RocAuc.Should().BeApproximately(pairs, 1e-9);
        }

        float[] Scores() => [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(8) / 8f)];
    }
}
