using ConversationGuard.Classification;

namespace ConversationGuard.Tests.Classification;

/// <summary>What a feature weighs is packed into eight bytes, and is found again.</summary>
[TestFixture]
public sealed class FeatureTableTests
{
    private const int Largest = ClassifierModel.LargestPart * ClassifierModel.LargestFactor;

    [Test]
    public void Whole_weights_that_fit_into_four_bits_survive_exactly([Range(0, 14)] int output)
    {
        var weights = Enumerable.Range(0, ClassifierModel.Outputs).Select(i => (float)(((i + output) % 15) - 7)).ToArray();

        Unpacked(weights).Should().Equal(weights.Select(weight => (int)weight));
    }

    [TestCase(112)]
    [TestCase(-112)]
    [TestCase(500, Description = "more than there is room for")]
    public void The_largest_weight_is_kept_and_a_larger_one_is_cut(int weight)
    {
        var weights = new float[ClassifierModel.Outputs];
        weights[14] = weight;

        Unpacked(weights).Should().Equal([.. new int[14], Math.Clamp(weight, -Largest, Largest)]);
    }

    [Test]
    public void No_weight_is_off_by_more_than_half_of_the_step_that_the_largest_one_needs()
    {
        var random = new Random(5);
        for (var round = 0; round < 500; round++)
        {
            var reach = random.Next(1, Largest + 1);
            var weights = Enumerable.Range(0, ClassifierModel.Outputs).Select(_ => ((float)random.NextDouble() - 0.5f) * 2 * reach).ToArray();

            var read = Unpacked(weights);

            // The factor with the least error may cut the largest weight a little, to be finer on all the others.
            var step = Math.Ceiling(weights.Max(Math.Abs) / ClassifierModel.LargestPart);
            weights.Zip(read, (weight, is_) => (double)(weight - is_) * (weight - is_)).Sum().Should().BeLessThanOrEqualTo(weights.Length * step * step / 4);
        }
    }

    [Test]
    public void Every_place_of_a_bucket_is_found_and_what_is_not_in_it_weighs_nothing()
    {
        var features = Enumerable.Range(1, ClassifierModel.BucketSize).Select(i => (Hash: FeatureHash.Of($"feature{i}".AsSpan()), Weights: WeightsOf(i))).ToList();
        var model = new SmallModel { Features = features }.Build();
        var rows = new int[20];

        model.FindRows([.. features.Select(feature => feature.Hash), FeatureHash.Of("another".AsSpan())], rows).Should().Be(ClassifierModel.BucketSize);

        for (var i = 0; i < features.Count; i++)
        {
            var sums = new int[ClassifierModel.Lanes];
            model.AddRow(rows[i], sums);
            sums.Take(ClassifierModel.Outputs).Should().Equal(features[i].Weights.Select(weight => (int)weight));
        }
    }

    [TestCase(1)]
    [TestCase(10)]
    public void A_score_is_the_sum_of_the_rows_that_a_text_has(int words)
    {
        // A word that is not known by itself: its row is that of its hash.
        var weights = WeightsOf(3);
        var model = new SmallModel { Features = [(FeatureHash.Of("zzyx".AsSpan()), weights)], Scales = [.. Enumerable.Repeat(1 / 64f, ClassifierModel.Outputs)] }.Build();
        var scores = new float[ClassifierModel.Categories];

        new EmbeddedClassifier(model).Score(string.Join(" ", Enumerable.Repeat("dog zzyx", words)), scores, out _);

        // The crisis as such is the last output; here it speaks for none but the likeliest of its categories.
        var damping = model.DampingOf(2 * words);
        foreach (var output in Enumerable.Range(0, scores.Length).Where(output => (EmbeddedClassifier.CrisisCategories & (1 << output)) == 0))
        {
            scores[output].Should().BeApproximately((float)(1 / (1 + Math.Exp(-words * weights[output] * damping / 64))), 1e-5f);
        }
    }

    private static float[] WeightsOf(int factor) => [.. Enumerable.Range(0, ClassifierModel.Outputs).Select(output => (float)((output - 7) * factor))];

    private static int[] Unpacked(float[] weights)
    {
        var hash = FeatureHash.Of("feature".AsSpan());
        var model = new SmallModel { Features = [(hash, weights)] }.Build();
        var rows = new int[1];
        model.FindRows([hash], rows).Should().Be(1);
        var sums = new int[ClassifierModel.Lanes];
        model.AddRow(rows[0], sums);
        return sums[..ClassifierModel.Outputs];
    }
}
