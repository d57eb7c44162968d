using System.CommandLine;
using ConversationGuard.Cli.Lines;

namespace ConversationGuard.Cli.Classify;

/// <summary><c>classify</c>: what the embedded classifier says about messages.</summary>
internal static class ClassifyCommand
{
    private static readonly string[] _fileEndings = [".jsonl", ".ndjson", ".json"];

    public static Command Create(Surroundings surroundings)
    {
        var input = new Argument<string>("IN") { Description = "A file of JSON lines {\"id\",\"text\"}; - for the standard input; or a text to classify." };
        var output = new Argument<string?>("OUT") { Description = "The file to write; the standard output if left out.", Arity = ArgumentArity.ZeroOrOne };
        var model = new Option<string?>("--model") { Description = "Another model file than the one in the package.", HelpName = "FILE" };
        var command = new Command("classify", "Scores messages in every category and says what a guard with default thresholds makes of them.") { input, output, model };
        command.WithExamples(
            ("classify messages.jsonl scores.jsonl", "each line {\"id\",\"text\"} becomes {\"id\",\"scores\",\"violation\",\"crisis\",\"unsure\"}"),
            ("classify 'you are stupid'", "one text"),
            ("classify - < messages.jsonl | jq .violation", "in a pipe"));
        command.SetAction((parsed, cancellationToken) => surroundings.GuardAsync(
            () => RunAsync(parsed.GetRequiredValue(input), parsed.GetValue(output), parsed.GetValue(model), surroundings, cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(string input, string? output, string? model, Surroundings surroundings, CancellationToken cancellationToken)
    {
        var classifier = Models.Load(model);
        if (IsText(input, output))
        {
            await using var answer = JsonLinesOutput.Open(null, null, surroundings);
            await answer.WriteAsync(json => Verdict.Of(classifier, input).WriteTo(json, id: null));
            return ExitCode.Fine;
        }

        await using var lines = LineInput.Open(input, surroundings);
        await using var results = JsonLinesOutput.Open(output, input, surroundings);
        var run = new LineRun(surroundings);
        await run.RunAsync(
            lines, MessageLine.Parse, message => results.WriteAsync(json => Verdict.Of(classifier, message.Text).WriteTo(json, message.Id)), results, cancellationToken);
        return run.ExitCode;
    }

    /// <summary>What is no file and is not named like one is a text. A misspelled file name must not be classified.</summary>
    private static bool IsText(string input, string? output) =>
        output is null && input != LineInput.Standard && !Path.Exists(input) && !_fileEndings.Any(ending => input.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}
