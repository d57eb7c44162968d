namespace ConversationGuard.Cli.Evaluate;

/// <summary>The scores of texts that have a label, and of those that have not: what a threshold anywhere would find.</summary>
/// <remarks>Texts with one score are one step: no threshold can tell them apart.</remarks>
internal sealed class RankedScores
{
    private const int Bins = 10;

    private readonly float[] _positives;
    private readonly float[] _negatives;

    public RankedScores(IEnumerable<float> positives, IEnumerable<float> negatives)
    {
        _positives = [.. positives];
        _negatives = [.. negatives];
        Array.Sort(_positives);
        Array.Sort(_negatives);
    }

    public int Positives => _positives.Length;

    public int Negatives => _negatives.Length;

    /// <summary>
    /// Gets the average precision: over the thresholds from the highest down, the precision weighted with the recall that is gained there. Null without positives.
    /// </summary>
    public double? AveragePrecision => Positives == 0 ? null : Steps.Sum(step => step.NewTrue / (double)Positives * step.True / (step.True + step.False));

    /// <summary>Gets the area under the ROC curve: the probability that a positive scores above a negative, where equal scores count half. Null without one of them.</summary>
    public double? RocAuc => Positives == 0 || Negatives == 0 ? null
        : Steps.Sum(step => step.NewTrue * (Negatives - step.False + (step.NewFalse / 2.0))) / Positives / Negatives;

    /// <summary>Gets the mean squared difference between score and label (Brier). Null without texts.</summary>
    public double? Brier => Positives + Negatives == 0 ? null
        : (_positives.Sum(score => (1.0 - score) * (1.0 - score)) + _negatives.Sum(score => (double)score * score)) / (Positives + Negatives);

    /// <summary>
    /// Gets the expected calibration error: over ten bins of equal width, the difference between the mean score and the share of positives, weighted with the bin's share of the
    /// texts. Null without texts.
    /// </summary>
    public double? CalibrationError => Positives + Negatives == 0 ? null
        : Calibration.Sum(bin => Math.Abs(bin.MeanScore - bin.PositiveShare) * bin.Count) / (Positives + Negatives);

    /// <summary>Gets the bins that have texts.</summary>
    public IReadOnlyList<CalibrationBin> Calibration
    {
        get
        {
            var counts = new int[Bins];
            var positives = new int[Bins];
            var sums = new double[Bins];
            foreach (var (scores, isPositive) in new[] { (_positives, 1), (_negatives, 0) })
            {
                foreach (var score in scores)
                {
                    var bin = Math.Min(Bins - 1, (int)(score * Bins));
                    counts[bin]++;
                    positives[bin] += isPositive;
                    sums[bin] += score;
                }
            }

            return [.. Enumerable.Range(0, Bins).Where(bin => counts[bin] > 0).Select(bin => new CalibrationBin(
                bin / (double)Bins, (bin + 1) / (double)Bins, counts[bin], sums[bin] / counts[bin], positives[bin] / (double)counts[bin]))];
        }
    }

    /// <summary>Gets the greatest recall of a threshold that is wrong in at most this share of the negatives. Null without one of them.</summary>
    public double? RecallAt(double falsePositiveRate) => Positives == 0 || Negatives == 0 ? null
        : Steps.Where(step => step.False <= falsePositiveRate * Negatives).Select(step => step.True).LastOrDefault() / (double)Positives;

    /// <summary>What each threshold finds, from the highest score down.</summary>
    private IEnumerable<(int True, int False, int NewTrue, int NewFalse)> Steps
    {
        get
        {
            var (p, n) = (Positives, Negatives);
            while (p > 0 || n > 0)
            {
                var score = Math.Max(p > 0 ? _positives[p - 1] : float.NegativeInfinity, n > 0 ? _negatives[n - 1] : float.NegativeInfinity);
                var (oldP, oldN) = (p, n);
                while (p > 0 && _positives[p - 1] == score)
                {
                    p--;
                }

                while (n > 0 && _negatives[n - 1] == score)
                {
                    n--;
                }

                yield return (Positives - p, Negatives - n, oldP - p, oldN - n);
            }
        }
    }
}

/// <summary>The texts whose score lies in one range.</summary>
/// <param name="From">The least score.</param>
/// <param name="To">The greatest, which belongs to the next bin.</param>
/// <param name="Count">How many texts.</param>
/// <param name="MeanScore">Their mean score.</param>
/// <param name="PositiveShare">The share of them that has the label: the mean score, were it a probability.</param>
internal sealed record CalibrationBin(double From, double To, int Count, double MeanScore, double PositiveShare);
