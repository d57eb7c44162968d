namespace ConversationGuard.Training.Tests;

/// <summary>The measures of the model card.</summary>
[TestFixture]
public sealed class RankingTests
{
    [Test]
    public void A_perfect_order_has_precision_and_area_one() =>
        Ranking.Of([0.9f, 0.8f], [0.1f, 0.2f, 0.3f]).Should().Be((1.0, 1.0, 1.0));

    [Test]
    public void Average_precision_is_the_mean_of_the_precisions_at_each_hit()
    {
        // Hit, miss, hit, miss: (1/1 + 2/3) / 2.
        var (precision, area, _) = Ranking.Of([0.9f, 0.5f], [0.7f, 0.1f]);

        precision.Should().BeApproximately(5 / 6.0, 1e-12);
        area.Should().BeApproximately(0.75, 1e-12);
    }

    [Test]
    public void Scores_that_are_all_equal_tell_nothing()
    {
        var (precision, area, recall) = Ranking.Of([0.5f, 0.5f], [0.5f, 0.5f, 0.5f, 0.5f]);

        precision.Should().BeApproximately(1 / 3.0, 1e-12);
        area.Should().BeApproximately(0.5, 1e-12);
        recall.Should().Be(0);
    }
}
