using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Unicode;

namespace ConversationGuard.Transcripts;

/// <summary>Reads files with one JSON object a line. A line that cannot be used is told by its number and never quoted (R19).</summary>
public static class JsonLines
{
    /// <summary>Reads every line, one at a time; blank lines are none, but they are numbered.</summary>
    /// <typeparam name="T">What a line says.</typeparam>
    /// <param name="reader">The lines.</param>
    /// <param name="parse">Reads one object, given the number of its line; throws a <see cref="FormatException"/> that says what is wrong.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The lines in their order.</returns>
    public static async IAsyncEnumerable<JsonLine<T>> ReadAsync<T>(Utf8LineReader reader, Func<JsonElement, int, T> parse, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(parse);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.IsTooLong || !IsBlank(reader.Line.Span))
            {
                yield return Read(reader, parse);
            }
        }
    }

    /// <summary>Reads the id of a line: a text or a number.</summary>
    /// <param name="line">The line's object.</param>
    /// <param name="number">The line's number, which stands for an id that is not there.</param>
    /// <returns>The id.</returns>
    /// <exception cref="FormatException">The id is something else.</exception>
    public static LineId Id(JsonElement line, int number) =>
        !line.TryGetProperty("id", out var id) || id.ValueKind == JsonValueKind.Null ? new LineId($"line {number}")
            : id.ValueKind == JsonValueKind.Number ? new LineId(id.GetRawText(), IsNumber: true)
            : new LineId(Text(id, "\"id\""));

    /// <summary>Reads a text.</summary>
    /// <param name="element">The value.</param>
    /// <param name="what">What the value is, for the problem.</param>
    /// <returns>The text.</returns>
    /// <exception cref="FormatException">The value is no text.</exception>
    public static string Text(JsonElement element, string what)
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

    private static JsonLine<T> Read<T>(Utf8LineReader reader, Func<JsonElement, int, T> parse)
        where T : class
    {
        if (reader.IsTooLong)
        {
            return new(reader.Number, null, "too long");
        }

        if (!Utf8.IsValid(reader.Line.Span))
        {
            return new(reader.Number, null, "not valid UTF-8");
        }

        try
        {
            using var document = JsonDocument.Parse(reader.Line);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new(reader.Number, parse(document.RootElement, reader.Number), null)
                : new(reader.Number, null, "not a JSON object");
        }
        catch (JsonException exception)
        {
            return new(reader.Number, null, $"not valid JSON (at byte {exception.BytePositionInLine})");
        }
        catch (FormatException exception)
        {
            return new(reader.Number, null, exception.Message);
        }
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => !line.ContainsAnyExcept(" \t\r\v\f"u8);
}
