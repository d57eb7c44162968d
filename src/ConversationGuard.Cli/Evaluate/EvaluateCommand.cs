using System.CommandLine;
using ConversationGuard.Cli.Lines;

namespace ConversationGuard.Cli.Evaluate;

/// <summary><c>evaluate</c>: how well the embedded classifier judges labelled texts.</summary>
internal static class EvaluateCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var input = new Argument<string>("IN") { Description = "A file of JSON lines {\"text\",\"label\":0|1} or {\"text\",\"labels\":[\"harassment\",...]}; - for the standard input." };
        var category = new Option<string?>("--category")
        {
            Description = "Judges this alone: violation, crisis or a category. A plain label is about it. Else a plain label says whether the text is a violation.",
            HelpName = "NAME",
        };
        category.CompletionSources.Add([.. Target.All(null).Select(target => target.Name)]);
        var threshold = new Option<double?>("--threshold") { Description = "The least score that counts, instead of the default thresholds.", HelpName = "SCORE" };
        var evasion = new Option<bool>("--evasion") { Description = "Also disguises every text (leet, look-alikes, spaces, ...) and tells what is found then." };
        var json = new Option<string?>("--json") { Description = "Writes all figures, the calibration's bins too, as JSON; - for the standard output.", HelpName = "FILE" };
        var model = new Option<string?>("--model") { Description = "Another model file than the one in the package.", HelpName = "FILE" };
        var command = new Command("evaluate", "Judges labelled texts and tells precision, recall, ranking, false positives and calibration.") { input, category, threshold, evasion, json, model };
        command.WithExamples(
            ("evaluate labelled.jsonl", "lines {\"text\",\"label\":0|1}, or by category"),
            ("evaluate labelled.jsonl --category harassment --json harassment.json", "one category, with a file"),
            ("evaluate labelled.jsonl --evasion", "what is found of it in disguise"));
        command.SetAction((parsed, cancellationToken) => surroundings.GuardAsync(() =>
        {
            var targets = Targets(parsed.GetValue(category), parsed.GetValue(threshold));
            var classifier = Models.Load(parsed.GetValue(model));
            var evaluation = new Evaluation(classifier, targets, parsed.GetValue(evasion) ? new EvasionStudy(classifier, targets[0]) : null);
            return RunAsync(parsed.GetRequiredValue(input), parsed.GetValue(json), evaluation, surroundings, cancellationToken);
        }));
        return command;
    }

    private static async Task<int> RunAsync(string input, string? json, Evaluation evaluation, Surroundings surroundings, CancellationToken cancellationToken)
    {
        await using var lines = LineInput.Open(input, surroundings);
        await using var report = json is null ? null : JsonLinesOutput.Open(json, input, surroundings);
        var run = new LineRun(surroundings);
        await run.RunAsync(
            lines,
            LabelledLine.Parse,
            line =>
            {
                evaluation.Add(line);
                return default;
            },
            output: null,
            cancellationToken);
        evaluation.Show(surroundings.ErrorConsole, surroundings.Border);
        if (report is not null)
        {
            await report.WriteAsync(evaluation.WriteTo);
        }

        return run.ExitCode;
    }

    private static IReadOnlyList<Target> Targets(string? category, double? threshold)
    {
        if (threshold is not null and not (> 0 and <= 1))
        {
            throw new CannotRunException("--threshold must be above 0 and at most 1.");
        }

        return category is null ? [.. Target.All(threshold)]
            : Target.Find(category, threshold) is { } target ? [target]
            : throw new CannotRunException($"There is no category \"{category}\". Known: {string.Join(", ", Target.All(null).Select(known => known.Name))}.");
    }
}
