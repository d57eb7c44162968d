using System.Text.Json;
using ConversationGuard.Transcripts;

namespace ConversationGuard.Cli.Classify;

/// <summary>A line <c>{"id", "text"}</c>.</summary>
/// <param name="Id">The id; null for a text from the command line.</param>
/// <param name="Text">The text to classify.</param>
internal sealed record MessageLine(LineId? Id, string Text)
{
    public static MessageLine Parse(JsonElement line, int number) =>
        new(JsonLines.Id(line, number), line.TryGetProperty("text", out var text) ? JsonLines.Text(text, "\"text\"") : throw new FormatException("no \"text\""));
}
