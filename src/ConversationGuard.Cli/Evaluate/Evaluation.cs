using System.Globalization;
using System.Text.Json;
using ConversationGuard.Classification;
using ConversationGuard.Cli.Classify;
using Spectre.Console;

namespace ConversationGuard.Cli.Evaluate;

/// <summary>Judges labelled texts and says how well.</summary>
internal sealed class Evaluation(EmbeddedClassifier classifier, IReadOnlyList<Target> targets, EvasionStudy? evasion)
{
    private readonly IReadOnlyList<(Target Target, Judgements Judgements)> _targets = [.. targets.Select(target => (target, new Judgements()))];
    private long _lines;
    private long _unsure;

    public void Add(LabelledLine line)
    {
        var verdict = Verdict.Of(classifier, line.Text);
        _lines++;
        _unsure += verdict.IsUnsure ? 1 : 0;
        for (var i = 0; i < _targets.Count; i++)
        {
            var (target, judgements) = _targets[i];

            // A plain label says nothing of a category unless one was asked for: it is about the first target.
            if ((line.Plain is null || i == 0) && target.LabelOf(line) is { } label)
            {
                judgements.Add(label, target.ScoreOf(verdict), target.IsFlagged(verdict));
                if (i == 0)
                {
                    evasion?.Add(line.Text, label, verdict);
                }
            }
        }
    }

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("lines", _lines);
        json.WriteNumber("unsure", _unsure);
        json.WriteStartObject("targets");
        foreach (var (target, judgements) in _targets.Where(one => one.Judgements.Count > 0))
        {
            json.WritePropertyName(target.Name);
            judgements.Evaluate().WriteTo(json);
        }

        json.WriteEndObject();
        if (evasion is not null)
        {
            json.WritePropertyName("evasion");
            evasion.WriteTo(json);
        }

        json.WriteEndObject();
    }

    public void Show(IAnsiConsole console, TableBorder border)
    {
        var table = new Table { Border = border }.AddColumn(string.Create(CultureInfo.InvariantCulture, $"{_lines:N0} lines, {_unsure:N0} unsure"));
        foreach (var heading in new[] { "with", "without", "prec.", "recall", "F1", "FPR", "AP", "AUC", "R@1%", "R@.1%", "Brier", "ECE" })
        {
            table.AddColumn(heading, column => column.RightAligned().NoWrap());
        }

        // A category that nobody spoke of and that was not claimed has nothing to tell.
        foreach (var (target, judgements) in _targets.Where((one, i) => i == 0 || one.Judgements.Positives > 0 || one.Judgements.FalsePositives > 0))
        {
            var metrics = judgements.Evaluate();
            table.AddRow(
                target.Name, Number(metrics.Positives), Number(metrics.Negatives), Number(metrics.Precision), Number(metrics.Recall), Number(metrics.F1), Number(metrics.FalsePositiveRate, "0.0000"),
                Number(metrics.AveragePrecision), Number(metrics.RocAuc), Number(metrics.RecallAt1Percent), Number(metrics.RecallAt01Percent), Number(metrics.Brier), Number(metrics.CalibrationError));
        }

        console.Write(table);
        if (evasion is not null)
        {
            Show(evasion, console, border);
        }
    }

    private static void Show(EvasionStudy evasion, IAnsiConsole console, TableBorder border)
    {
        var table = new Table { Border = border }.AddColumn($"{evasion.TargetName} in disguise");
        foreach (var heading in new[] { "one word: recall", "lost", "added FP", "unsure", "every word: recall", "lost", "added FP", "unsure" })
        {
            table.AddColumn(heading, column => column.RightAligned());
        }

        foreach (var (name, one, every) in evasion.Rows.Prepend(("none", evasion.Plain, evasion.Plain)))
        {
            table.AddRow([name, .. Cells(one), .. Cells(every)]);
        }

        console.Write(table);
    }

    private static IEnumerable<string> Cells(EvasionStudy.Counts counts) => [Number(counts.Recall), Number(counts.Lost), Number(counts.AddedFalsePositives), Number(counts.Unsure)];

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Number(double? number, string format = "0.000") => number?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
}
