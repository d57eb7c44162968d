using System.Text.Json;
using ConversationGuard.Classification;
using ConversationGuard.Transcripts;

namespace ConversationGuard.Cli.Evaluate;

/// <summary>A text with what is known of it: a plain label, or a label for some or all categories.</summary>
/// <param name="Text">The text.</param>
/// <param name="Plain">The plain label; null if there are labels for categories.</param>
/// <param name="Labels">What is known by category; a category that is absent is unknown. Empty if the label is plain.</param>
internal sealed record LabelledLine(string Text, bool? Plain, IReadOnlyDictionary<HarmCategory, bool> Labels)
{
    private static readonly Dictionary<HarmCategory, bool> _none = [];

    /// <summary>Reads <c>{"text","label":0|1}</c>, <c>{"text","labels":["harassment"]}</c> or <c>{"text","labels":{"harassment":1}}</c>.</summary>
    public static LabelledLine Parse(JsonElement line, int number)
    {
        var text = line.TryGetProperty("text", out var value) ? JsonLines.Text(value, "\"text\"") : throw new FormatException("no \"text\"");
        if (line.TryGetProperty("label", out var label))
        {
            return new LabelledLine(text, IsSet(label, "\"label\""), _none);
        }

        return !line.TryGetProperty("labels", out var labels)
            ? throw new FormatException("no \"label\" and no \"labels\"")
            : new LabelledLine(text, Plain: null, labels.ValueKind switch
            {
                JsonValueKind.Array => OfList(labels),
                JsonValueKind.Object => labels.EnumerateObject().Where(one => one.Value.ValueKind != JsonValueKind.Null).ToDictionary(one => Category(one.Name), one => IsSet(one.Value, "a label")),
                _ => throw new FormatException("\"labels\" is neither a list nor an object"),
            });
    }

    /// <summary>
    /// A list names all that applies, so what it leaves out does not apply - but where it names a part of a category alone, as "harassment/threatening", nothing is said of the whole.
    /// </summary>
    private static Dictionary<HarmCategory, bool> OfList(JsonElement labels)
    {
        var named = labels.EnumerateArray().Select(label => Category(JsonLines.Text(label, "a label"))).ToHashSet();
        var wholes = named.Select(category => category.Value.Split('/')).Where(parts => parts.Length > 1).Select(parts => new HarmCategory(parts[0])).ToHashSet();
        return HarmCategory.WellKnown.Where(category => named.Contains(category) || !wholes.Contains(category)).ToDictionary(category => category, named.Contains);
    }

    private static HarmCategory Category(string name) =>
        HarmCategory.WellKnown.FirstOrDefault(category => string.Equals(category.Value, name, StringComparison.OrdinalIgnoreCase)) is { Value.Length: > 0 } known
            ? known
            : throw new FormatException("an unknown category among the labels");

    private static bool IsSet(JsonElement label, string what) => label.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number when label.TryGetDouble(out var number) && number is 0 or 1 => number == 1,
        _ => throw new FormatException($"{what} is neither 0 nor 1"),
    };
}
