using System.Globalization;
using ConversationGuard.Classification;

namespace ConversationGuard.Training;

/// <summary>Judges the classifier on what it was not trained on: each source in turn left out, and data that is never trained on.</summary>
internal sealed class Evaluation(Sources sources, TrainingSettings settings, TextWriter output)
{
    public const int Folds = 6;
    private const int Categories = ClassifierModel.Categories;

    /// <summary>Writes the tables of the model card.</summary>
    public void WriteReport(string modelFile)
    {
        // First what may be missing: judging takes a quarter of an hour.
        var classifier = EmbeddedClassifier.FromFile(modelFile);
        var (texts, _, scores, _) = JudgeAll();
        new ModelReport(sources, output).Write(classifier, new FileInfo(modelFile).Length, texts, scores);
    }

    /// <summary>Says in few lines what the training is worth.</summary>
    public void Compare(string? errors)
    {
        var (texts, _, scores, talkScores) = JudgeAll();
        WriteErrors(errors, texts, scores);
        new Comparison(texts, scores, talkScores).Write(output);
        foreach (var heldOut in new[] { true, false })
        {
            var own = Enumerable.Range(0, texts.Count).Where(i => texts[i].Source == "convabuse" && texts[i].HeldOut == heldOut && texts[i].Known.Has(0)).ToList();
            var (precision, _, _) = Ranking.Of([.. own.Where(i => texts[i].Labels.Has(0)).Select(i => scores[i][0])], [.. own.Where(i => !texts[i].Labels.Has(0)).Select(i => scores[i][0])]);
            output.WriteLine(Invariant($"convabuse, source left out, {(heldOut ? "held-out" : "other")} conversations: average precision {precision:F3}"));
        }
    }

    public void Run(string modelFile, string? errors)
    {
        var (texts, trained, scores, talkScores) = JudgeAll();

        output.WriteLine("# Every source judged by weights that saw nothing of it; the contrast corpus by sixths");
        foreach (var source in texts.Select(text => text.Source).Distinct().Except(["templates", "joined"]).ToList())
        {
            var own = Enumerable.Range(0, texts.Count).Where(i => texts[i].Source == source && (!texts[i].HeldOut || source != "convabuse")).ToList();
            Report(source, own.ConvertAll(i => texts[i]), own.ConvertAll(i => scores[i]));
        }

        output.WriteLine("# Thresholds by what they find and what they wrongly hold, on these scores");
        SuggestThresholds(texts, trained, scores, talkScores);
        WriteErrors(errors, texts, scores);

        using var stream = File.OpenRead(modelFile);
        ReportModel(EmbeddedClassifier.Load(stream), texts);
    }

    private (IReadOnlyList<LabelledText> Texts, List<int> Trained, List<float[]> Scores, List<float[]> TalkScores) JudgeAll()
    {
        var texts = sources.ReadAll();
        var builder = new ModelBuilder(settings, texts, sources);
        var trained = Enumerable.Range(0, texts.Count).Where(i => !texts[i].HeldOut).ToList();
        var talk = sources.ReadTurns("topical-chat/topical-chat.jsonl").Select(turn => turn.Text).ToList();
        var collector = new FeatureCollector();
        var talkVectors = talk.ConvertAll(text => builder.Space.Vector(collector, text));
        var talkLogits = talk.ConvertAll(_ => new float[ClassifierModel.Outputs]);
        var (logits, calibration) = builder.Judge(trained, Folds, _ => { }, (fold, trainer) =>
        {
            for (var i = 0; fold == Folds - 1 && i < talk.Count; i++)
            {
                trainer.Score(talkVectors[i], talkLogits[i]);
            }
        });
        var scores = Enumerable.Range(0, texts.Count).Select(i => Probabilities(logits[i], calibration, builder.Vectors[i].IsUnsure)).ToList();
        var talkScores = Enumerable.Range(0, talk.Count).Select(i => Probabilities(talkLogits[i], calibration, talkVectors[i].IsUnsure)).ToList();
        return (texts, trained, scores, talkScores);
    }

    private static void WriteErrors(string? file, IReadOnlyList<LabelledText> texts, List<float[]> scores)
    {
        if (file is not null)
        {
            File.WriteAllLines(file, Enumerable.Range(0, texts.Count).Select(i => Line(texts[i], scores[i])));
        }
    }

    private static string Line(LabelledText text, float[] scores) => string.Join('\t', [
        text.Source, text.Exemption, string.Join(',', Enumerable.Range(0, Categories).Where(text.Labels.Has).Select(c => HarmCategory.WellKnown[c].Value)),
        .. scores.Select(score => Invariant($"{score:F3}")), text.Text.ReplaceLineEndings(" ").Replace('\t', ' ')]);

    /// <summary>What the classifier would report, from the weights' sums.</summary>
    private static float[] Probabilities(float[] logits, (float Slope, float Offset)[] calibration, bool isUnsure)
    {
        var all = new float[ClassifierModel.Outputs];
        for (var c = 0; c < all.Length; c++)
        {
            all[c] = 1 / (1 + MathF.Exp(-((calibration[c].Slope * logits[c]) + calibration[c].Offset)));
        }

        var scores = all[..Categories];
        var leading = Enumerable.Range(0, Categories).Where(CategorySet.Crisis.Has).MaxBy(c => scores[c]);
        scores[leading] = Math.Max(scores[leading], all[Categories]);
        for (var c = 0; c < Categories; c++)
        {
            scores[c] = isUnsure && !CategorySet.Crisis.Has(c) ? 0 : scores[c];
        }

        return scores;
    }

    private void SuggestThresholds(IReadOnlyList<LabelledText> texts, List<int> trained, List<float[]> scores, List<float[]> talk)
    {
        foreach (var (name, set, budget) in new[] { ("violations", CategorySet.Violations, new[] { 0.002, 0.007, 0.03, 0.03 }), ("crisis", CategorySet.Crisis, [0.01, 0.01, 0.05, 0.06]) })
        {
            var chooser = new ThresholdChooser([.. Enumerable.Range(0, Categories).Where(set.Has)]);
            bool Is(int i, bool positive, params ReadOnlySpan<string> of) => of.Contains(texts[i].Source) && (positive ? texts[i].Labels.Overlaps(set) : !texts[i].Labels.Overlaps(set) && set - texts[i].Known == CategorySet.None);
            foreach (var source in new[] { "corpus", "corpus", "corpus", "advbench", "hh-harmless", "do-not-answer", "dices", "convabuse", "ms-chitchat", "mlcommons-safety" })
            {
                chooser.Find([.. trained.Where(i => Is(i, true, source)).Select(i => scores[i])]);
            }

            chooser.Spare(talk, budget[0]);
            chooser.Spare([.. trained.Where(i => Is(i, false, "assistant-prompts", "clinc-oos", "taskmaster4")).Select(i => scores[i])], budget[1]);
            chooser.Spare([.. trained.Where(i => Is(i, false, "corpus", "hh-harmless", "do-not-answer", "dices")).Select(i => scores[i])], budget[2]);
            chooser.Spare([.. trained.Where(i => Is(i, false, "ms-chitchat")).Select(i => scores[i])], budget[3]);
            output.WriteLine($"{name}: " + string.Join(", ", chooser.Choose(budget: 3).Select(threshold => Invariant($"{HarmCategory.WellKnown[threshold.Category].Value} {threshold.Threshold:F2}"))));
        }
    }

    /// <summary>Judges a finished model on what is never trained on.</summary>
    public void ReportModel(EmbeddedClassifier classifier, IReadOnlyList<LabelledText> texts)
    {
        output.WriteLine("# Never trained on");
        Report("convabuse, held-out conversations", classifier, [.. texts.Where(text => text.HeldOut && text.Source == "convabuse")]);
        ReportDialogues("topical-chat", classifier, [.. sources.ReadTurns("topical-chat/topical-chat.jsonl")]);
        var bias = sources.ReadLines("unintended-bias/bias_madlibs_77k.csv").Skip(1).Select(line => line.Split(',')).Where(columns => columns.Length >= 3).ToList();
        foreach (var label in new[] { "NOT_BAD", "BAD" })
        {
            var count = 0;
            var flagged = 0;
            foreach (var columns in bias.Where(columns => columns[^2] == label))
            {
                count++;
                flagged += Verdict.IsViolation(Score(classifier, columns[0].Trim('"'))) ? 1 : 0;
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

    private void ReportDialogues(string name, EmbeddedClassifier classifier, List<(string Conversation, string Text)> turns)
    {
        var flagged = turns.Where(turn => Verdict.IsViolation(Score(classifier, turn.Text))).ToList();
        var crisis = turns.Count(turn => Verdict.IsCrisis(Score(classifier, turn.Text)));
        output.WriteLine(Invariant($"{name}: {flagged.Count} of {turns.Count} turns held for a violation ({100.0 * flagged.Count / turns.Count:F3} %), ")
            + Invariant($"in {flagged.Select(turn => turn.Conversation).Distinct().Count()} of {turns.Select(turn => turn.Conversation).Distinct().Count()} conversations; {crisis} for a crisis"));
    }

    private void ReportHits(string name, EmbeddedClassifier classifier, List<string> texts)
    {
        var scores = texts.ConvertAll(text => Score(classifier, text));
        output.WriteLine(Invariant($"{name}: of {texts.Count}, {scores.Count(Verdict.IsViolation)} held for a violation, {scores.Count(Verdict.IsCrisis)} for a crisis"));
    }

    private void Report(string name, EmbeddedClassifier classifier, List<LabelledText> texts) => Report(name, texts, texts.ConvertAll(text => Score(classifier, text.Text)));

    private void Report(string name, List<LabelledText> texts, List<float[]> scores)
    {
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
        foreach (var group in texts.Select((text, i) => (Text: text, Scores: scores[i])).GroupBy(item => Kind(item.Text) + Part(item.Text)).Where(group => !group.Key.StartsWith(' ')))
        {
            var count = group.Count();
            output.WriteLine(Invariant($"  {group.Key,-40} {count,6}: held for a violation {100.0 * group.Count(item => Verdict.IsViolation(item.Scores)) / count:F2} %, for a crisis {100.0 * group.Count(item => Verdict.IsCrisis(item.Scores)) / count:F2} %"));
        }

        foreach (var group in texts.Select((text, i) => (Text: text, Scores: scores[i])).Where(item => item.Text.Source == "ms-chitchat" && Kind(item.Text) == "crisis").GroupBy(item => item.Text.Language))
        {
            output.WriteLine(Invariant($"    crisis in {group.Key}: {group.Count(item => Verdict.IsCrisis(item.Scores))} of {group.Count()} found"));
        }

        foreach (var group in texts.Select((text, i) => (Text: text, Scores: scores[i])).Where(item => item.Text.Source == "corpus" && item.Text.Language == "en" && Kind(item.Text) == "harmless").GroupBy(item => item.Text.Exemption).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var count = group.Count();
            output.WriteLine(Invariant($"    {group.Key,-20} {count,6}: held for a violation {100.0 * group.Count(item => Verdict.IsViolation(item.Scores)) / count:F2} %, for a crisis {100.0 * group.Count(item => Verdict.IsCrisis(item.Scores)) / count:F2} %"));
        }
    }

    /// <summary>Tells parts of a source apart.</summary>
    private static string Part(LabelledText text) => text.Source switch
    {
        "corpus" or "ms-chitchat" => text.Language == "en" ? " in English" : " in other languages",
        "mlcommons-safety" => " " + (text.Language == "en" ? text.Exemption : "in other languages"),
        _ => " ",
    };

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
