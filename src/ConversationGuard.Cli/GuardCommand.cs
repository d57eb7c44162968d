using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text;
using ConversationGuard.Cli.Classify;
using ConversationGuard.Cli.Evaluate;
using ConversationGuard.Cli.Replay;
using ConversationGuard.Cli.Train;

namespace ConversationGuard.Cli;

/// <summary>The command line.</summary>
internal static class GuardCommand
{
    private const string ExitCodes = "Exit codes: 0 fine; 1 some lines were bad and skipped; 2 wrong usage, or a file cannot be used; 130 after Ctrl+C.";

    /// <summary>Runs the program.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="surroundings">The world around it.</param>
    /// <param name="cancellationToken">Stops it as Ctrl+C does.</param>
    /// <returns>The exit code, see <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args, Surroundings surroundings, CancellationToken cancellationToken = default)
    {
        await using var output = new StreamWriter(surroundings.Output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { AutoFlush = true };
        var root = new RootCommand("Judges messages and whole conversations with ConversationGuard.")
        {
            ClassifyCommand.Create(surroundings),
            ReplayCommand.Create(surroundings),
            EvaluateCommand.Create(surroundings),
            TrainCommand.Create(surroundings),
        };
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            help.Action = new HelpWithExamples((HelpAction)help.Action!, ExitCodes);
        }

        // A message may begin with @, which would otherwise name a file of arguments.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var invocation = new InvocationConfiguration { Output = output, Error = surroundings.Errors, EnableDefaultExceptionHandler = false };
        var exitCode = await parsed.InvokeAsync(invocation, cancellationToken);
        return parsed.Action is ParseErrorAction ? ExitCode.CannotRun : exitCode;
    }

    /// <summary>Runs a command's work and turns what stops it into an exit code.</summary>
    public static async Task<int> GuardAsync(this Surroundings surroundings, Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception exception) when (exception is CannotRunException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            await surroundings.Errors.WriteLineAsync(exception.Message);
            return ExitCode.CannotRun;
        }
    }
}
