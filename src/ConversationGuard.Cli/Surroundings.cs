using System.Text;
using Spectre.Console;

namespace ConversationGuard.Cli;

/// <summary>What the program touches of the world around it; a test gives it another world.</summary>
/// <param name="Input">The standard input.</param>
/// <param name="Output">The standard output: results alone, so that a pipe gets nothing else.</param>
/// <param name="Errors">The standard error: bad lines, tables and progress.</param>
/// <param name="IsErrorTerminal">Whether somebody looks at the standard error.</param>
internal sealed record Surroundings(Stream Input, Stream Output, TextWriter Errors, bool IsErrorTerminal)
{
    /// <summary>The width of tables where no terminal has one.</summary>
    private const int FileWidth = 160;

    private IAnsiConsole? _console;

    public static Surroundings OfProcess
    {
        get
        {
            var isTerminal = !Console.IsErrorRedirected;
            var errors = isTerminal ? Console.Error : new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };
            return new(Console.OpenStandardInput(), Console.OpenStandardOutput(), errors, isTerminal);
        }
    }

    /// <summary>Gets the standard error as a console, for tables and progress. Where it is no terminal, it has a fixed width and no colours.</summary>
    public IAnsiConsole ErrorConsole => _console ??= CreateConsole();

    /// <summary>Gets the border of tables: plain characters where it is no terminal.</summary>
    public TableBorder Border => IsErrorTerminal ? TableBorder.Rounded : TableBorder.Ascii;

    private IAnsiConsole CreateConsole()
    {
        if (IsErrorTerminal)
        {
            return AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Errors) });
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Errors),
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = FileWidth;
        return console;
    }
}
