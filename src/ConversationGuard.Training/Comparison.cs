using ConversationGuard.Classification;

namespace ConversationGuard.Training;

/// <summary>
/// What a change of the training is worth: how much is found of every source left out, at the same price in false alarms. Two trainings are compared at one price, not at one threshold,
/// since a change moves the scores as a whole.
/// </summary>
/// <param name="texts">The texts.</param>
/// <param name="scores">Their scores, by weights that saw nothing of their source.</param>
/// <param name="talk">The scores of long benign talk.</param>
internal sealed class Comparison(IReadOnlyList<LabelledText> texts, IReadOnlyList<float[]> scores, IReadOnlyList<float[]> talk)
{
    /// <summary>What of each kind of harmless text may be held on the average of the kinds: talk, ordinary requests, look-alikes, small talk, templated questions.</summary>
    private static readonly double[] _priceOfViolations = [0.0015, 0.015, 0.045, 0.03, 0.015];

    private static readonly double[] _priceOfCrises = [0.014, 0.02, 0.04, 0.07];

    /// <summary>Sources whose labels follow another guide than ours: shown, but not part of the mean.</summary>
    private static readonly string[] _otherGuides = ["germeval2018", "mlma", "hatemoji", "surge-toxicity"];

    public void Write(TextWriter output)
    {
        Write(output, "violations", CategorySet.Violations, _priceOfViolations);
        Write(output, "crisis", CategorySet.Crisis, _priceOfCrises);
    }

    private void Write(TextWriter output, string name, CategorySet set, double[] price)
    {
        var harmless = new[] { talk.Select(score => Margin(score, set)).ToList(), Harmless("assistant-prompts", "clinc-oos", "taskmaster4"), Harmless("corpus", "hh-harmless", "do-not-answer", "dices"), Harmless("ms-chitchat"), Harmless("mlcommons-safety") }
            .Where(margins => margins.Count > 0).Take(price.Length).ToList();
        double low = -8, high = 8;
        for (var step = 0; step < 24; step++)
        {
            var middle = (low + high) / 2;
            var paid = harmless.Select((margins, i) => Share(margins, middle) / price[i]).Average();
            (low, high) = paid > 1 ? (middle, high) : (low, middle);
        }

        var found = texts.Select((text, i) => (Text: text, Margin: Margin(scores[i], set)))
            .Where(item => item.Text.Labels.Overlaps(set) && (item.Text.Source != "convabuse" || !item.Text.HeldOut) && item.Text.Source is not ("joined" or "templates"))
            .GroupBy(item => PartOf(item.Text), StringComparer.Ordinal).Where(part => part.Count() >= 15).OrderBy(part => part.Key, StringComparer.Ordinal)
            .Select(part => (part.Key, Share: Share([.. part.Select(item => item.Margin)], high))).ToList();
        var mean = found.Where(part => !_otherGuides.Contains(part.Key) && !part.Key.EndsWith("mentioned", StringComparison.Ordinal)).Average(part => part.Share);
        output.WriteLine(FormattableString.Invariant($"{name}: mean {100 * mean:F2} %, thresholds moved by {high:F2}; wrongly held ")
            + string.Join(" / ", harmless.Select(margins => Percent(Share(margins, high)))) + "; found " + string.Join(", ", found.Select(part => $"{part.Key} {Percent(part.Share)}")));

        List<double> Harmless(params string[] sources) =>
            [.. Enumerable.Range(0, texts.Count).Where(i => sources.Contains(texts[i].Source) && !texts[i].HeldOut && !texts[i].Labels.Overlaps(set) && set - texts[i].Known == CategorySet.None).Select(i => Margin(scores[i], set))];
    }

    private static string Percent(double share) => FormattableString.Invariant($"{100 * share:F2}");

    private static double Share(List<double> margins, double threshold) => margins.Count(margin => margin >= threshold) / (double)margins.Count;

    private static string PartOf(LabelledText text) => text.Source switch
    {
        "corpus" or "ms-chitchat" => $"{text.Source}-{(text.Language == "en" ? "en" : "others")}",
        "mlcommons-safety" when text.Language != "en" => "mlcommons-others",
        "mlcommons-safety" when text.Exemption.StartsWith("ailuminate", StringComparison.Ordinal) => "ailuminate",
        "mlcommons-safety" => text.Exemption.Replace("-malicious-user", string.Empty, StringComparison.Ordinal),
        _ => text.Source,
    };

    /// <summary>How far the highest score lies above its threshold, in log odds.</summary>
    private static double Margin(float[] score, CategorySet set)
    {
        var margin = double.NegativeInfinity;
        for (var c = 0; c < ClassifierModel.Categories; c++)
        {
            margin = set.Has(c) ? Math.Max(margin, Odds(score[c]) - Odds(DefaultThresholds.Of(HarmCategory.WellKnown[c]))) : margin;
        }

        return margin;
    }

    private static double Odds(double probability)
    {
        var inside = Math.Clamp(probability, 1e-6, 1 - 1e-6);
        return Math.Log(inside / (1 - inside));
    }
}
