using System.CommandLine;
using ConversationGuard.Cli.Lines;
using ConversationGuard.Hosting;
using ConversationGuard.Transcripts;

namespace ConversationGuard.Cli.Replay;

/// <summary><c>replay</c>: what the guard decides in recorded conversations.</summary>
internal static class ReplayCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var input = new Argument<string>("IN") { Description = "A file of JSON lines {\"id\",\"messages\":[{\"role\",\"content\"}]}; - for the standard input." };
        var output = new Argument<string?>("OUT") { Description = "The file to write; the standard output if left out.", Arity = ArgumentArity.ZeroOrOne };
        var config = new Option<string?>("--config") { Description = "Settings with a section \"ConversationGuard\", as a host has them.", HelpName = "FILE" };
        var preset = new Option<string?>("--preset") { Description = $"What to start from instead of the settings' preset: {string.Join(", ", Enum.GetNames<GuardPreset>())}.", HelpName = "NAME" };
        var summary = new Option<string?>("--summary") { Description = "Writes the summary as JSON too.", HelpName = "FILE" };
        var command = new Command("replay", "Runs recorded conversations through the guard and says what it decides about each user turn. The recorded answers count as delivered.")
        {
            input, output, config, preset, summary,
        };
        command.WithExamples(
            ("replay chats.jsonl decisions.jsonl", "with the default settings"),
            ("replay chats.jsonl decisions.jsonl --config appsettings.json --summary summary.json", "with a host's own settings"),
            ("replay chats.jsonl --preset CustomerSupport | jq 'select(.outcome == \"ended\").id'", "which conversations another preset would have ended"));
        command.SetAction((parsed, cancellationToken) => surroundings.GuardAsync(() => RunAsync(
            parsed.GetRequiredValue(input), parsed.GetValue(output), parsed.GetValue(config), parsed.GetValue(preset), parsed.GetValue(summary), surroundings, cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(
        string input, string? output, string? config, string? preset, string? summaryFile, Surroundings surroundings, CancellationToken cancellationToken)
    {
        await using var guard = ReplayGuard.Create(config, preset);
        await using var lines = LineInput.Open(input, surroundings);
        await using var results = JsonLinesOutput.Open(output, input, surroundings);
        await using var summaryOutput = summaryFile is null ? null : JsonLinesOutput.Open(summaryFile, input, surroundings);
        var summary = new ReplaySummary();
        var run = new LineRun(surroundings);
        await run.RunAsync(
            lines,
            TranscriptFormat.Parse,
            async conversation =>
            {
                var replayed = await guard.ReplayAsync(conversation, cancellationToken);
                summary.Add(replayed);
                await results.WriteAsync(replayed.WriteTo);
            },
            results,
            cancellationToken);
        await results.FlushAsync();
        summary.Show(surroundings.ErrorConsole, surroundings.Border);
        if (summaryOutput is not null)
        {
            await summaryOutput.WriteAsync(summary.WriteTo);
        }

        return run.ExitCode;
    }
}
