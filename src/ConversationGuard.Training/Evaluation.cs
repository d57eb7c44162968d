using System.Globalization;
using ConversationGuard.Classification;

namespace ConversationGuard.Training;

/// <summary>Judges the classifier on what it was not trained on: each source in turn left out, and data that is never trained on.</summary>
internal sealed class Evaluation(Sources sources, TrainingSettings settings, TextWriter output)
{
    private const int Categories = ClassifierModel.Categories;

    public void Run(string modelFile)
    {
        var texts = sources.ReadAll();
        var builder = new ModelBuilder(settings, texts, sources);
        var trained = Enumerable.Range(0, texts.Count).Where(i => !texts[i].HeldOut).ToList();

        output.WriteLine("# Leave one source out");
        foreach (var source in texts.Select(text => text.Source).Distinct().Except(["corpus", "templates"]).ToList())
        {
            var classifier = new EmbeddedClassifier(builder.Build([.. trained.Where(i => texts[i].Source != source)], 2, _ => { }));
            Report(source, classifier, [.. texts.Where(text => text.Source == source)]);
        }

        output.WriteLine("# The contrast corpus, four fifths for training");
        var corpus = trained.Where(i => texts[i].Source is "corpus" or "labels" && Sources.StableHash(texts[i].Group) % 5 == 0).ToHashSet();
        var rest = new EmbeddedClassifier(builder.Build([.. trained.Where(i => !corpus.Contains(i))], 2, _ => { }));
        Report("corpus", rest, [.. corpus.Order().Select(i => texts[i])]);

        using var stream = File.OpenRead(modelFile);
        ReportModel(EmbeddedClassifier.Load(stream), texts);
    }

    /// <summary>Judges a finished model on what is never trained on.</summary>
    public void ReportModel(EmbeddedClassifier classifier, IReadOnlyList<LabelledText> texts)
    {
        output.WriteLine("# Never trained on");
        Report("convabuse, held-out conversations", classifier, [.. texts.Where(text => text.HeldOut)]);
        ReportDialogues("topical-chat", classifier, [.. sources.ReadTurns("topical-chat/topical-chat.jsonl")]);
        var bias = sources.ReadLines("unintended-bias/bias_madlibs_77k.csv").Skip(1).Select(line => line.Split(',')).Where(columns => columns.Length >= 3).ToList();
        foreach (var label in new[] { "NOT_BAD", "BAD" })
        {
            var count = 0;
            var flagged = 0;
            foreach (var columns in bias.Where(columns => columns[^2] == label))
            {
                count++;
                flagged += IsViolation(Score(classifier, columns[0].Trim('"'))) ? 1 : 0;
            }

            output.WriteLine(Invariant($"unintended-bias {label}: {flagged} of {count} held for a violation ({100.0 * flagged / count:F2} %)"));
        }

        ReportHits("counsel-chat", classifier, [.. sources.ReadRows("counsel-chat/counsel-chat.jsonl").Select(row => row.GetProperty("text").GetString()!)]);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static float[] Score(EmbeddedClassifier classifier, string text)
    {
        var scores = new float[Categories];
        classifier.Score(text, scores, out _);
        return scores;
    }

    private static bool IsViolation(float[] scores)
    {
        for (var c = 0; c < Categories; c++)
        {
            if (CategorySet.Violations.Has(c) && scores[c] >= DefaultThresholds.Of(HarmCategory.WellKnown[c]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsCrisis(float[] scores)
    {
        for (var c = 0; c < Categories; c++)
        {
            if (CategorySet.Crisis.Has(c) && scores[c] >= DefaultThresholds.Of(HarmCategory.WellKnown[c]))
            {
                return true;
            }
        }

        return false;
    }

    private void ReportDialogues(string name, EmbeddedClassifier classifier, List<(string Conversation, string Text)> turns)
    {
        var flagged = turns.Where(turn => IsViolation(Score(classifier, turn.Text))).ToList();
        var crisis = turns.Count(turn => IsCrisis(Score(classifier, turn.Text)));
        output.WriteLine(Invariant($"{name}: {flagged.Count} of {turns.Count} turns held for a violation ({100.0 * flagged.Count / turns.Count:F3} %), ")
            + Invariant($"in {flagged.Select(turn => turn.Conversation).Distinct().Count()} of {turns.Select(turn => turn.Conversation).Distinct().Count()} conversations; {crisis} for a crisis"));
    }

    private void ReportHits(string name, EmbeddedClassifier classifier, List<string> texts)
    {
        var scores = texts.ConvertAll(text => Score(classifier, text));
        output.WriteLine(Invariant($"{name}: of {texts.Count}, {scores.Count(IsViolation)} held for a violation, {scores.Count(IsCrisis)} for a crisis"));
    }

    private void Report(string name, EmbeddedClassifier classifier, List<LabelledText> texts)
    {
        var scores = texts.ConvertAll(text => Score(classifier, text.Text));
        output.WriteLine($"## {name} ({texts.Count} texts)");
        for (var c = 0; c < Categories; c++)
        {
            var known = Enumerable.Range(0, texts.Count).Where(i => texts[i].Known.Has(c)).ToList();
            var positives = known.Where(i => texts[i].Labels.Has(c)).Select(i => scores[i][c]).ToList();
            var negatives = known.Where(i => !texts[i].Labels.Has(c)).Select(i => scores[i][c]).ToList();
            if (positives.Count < 5)
            {
                continue;
            }

            var threshold = DefaultThresholds.Of(HarmCategory.WellKnown[c]);
            var line = Invariant($"  {HarmCategory.WellKnown[c].Value,-22} {positives.Count,6} positive, recall {positives.Count(score => score >= threshold) / (double)positives.Count:F3}");
            if (negatives.Count >= 20)
            {
                var (precision, area, recall) = Ranking.Of(positives, negatives);
                line += Invariant($"; {negatives.Count} negative, false {100.0 * negatives.Count(score => score >= threshold) / negatives.Count:F2} %; AP {precision:F3}, AUC {area:F3}, recall at 1 % false {recall:F3}");
            }

            output.WriteLine(line);
        }

        // Any label: is a harmful text held for harmful, a harmless one for harmless?
        foreach (var group in texts.Select((text, i) => (Text: text, Scores: scores[i])).GroupBy(item => Kind(item.Text)).Where(group => group.Key.Length > 0))
        {
            var count = group.Count();
            output.WriteLine(Invariant($"  {group.Key,-22} {count,6}: held for a violation {100.0 * group.Count(item => IsViolation(item.Scores)) / count:F2} %, for a crisis {100.0 * group.Count(item => IsCrisis(item.Scores)) / count:F2} %"));
        }

        foreach (var group in texts.Select((text, i) => (Text: text, Scores: scores[i])).Where(item => item.Text.Source == "ms-chitchat" && Kind(item.Text) == "crisis").GroupBy(item => item.Text.Language))
        {
            output.WriteLine(Invariant($"    crisis in {group.Key}: {group.Count(item => IsCrisis(item.Scores))} of {group.Count()} found"));
        }

        foreach (var group in texts.Select((text, i) => (Text: text, Scores: scores[i])).Where(item => item.Text.Source == "corpus" && Kind(item.Text) == "harmless").GroupBy(item => item.Text.Exemption).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var count = group.Count();
            output.WriteLine(Invariant($"    {group.Key,-20} {count,6}: held for a violation {100.0 * group.Count(item => IsViolation(item.Scores)) / count:F2} %, for a crisis {100.0 * group.Count(item => IsCrisis(item.Scores)) / count:F2} %"));
        }
    }

    private static string Kind(LabelledText text)
    {
        if (text.Labels.Overlaps(CategorySet.Crisis))
        {
            return "crisis";
        }

        if (text.Labels.Overlaps(CategorySet.Violations))
        {
            return "violation";
        }

        return text.Labels == CategorySet.None && (CategorySet.Violations - text.Known).Bits == 0 ? "harmless" : string.Empty;
    }
}

/// <summary>How well scores put positives before negatives.</summary>
internal static class Ranking
{
    public static (double AveragePrecision, double Area, double RecallAtOnePercent) Of(List<float> positives, List<float> negatives)
    {
        var all = positives.Select(score => (Score: score, Positive: true)).Concat(negatives.Select(score => (Score: score, Positive: false)))
            .OrderByDescending(item => item.Score).ToList();
        double precision = 0, area = 0, recallAtOne = 0;
        int hits = 0, misses = 0;
        for (var i = 0; i < all.Count;)
        {
            // Equal scores are one step.
            var end = i;
            int stepHits = 0, stepMisses = 0;
            while (end < all.Count && all[end].Score == all[i].Score)
            {
                stepHits += all[end].Positive ? 1 : 0;
                stepMisses += all[end].Positive ? 0 : 1;
                end++;
            }

            area += stepMisses * (hits + (stepHits / 2.0));
            hits += stepHits;
            misses += stepMisses;
            precision += stepHits * (hits / (double)(hits + misses));
            if (misses <= negatives.Count * 0.01)
            {
                recallAtOne = hits / (double)positives.Count;
            }

            i = end;
        }

        return (precision / positives.Count, area / ((double)positives.Count * negatives.Count), recallAtOne);
    }
}
