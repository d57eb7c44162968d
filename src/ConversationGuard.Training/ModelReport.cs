using System.Text.RegularExpressions;
using ConversationGuard.Classification;

namespace ConversationGuard.Training;

/// <summary>Writes the tables of the model card as Markdown: what was never trained on, each source left out, bias, calibration, size.</summary>
/// <param name="sources">The data.</param>
/// <param name="output">Where the tables go.</param>
internal sealed partial class ModelReport(Sources sources, TextWriter output)
{
    private const int Categories = ClassifierModel.Categories;
    private const int MostIdentities = 12;

    /// <summary>Writes everything.</summary>
    /// <param name="classifier">The model that ships.</param>
    /// <param name="modelSize">The size of its file, in bytes.</param>
    /// <param name="texts">All texts.</param>
    /// <param name="scores">Their scores, by weights that saw nothing of their source.</param>
    public void Write(EmbeddedClassifier classifier, long modelSize, IReadOnlyList<LabelledText> texts, IReadOnlyList<float[]> scores)
    {
        WriteNeverTrained(classifier, [.. texts.Where(text => text.HeldOut && text.Source == "convabuse")]);
        WriteLeftOut(texts, scores);
        WriteIdentities(classifier);
        WriteDialect(texts, scores);
        WriteCalibration(texts, scores);
        WriteSize(classifier.Model, modelSize);
    }

    private void WriteNeverTrained(EmbeddedClassifier classifier, List<LabelledText> heldOut)
    {
        output.WriteLine("| data | result |");
        output.WriteLine("| --- | --- |");
        var scored = heldOut.ConvertAll(text => (Text: text, Scores: Score(classifier, text.Text)));
        var known = scored.Where(item => item.Text.Known.Has(0)).ToList();
        var (abuse, clean) = (known.Where(item => item.Text.Labels.Has(0)).ToList(), known.Where(item => !item.Text.Labels.Has(0)).ToList());
        var (precision, _, _) = Ranking.Of([.. abuse.Select(item => item.Scores[0])], [.. clean.Select(item => item.Scores[0])]);
        Row("ConvAbuse, held-out conversations, harassment", $"average precision {precision:F3}; {Held(abuse.Select(item => item.Scores))} found, {Held(clean.Select(item => item.Scores))} of the others held");

        var talk = sources.ReadTurns("topical-chat/topical-chat.jsonl").Select(turn => (turn.Conversation, Scores: Score(classifier, turn.Text))).ToList();
        var conversations = talk.Select(turn => turn.Conversation).Distinct().Count();
        Row("topical-chat, long benign talk", $"{Held(talk.Select(turn => turn.Scores))} turns held for a violation, in {talk.Where(turn => Verdict.IsViolation(turn.Scores)).Select(turn => turn.Conversation).Distinct().Count()} of {conversations} conversations; "
            + FormattableString.Invariant($"{Held(talk.Select(turn => turn.Scores), crisis: true)} for a crisis, in {talk.Where(turn => Verdict.IsCrisis(turn.Scores)).Select(turn => turn.Conversation).Distinct().Count()} conversations"));
        var bias = Madlibs().Select(line => (line.IsBad, Scores: Score(classifier, line.Text))).ToList();
        Row("unintended-bias, harmless sentences", $"{Held(bias.Where(line => !line.IsBad).Select(line => line.Scores))} held for a violation");
        Row("unintended-bias, insulting sentences", $"{Held(bias.Where(line => line.IsBad).Select(line => line.Scores))} held for a violation");
        var distress = sources.ReadRows("counsel-chat/counsel-chat.jsonl").Select(row => Score(classifier, row.GetProperty("text").GetString()!)).ToList();
        Row("counsel-chat, people in distress", $"{Held(distress)} held for a violation and no crisis: {distress.Count(scores => Verdict.IsViolation(scores) && !Verdict.IsCrisis(scores))}; {Held(distress, crisis: true)} for a crisis");
        output.WriteLine();
    }

    private void WriteLeftOut(IReadOnlyList<LabelledText> texts, IReadOnlyList<float[]> scores)
    {
        output.WriteLine("| left out | violations found | harmless held for a violation | crises found | others held for a crisis |");
        output.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var part in texts.Select((text, i) => (Text: text, Scores: scores[i])).Where(item => item.Text.Source is not ("templates" or "joined") && !(item.Text.Source == "convabuse" && item.Text.HeldOut))
            .GroupBy(item => Part(item.Text)).OrderBy(part => part.Key, StringComparer.Ordinal))
        {
            var violations = part.Where(item => item.Text.Labels.Overlaps(CategorySet.Violations) && !item.Text.Labels.Overlaps(CategorySet.Crisis)).Select(item => item.Scores).ToList();
            var crises = part.Where(item => item.Text.Labels.Overlaps(CategorySet.Crisis)).Select(item => item.Scores).ToList();
            var harmless = part.Where(item => item.Text.Labels == CategorySet.None && CategorySet.Violations - item.Text.Known == CategorySet.None).Select(item => item.Scores).ToList();
            var calm = part.Where(item => !item.Text.Labels.Overlaps(CategorySet.Crisis) && CategorySet.Crisis - item.Text.Known == CategorySet.None).Select(item => item.Scores).ToList();
            output.WriteLine($"| {part.Key} | {Held(violations)} | {Held(harmless)} | {Held(crises, crisis: true)} | {Held(calm, crisis: true)} |");
        }

        output.WriteLine();
    }

    private void WriteIdentities(EmbeddedClassifier classifier)
    {
        var terms = Madlibs().Select(line => (line.IsBad, Match: NamedIdentity().Match(line.Text), Scores: Score(classifier, line.Text))).Where(line => line.Match.Success)
            .GroupBy(line => line.Match.Groups[1].Value.ToLowerInvariant())
            .Select(term => (Term: term.Key, Harmless: Share(term.Where(line => !line.IsBad).Select(line => line.Scores)), Insulting: Share(term.Where(line => line.IsBad).Select(line => line.Scores)), Count: term.Count()))
            .Where(term => term.Count >= 100).OrderByDescending(term => term.Harmless).ThenBy(term => term.Term, StringComparer.Ordinal).ToList();
        output.WriteLine("| \"(name) is a (adjective) ...\" | harmless held | insulting held |");
        output.WriteLine("| --- | --- | --- |");
        foreach (var term in terms.Take(MostIdentities))
        {
            output.WriteLine($"| {term.Term} | {Percent(term.Harmless)} | {Percent(term.Insulting)} |");
        }

        var rest = terms.Skip(MostIdentities).ToList();
        output.WriteLine($"| the other {rest.Count} terms | at most {Percent(rest.Max(term => term.Harmless))} | {Percent(rest.Min(term => term.Insulting))} to {Percent(rest.Max(term => term.Insulting))} |");
        output.WriteLine();
    }

    private void WriteDialect(IReadOnlyList<LabelledText> texts, IReadOnlyList<float[]> scores)
    {
        var own = texts.Select((text, i) => (Text: text, Scores: scores[i])).Where(item => item.Text.Source == "davidson").ToList();
        output.WriteLine("| davidson (tweets), source left out | with words of African-American English | without |");
        output.WriteLine("| --- | --- | --- |");
        foreach (var (name, chosen) in new[]
        {
            ("harmless, held for a violation", own.Where(item => item.Text.Labels == CategorySet.None && CategorySet.Violations - item.Text.Known == CategorySet.None)),
            ("called offensive, no label of ours, held for a violation", own.Where(item => item.Text.Labels == CategorySet.None && CategorySet.Violations - item.Text.Known != CategorySet.None)),
            ("abuse and hate, found", own.Where(item => item.Text.Labels.Overlaps(CategorySet.Violations))),
        })
        {
            var parts = chosen.ToLookup(item => Dialect().IsMatch(item.Text.Text), item => item.Scores);
            output.WriteLine($"| {name} | {Held(parts[true])} | {Held(parts[false])} |");
        }

        output.WriteLine();
    }

    private void WriteCalibration(IReadOnlyList<LabelledText> texts, IReadOnlyList<float[]> scores)
    {
        output.WriteLine("| category | threshold | positive | average precision | expected calibration error | at scores above 0.5: promised, true |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- |");
        for (var c = 0; c < Categories; c++)
        {
            var known = Enumerable.Range(0, texts.Count).Where(i => texts[i].Known.Has(c) && !texts[i].HeldOut).ToList();
            var positives = known.Where(i => texts[i].Labels.Has(c)).Select(i => scores[i][c]).ToList();
            var negatives = known.Where(i => !texts[i].Labels.Has(c)).Select(i => scores[i][c]).ToList();
            var weighted = known.ConvertAll(i => ((double)scores[i][c], texts[i].Labels.Has(c), (double)texts[i].Weight));
            var sure = weighted.Where(item => item.Item1 > 0.5).ToList();
            var total = sure.Sum(item => item.Item3);
            var promise = total == 0 ? "none" : $"{Percent(sure.Sum(item => item.Item1 * item.Item3) / total)}, {Percent(sure.Sum(item => item.Item2 ? item.Item3 : 0) / total)}";
            output.WriteLine(FormattableString.Invariant($"| {HarmCategory.WellKnown[c].Value} | {DefaultThresholds.Of(HarmCategory.WellKnown[c])} | {positives.Count} of {known.Count} | {Ranking.Of(positives, negatives).AveragePrecision:F3} | {Calibration.ExpectedError(weighted):F3} | {promise} |"));
        }

        output.WriteLine();
    }

    private void WriteSize(ClassifierModel model, long size) =>
        output.WriteLine(FormattableString.Invariant($"Size: {size / 1e6:F2} MB, {model.FeatureCount} features, {model.Vocabulary.Count} words."));

    private void Row(string data, FormattableString result) => Row(data, FormattableString.Invariant(result));

    private void Row(string data, string result) => output.WriteLine($"| {data} | {result} |");

    private IEnumerable<(string Text, bool IsBad)> Madlibs() =>
        sources.ReadLines("unintended-bias/bias_madlibs_77k.csv").Skip(1).Select(line => line.Split(',')).Where(columns => columns.Length >= 3).Select(columns => (columns[0].Trim('"'), columns[^2] == "BAD"));

    private static string Part(LabelledText text) => text.Source switch
    {
        "corpus" => $"contrast corpus, {(text.Language == "en" ? "English" : "other languages")}",
        "ms-chitchat" => $"ms-chitchat, {(text.Language == "en" ? "English" : "other languages")}",
        "mlcommons-safety" when text.Language is "sw" or "te" or "ms" or "fa" => "mlcommons, languages that are not taught",
        "mlcommons-safety" when text.Language != "en" => "mlcommons, other languages",
        "mlcommons-safety" => $"mlcommons, {text.Exemption}",
        _ => text.Source,
    };

    private static string Held(IEnumerable<float[]> scores, bool crisis = false)
    {
        var all = scores.ToList();
        var held = all.Count(one => crisis ? Verdict.IsCrisis(one) : Verdict.IsViolation(one));
        return all.Count == 0 ? string.Empty : $"{Percent(held / (double)all.Count)} ({held} of {all.Count})";
    }

    private static double Share(IEnumerable<float[]> scores) => scores.Select(one => Verdict.IsViolation(one) ? 1.0 : 0).DefaultIfEmpty().Average();

    private static string Percent(double share) => share >= 0.995 ? FormattableString.Invariant($"{100 * share:F0} %") : FormattableString.Invariant($"{100 * share:G2} %");

    private static float[] Score(EmbeddedClassifier classifier, string text)
    {
        var scores = new float[Categories];
        classifier.Score(text, scores, out _);
        return scores;
    }

    [GeneratedRegex(@"^\w+ is an? \w+ (.+?)\.?$", RegexOptions.IgnoreCase)]
    private static partial Regex NamedIdentity();

    /// <summary>No label says who wrote a tweet; these words and spellings are far more frequent in African-American English than elsewhere.</summary>
    [GeneratedRegex(@"\b(finna|tryna|gon|ion|ain'?t|y'?all|dat|dis|dem|wit|bruh|nigga[sz]?|ima|imma|cuz|bout|ya'?ll|aint|den|da|homie|bae|turnt|ratchet|cuh|fam|deadass|wassup|ight|aight)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Dialect();
}

/// <summary>What the default thresholds make of scores.</summary>
internal static class Verdict
{
    public static bool IsViolation(float[] scores) => Reaches(scores, CategorySet.Violations);

    public static bool IsCrisis(float[] scores) => Reaches(scores, CategorySet.Crisis);

    private static bool Reaches(float[] scores, CategorySet set)
    {
        for (var c = 0; c < ClassifierModel.Categories; c++)
        {
            if (set.Has(c) && scores[c] >= DefaultThresholds.Of(HarmCategory.WellKnown[c]))
            {
                return true;
            }
        }

        return false;
    }
}
