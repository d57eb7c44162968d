using System.Globalization;
using System.Text.Json;
using ConversationGuard.Transcripts;
using Spectre.Console;

namespace ConversationGuard.Cli.Lines;

/// <summary>Goes through a file line by line: shows how far it is, and tells of each line that it skips.</summary>
internal sealed class LineRun(Surroundings surroundings)
{
    private static readonly TimeSpan _refresh = TimeSpan.FromMilliseconds(200);

    /// <summary>Gets how many lines were skipped.</summary>
    public int Skipped { get; private set; }

    /// <summary>Gets the exit code that says whether lines were skipped.</summary>
    public int ExitCode => Skipped > 0 ? Cli.ExitCode.BadLines : Cli.ExitCode.Fine;

    /// <summary>Runs.</summary>
    /// <typeparam name="T">What a line says.</typeparam>
    /// <param name="input">The lines.</param>
    /// <param name="parse">Reads one line's object.</param>
    /// <param name="handle">Does one line's work.</param>
    /// <param name="output">What goes out before the run waits for more input; null if nothing.</param>
    /// <param name="cancellationToken">Cancels the run between two lines.</param>
    public async Task RunAsync<T>(LineInput input, Func<JsonElement, int, T> parse, Func<T, ValueTask> handle, JsonLinesOutput? output, CancellationToken cancellationToken)
        where T : class
    {
        if (!surroundings.IsErrorTerminal || input.Length is null)
        {
            await RunAsync(input, parse, handle, output, progress: null, cancellationToken);
            return;
        }

        await surroundings.ErrorConsole.Progress().AutoClear(true).StartAsync(async context =>
        {
            var progress = context.AddTask("reading", maxValue: Math.Max(1, input.Length.Value));
            await RunAsync(input, parse, handle, output, progress, cancellationToken);
        });
    }

    private async Task RunAsync<T>(
        LineInput input, Func<JsonElement, int, T> parse, Func<T, ValueTask> handle, JsonLinesOutput? output, ProgressTask? progress, CancellationToken cancellationToken)
        where T : class
    {
        var shown = Environment.TickCount64;
        await foreach (var line in JsonLines.ReadAsync(input.Reader, parse, cancellationToken))
        {
            if (line.Value is null)
            {
                Skip(line.Number, line.Problem!);
            }
            else
            {
                await handle(line.Value);
            }

            if (output is not null && !input.Reader.IsNextBuffered)
            {
                await output.FlushAsync();
            }

            if (progress is not null && Environment.TickCount64 - shown > _refresh.TotalMilliseconds)
            {
                shown = Environment.TickCount64;
                progress.Value = input.Reader.Position;
                progress.Description = string.Create(CultureInfo.InvariantCulture, $"{line.Number:N0} lines");
            }
        }
    }

    private void Skip(int number, string problem)
    {
        Skipped++;
        var message = string.Create(CultureInfo.InvariantCulture, $"Line {number} skipped: {problem}.");
        if (surroundings.IsErrorTerminal)
        {
            // Past the progress, not through it.
            surroundings.ErrorConsole.WriteLine(message);
        }
        else
        {
            surroundings.Errors.WriteLine(message);
        }
    }
}
