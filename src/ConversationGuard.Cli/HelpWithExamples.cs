using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;

namespace ConversationGuard.Cli;

/// <summary>The usual help, and under it a command's examples.</summary>
/// <param name="usual">The usual help.</param>
/// <param name="footer">A last line.</param>
internal sealed class HelpWithExamples(HelpAction usual, string footer) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        var exitCode = usual.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command.Examples() is { Count: > 0 } examples)
        {
            output.WriteLine("Examples:");
            foreach (var (line, meaning) in examples)
            {
                output.WriteLine($"  conversation-guard {line}");
                output.WriteLine($"      {meaning}");
            }

            output.WriteLine();
        }

        output.WriteLine(footer);
        return exitCode;
    }
}

/// <summary>Examples of commands, for their help.</summary>
internal static class CommandExamples
{
    private static readonly ConditionalWeakTable<Command, IReadOnlyList<(string Line, string Meaning)>> _examples = [];

    public static void WithExamples(this Command command, params (string Line, string Meaning)[] examples) => _examples.Add(command, examples);

    public static IReadOnlyList<(string Line, string Meaning)> Examples(this Command command) => _examples.TryGetValue(command, out var examples) ? examples : [];
}
