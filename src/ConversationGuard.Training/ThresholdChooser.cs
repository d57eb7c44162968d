namespace ConversationGuard.Training;

/// <summary>Chooses the thresholds of several categories together: what is found most for what is wrongly held.</summary>
/// <param name="categories">The categories.</param>
internal sealed class ThresholdChooser(int[] categories)
{
    private const double LargestStep = 0.3;

    private readonly List<(float[] Scores, double Gain, double Cost)> _texts = [];

    /// <summary>Adds texts that should be found; each group of them counts the same.</summary>
    public void Find(List<float[]> scores) => _texts.AddRange(scores.Select(of => (of, 1.0 / scores.Count, 0.0)));

    /// <summary>Adds texts that should not be held; to hold the given share of them costs 1.</summary>
    public void Spare(List<float[]> scores, double share) => _texts.AddRange(scores.Select(of => (of, 0.0, 1 / (share * scores.Count))));

    /// <summary>Lowers one threshold after the other, always by the step that finds most for its cost, until the budget is spent.</summary>
    public IEnumerable<(int Category, double Threshold)> Choose(double budget)
    {
        var orders = categories.Select(category => Enumerable.Range(0, _texts.Count).OrderByDescending(i => _texts[i].Scores[category]).ThenBy(i => i).ToArray()).ToArray();
        var thresholds = Enumerable.Repeat(1.0, categories.Length).ToArray();
        var reached = new int[categories.Length];
        var held = new bool[_texts.Count];
        var spent = 0.0;
        while (true)
        {
            var best = (Ratio: 0.0, Category: -1, To: 0, Cost: 0.0);
            for (var k = 0; k < categories.Length; k++)
            {
                double gained = 0, paid = 0;
                for (var n = reached[k]; n < _texts.Count && paid < LargestStep && spent + paid <= budget; n++)
                {
                    var i = orders[k][n];
                    gained += held[i] ? 0 : _texts[i].Gain;
                    paid += held[i] ? 0 : _texts[i].Cost;
                    var ratio = gained / (paid + 0.01);
                    if (ratio > best.Ratio && spent + paid <= budget)
                    {
                        best = (ratio, k, n + 1, paid);
                    }
                }
            }

            if (best.Category < 0)
            {
                return categories.Select((category, k) => (category, thresholds[k]));
            }

            for (; reached[best.Category] < best.To; reached[best.Category]++)
            {
                held[orders[best.Category][reached[best.Category]]] = true;
            }

            spent += best.Cost;
            thresholds[best.Category] = _texts[orders[best.Category][best.To - 1]].Scores[categories[best.Category]];
        }
    }
}
