using System.Text.Json;
using ConversationGuard.Classification;
using ConversationGuard.Cli.Evaluate;
using ConversationGuard.Training;
using ConversationGuard.Transcripts;

namespace ConversationGuard.Cli.Train;

/// <summary>A line of somebody's own training data: <c>{"text","labels":[...],"lang"?,"group"?}</c>.</summary>
internal static class OwnText
{
    /// <summary>As much as a text of the contrast corpus: whoever labels their own users' talk knows it best.</summary>
    private const float Weight = 3;

    /// <summary>Reads a line.</summary>
    /// <exception cref="FormatException">It cannot be used; the message does not quote it.</exception>
    public static LabelledText Parse(JsonElement line, int number)
    {
        var labelled = LabelledLine.Parse(line, number);
        if (labelled.Plain is not null)
        {
            throw new FormatException("no \"labels\": a plain label does not say in which category the text is");
        }

        var group = line.TryGetProperty("group", out var named) ? JsonLines.Text(named, "\"group\"") : labelled.Text;
        var language = line.TryGetProperty("lang", out var code) ? JsonLines.Text(code, "\"lang\"") : "en";
        return new LabelledText(labelled.Text, "own", $"own/{group}", language, Set(labelled.Labels.Keys), Set(labelled.Labels.Where(label => label.Value).Select(label => label.Key)), Weight);
    }

    private static CategorySet Set(IEnumerable<HarmCategory> categories) => CategorySet.Of([.. categories]);
}
