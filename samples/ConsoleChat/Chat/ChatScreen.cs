using ConversationGuard;
using Spectre.Console;

namespace ConsoleChat.Chat;

/// <summary>What the person who chats sees: prompts and colours in a terminal, the bare answers in a pipe.</summary>
internal sealed class ChatScreen
{
    private readonly TextWriter _output;
    private readonly TextWriter _errors;
    private readonly IAnsiConsole? _terminal;

    /// <summary>Initializes a screen.</summary>
    /// <param name="output">Where the conversation goes.</param>
    /// <param name="errors">Where problems go.</param>
    /// <param name="interactive">Whether somebody sits in front of it.</param>
    public ChatScreen(TextWriter output, TextWriter errors, bool interactive)
    {
        _output = output;
        _errors = errors;
        _terminal = interactive ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }) : null;
    }

    public void Welcome(string bot) => _terminal?.MarkupLineInterpolated($"[bold]You talk with {bot}.[/] [grey]/new begins a new conversation, /help shows the commands, /quit leaves.[/]");

    public void Prompt() => _terminal?.Markup("[green]you>[/] ");

    public void BeginAnswer() => _terminal?.Markup("[aqua]bot>[/] ");

    public void Say(string text)
    {
        _output.Write(Printable.Text(text));
        _output.Flush();
    }

    public void EndAnswer() => _output.WriteLine();

    /// <summary>Shows something that the program says itself.</summary>
    /// <param name="text">The text.</param>
    public void Note(string text)
    {
        if (_terminal is null)
        {
            _output.WriteLine(text);
        }
        else
        {
            _terminal.MarkupLineInterpolated($"[grey]{text}[/]");
        }
    }

    /// <summary>Shows that a conversation is over, why, and what can be done now (R16).</summary>
    /// <param name="ended">What the guard raised.</param>
    public void Ended(ConversationEndedException ended)
    {
        if (_terminal is null)
        {
            _output.WriteLine(ended.UserMessage);
        }
        else
        {
            _terminal.Write(new Panel(new Text(ended.UserMessage)).Header("This conversation is over").BorderColor(Color.Yellow));
        }

        SayHowToGoOn();
    }

    public void SayHowToGoOn() => Note("Type /new to start a new conversation.");

    public void Problem(string text)
    {
        if (_terminal is null)
        {
            _errors.WriteLine(text);
        }
        else
        {
            _terminal.MarkupLineInterpolated($"[red]{text}[/]");
        }
    }
}
