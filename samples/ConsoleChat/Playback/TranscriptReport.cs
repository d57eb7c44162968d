using System.Globalization;
using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Transcripts;
using Spectre.Console;

namespace ConsoleChat.Playback;

/// <summary>Shows how recorded conversations went, turn by turn.</summary>
internal sealed class TranscriptReport
{
    private const int FileWidth = 112;
    private const int ExcerptLength = 36;

    private readonly IAnsiConsole _console;
    private readonly TableBorder _border;

    /// <summary>Initializes a report.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="interactive">Whether that is a terminal; a file gets a fixed width and plain characters.</param>
    public TranscriptReport(TextWriter output, bool interactive)
    {
        _console = interactive
            ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) })
            : AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No });
        _border = interactive ? TableBorder.Rounded : TableBorder.Ascii;
        if (!interactive)
        {
            _console.Profile.Width = FileWidth;
        }
    }

    /// <summary>Shows one conversation.</summary>
    /// <param name="played">The conversation.</param>
    public void Show(PlayedConversation played)
    {
        var table = new Table { Border = _border }
            .AddColumn("turn", column => column.RightAligned().NoWrap())
            .AddColumn("user", column => column.Width(ExcerptLength))
            .AddColumn("decision", column => column.Width(8))
            .AddColumn("category", column => column.Width(22))
            .AddColumn("score", column => column.RightAligned().NoWrap())
            .AddColumn("rules", column => column.Width(12));
        for (var i = 0; i < played.Turns.Count; i++)
        {
            table.AddRow(Row(i + 1, played.Turns[i]).Select(cell => new Text(cell)));
        }

        Line($"Conversation {Printable.Excerpt(played.Recorded.Id.Value, 60)}");
        if (played.Turns.Count > 0)
        {
            _console.Write(table);
        }

        Line(Ending(played));
        _console.WriteLine();
    }

    /// <summary>Shows how many conversations went which way.</summary>
    /// <param name="conversations">All that were played.</param>
    public void ShowSum(IReadOnlyList<PlayedConversation> conversations)
    {
        var outcomes = conversations.CountBy(played => played.Outcome).OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} {Name(pair.Key)}");
        Line($"{Count(conversations.Count, "conversation")}{(conversations.Count > 0 ? ": " + string.Join(", ", outcomes) : string.Empty)}.");
    }

    private static IEnumerable<string> Row(int number, PlayedTurn turn) =>
    [
        number.ToString(CultureInfo.InvariantCulture),
        Printable.Excerpt(turn.Message.Text, ExcerptLength),
        .. turn.Decision is { } decision ? Why(decision) : ["-", "-", "-", "-"],
    ];

    private static IEnumerable<string> Why(GuardEvent decision) =>
    [
        decision.IsCrisisHold ? "crisis" : decision.Action.ToString().ToLowerInvariant(),
        decision.Turn.Kind == TurnKind.Unclassified ? "not classified" : OrDash(decision.Turn.Category.Value),
        decision.Turn.Category == default ? "-" : decision.Turn.Score.ToString("0.00", CultureInfo.InvariantCulture),
        OrDash(string.Join(' ', decision.RuleIds)),
    ];

    private static string OrDash(string text) => text.Length > 0 ? text : "-";

    private static string Ending(PlayedConversation played)
    {
        var observed = played.Turns is [.., { Decision.Mode: GuardMode.Observe }];
        var rest = played.NotSent > 0 ? $" {Count(played.NotSent, "later user turn")} not sent." : string.Empty;
        return played.Outcome switch
        {
            Outcome.Ended => $"{(observed ? "Would have ended" : "Ended")} at turn {played.Turns.Count} ({played.Turns[^1].Ending!.Reason.Value.Replace('_', ' ')}).",
            Outcome.CrisisHold => "Crisis hold: no warning and no end; the bot is asked for support.",
            Outcome.Warned => "Warned, not ended.",
            Outcome.Failed => $"Stopped at turn {played.Turns.Count}: no answer could be had ({played.ErrorType}).",
            _ => "Active: the conversation goes on.",
        } + rest;
    }

    private static string Name(Outcome outcome) => outcome switch
    {
        Outcome.CrisisHold => "in crisis hold",
        _ => outcome.ToString().ToLowerInvariant(),
    };

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? string.Empty : "s")}";

    private void Line(string text) => _console.WriteLine(text);
}
