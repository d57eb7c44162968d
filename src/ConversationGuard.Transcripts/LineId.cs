using System.Text.Json;

namespace ConversationGuard.Transcripts;

/// <summary>The id of a line, as the file has it: a text or a number.</summary>
/// <param name="Value">The text, or the number as it is written.</param>
/// <param name="IsNumber">Whether it is a number.</param>
public readonly record struct LineId(string Value, bool IsNumber = false)
{
    /// <summary>Writes the id as it was read.</summary>
    /// <param name="json">Where to.</param>
    public void WriteTo(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (IsNumber)
        {
            json.WriteRawValue(Value);
        }
        else
        {
            json.WriteStringValue(Value);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Value;
}
