using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace ConversationGuard.Cli.Replay;

/// <summary>Counts how conversations went.</summary>
internal sealed class ReplaySummary
{
    private long _conversations;
    private long _userTurns;
    private long _redirected;
    private long _warned;
    private long _ended;
    private long _crisis;
    private long _violations;

    public void Add(ReplayedConversation replayed)
    {
        _conversations++;
        _userTurns += replayed.Turns.Count;
        _redirected += replayed.IsRedirected ? 1 : 0;
        _warned += replayed.WarnedAt is null ? 0 : 1;
        _ended += replayed.EndedAt is null ? 0 : 1;
        _crisis += replayed.IsCrisis ? 1 : 0;
        _violations += replayed.Violations;
    }

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("conversations", _conversations);
        json.WriteNumber("userTurns", _userTurns);
        json.WriteNumber("confidence", 0.95);
        json.WriteString("interval", "wilson");
        foreach (var (name, _, share) in Rows)
        {
            json.WriteStartObject(name);
            json.WriteNumber("count", share.Count);
            if (share.Value is { } value)
            {
                json.WriteNumber("share", value);
            }
            else
            {
                json.WriteNull("share");
            }

            json.WriteNumber("low", share.Low);
            json.WriteNumber("high", share.High);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    public void Show(IAnsiConsole console, TableBorder border)
    {
        var table = new Table { Border = border }
            .AddColumn("replayed")
            .AddColumn("count", column => column.RightAligned())
            .AddColumn("share", column => column.RightAligned())
            .AddColumn("95 % bounds (Wilson)", column => column.RightAligned());
        table.AddRow("conversations", Number(_conversations), string.Empty, string.Empty);
        table.AddRow("user turns", Number(_userTurns), string.Empty, string.Empty);
        foreach (var (_, name, share) in Rows)
        {
            table.AddRow(name, Number(share.Count), share.Value is { } value ? Percent(value) : "-", $"{Percent(share.Low)} to {Percent(share.High)}");
        }

        console.Write(table);
    }

    private IEnumerable<(string Name, string Words, Share Share)> Rows =>
    [
        ("redirected", "redirected", new Share(_redirected, _conversations)),
        ("warned", "warned", new Share(_warned, _conversations)),
        ("ended", "ended", new Share(_ended, _conversations)),
        ("crisis", "in crisis hold", new Share(_crisis, _conversations)),
        ("violatingTurns", "violations, of the turns", new Share(_violations, _userTurns)),
    ];

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => (100 * share).ToString("0.00", CultureInfo.InvariantCulture) + " %";
}
