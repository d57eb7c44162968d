using System.Text.Json;

namespace ConsoleChat.Playback;

/// <summary>A file of recorded conversations, one JSON object <c>{"id", "messages": [{"role", "content"}]}</c> a line.</summary>
/// <param name="Conversations">The conversations.</param>
/// <param name="BadLines">The lines that were skipped.</param>
internal sealed record Transcript(IReadOnlyList<RecordedConversation> Conversations, IReadOnlyList<BadLine> BadLines)
{
    private static readonly HashSet<string> _roles = ["user", "assistant", "system", "developer", "tool"];

    /// <summary>Reads a transcript.</summary>
    /// <param name="reader">The lines.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The transcript; blank lines are no lines.</returns>
    public static async Task<Transcript> ReadAsync(TextReader reader, CancellationToken cancellationToken = default)
    {
        var conversations = new List<RecordedConversation>();
        var badLines = new List<BadLine>();
        for (var number = 1; await reader.ReadLineAsync(cancellationToken) is { } line; number++)
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            try
            {
                conversations.Add(Parse(line, number));
            }
            catch (JsonException exception)
            {
                badLines.Add(new BadLine(number, $"not valid JSON (at byte {exception.BytePositionInLine})"));
            }
            catch (FormatException exception)
            {
                badLines.Add(new BadLine(number, exception.Message));
            }
        }

        return new Transcript(conversations, badLines);
    }

    private static RecordedConversation Parse(string line, int number)
    {
        using var document = JsonDocument.Parse(line);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("not a JSON object");
        }

        if (!document.RootElement.TryGetProperty("messages", out var messages) || messages.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException("no list \"messages\"");
        }

        return new RecordedConversation(number, Id(document.RootElement, number), UserTurns(messages));
    }

    private static string Id(JsonElement conversation, int number) =>
        !conversation.TryGetProperty("id", out var id) || id.ValueKind == JsonValueKind.Null ? $"line {number}"
            : id.ValueKind == JsonValueKind.Number ? id.GetRawText()
            : Text(id, "\"id\"");

    private static List<string> UserTurns(JsonElement messages)
    {
        var turns = new List<string>();
        var number = 0;
        foreach (var message in messages.EnumerateArray())
        {
            number++;
            if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty("role", out var role))
            {
                throw new FormatException($"message {number} has no \"role\"");
            }

            var name = Text(role, $"the role of message {number}");
            if (!_roles.Contains(name))
            {
                throw new FormatException($"message {number} has an unknown role; there are {string.Join(", ", _roles)}");
            }

            if (name == "user")
            {
                turns.Add(message.TryGetProperty("content", out var content)
                    ? Text(content, $"the content of message {number}")
                    : throw new FormatException($"message {number} has no \"content\""));
            }
        }

        return turns;
    }

    private static string Text(JsonElement element, string what)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            throw new FormatException($"{what} is not a text");
        }

        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair is valid JSON and no text.
            throw new FormatException($"{what} is not valid Unicode");
        }
    }
}
