using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Transcripts;

/// <summary>The form of a recorded conversation: <c>{"id", "messages": [{"role", "content"}]}</c>.</summary>
/// <remarks>
/// Content is a text, null, or a list of parts, of which those with a <c>text</c> are read. A message may have a <c>name</c> (whose it is) and a time, <c>createdAt</c>
/// or <c>created_at</c>: ISO 8601, or seconds since 1970.
/// </remarks>
public static class TranscriptFormat
{
    private static readonly Dictionary<string, ChatRole> _roles = new(StringComparer.Ordinal)
    {
        ["user"] = ChatRole.User,
        ["assistant"] = ChatRole.Assistant,
        ["system"] = ChatRole.System,
        ["developer"] = ChatRole.System,
        ["tool"] = ChatRole.Tool,
        ["function"] = ChatRole.Tool,
    };

    /// <summary>Reads one conversation.</summary>
    /// <param name="conversation">The line's object.</param>
    /// <param name="line">The line's number.</param>
    /// <returns>The conversation.</returns>
    /// <exception cref="FormatException">Something is missing or of another kind; the message says what and quotes nothing.</exception>
    public static RecordedConversation Parse(JsonElement conversation, int line)
    {
        if (!conversation.TryGetProperty("messages", out var messages) || messages.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException("no list \"messages\"");
        }

        return new RecordedConversation(line, JsonLines.Id(conversation, line), [.. messages.EnumerateArray().Select((message, i) => Message(message, i + 1))]);
    }

    private static ChatMessage Message(JsonElement message, int number)
    {
        if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty("role", out var name))
        {
            throw new FormatException($"message {number} has no \"role\"");
        }

        if (!_roles.TryGetValue(JsonLines.Text(name, $"the role of message {number}"), out var role))
        {
            throw new FormatException($"message {number} has an unknown role; there are {string.Join(", ", _roles.Keys)}");
        }

        // An assistant that calls a tool, and a tool, may have nothing to say; a user who has no content is a mistake in the file.
        var hasContent = message.TryGetProperty("content", out var content);
        if (!hasContent && role == ChatRole.User)
        {
            throw new FormatException($"message {number} has no \"content\"");
        }

        return new ChatMessage(role, hasContent ? Content(content, $"the content of message {number}") : string.Empty)
        {
            AuthorName = message.TryGetProperty("name", out var author) && author.ValueKind != JsonValueKind.Null ? JsonLines.Text(author, $"the name in message {number}") : null,
            CreatedAt = message.TryGetProperty("createdAt", out var time) || message.TryGetProperty("created_at", out time) ? Time(time, number) : null,
        };
    }

    private static string Content(JsonElement content, string what) => content.ValueKind switch
    {
        JsonValueKind.Null => string.Empty,
        JsonValueKind.Array => string.Join('\n', content.EnumerateArray().Select(part => Part(part, what)).Where(text => text.Length > 0)),
        _ => JsonLines.Text(content, what),
    };

    /// <summary>Images and files have no text; what else is in a part is not read.</summary>
    private static string Part(JsonElement part, string what) => part.ValueKind switch
    {
        JsonValueKind.Object => part.TryGetProperty("text", out var text) ? JsonLines.Text(text, what) : string.Empty,
        _ => throw new FormatException($"{what} is not a text"),
    };

    private static DateTimeOffset? Time(JsonElement time, int number)
    {
        try
        {
            return time.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.Number => DateTimeOffset.UnixEpoch.AddSeconds(time.GetDouble()),
                _ => DateTimeOffset.Parse(JsonLines.Text(time, string.Empty), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
            };
        }
        catch (Exception exception) when (exception is FormatException or ArgumentOutOfRangeException)
        {
            throw new FormatException($"the time of message {number} is not one");
        }
    }
}
