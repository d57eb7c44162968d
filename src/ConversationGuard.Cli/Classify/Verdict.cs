using System.Text.Json;
using ConversationGuard.Classification;
using ConversationGuard.Transcripts;

namespace ConversationGuard.Cli.Classify;

/// <summary>What the embedded classifier says about a text, and what a guard with default thresholds makes of it.</summary>
/// <param name="Scores">A probability for each of <see cref="HarmCategory.WellKnown"/>, in that order.</param>
/// <param name="IsUnsure">Whether the language or script is not one that the model was taught (R6).</param>
internal sealed record Verdict(float[] Scores, bool IsUnsure)
{
    public static Verdict Of(EmbeddedClassifier classifier, string text)
    {
        var scores = new float[HarmCategory.WellKnown.Count];
        classifier.Score(text, scores, out var isUnsure);
        return new Verdict(scores, isUnsure);
    }

    /// <summary>Gets what the guard holds a turn with this text to be: a sign of a crisis comes before a violation (R5).</summary>
    public TurnAssessment Assessment => CategoryRules.Default.Assess(new MessageClassification(HarmCategory.WellKnown.Select((category, i) => new CategoryScore(category, Scores[i])), IsUnsure));

    public void WriteTo(Utf8JsonWriter json, LineId? id)
    {
        var kind = Assessment.Kind;
        json.WriteStartObject();
        json.WritePropertyName("id");
        if (id is { } known)
        {
            known.WriteTo(json);
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteStartObject("scores");
        for (var i = 0; i < Scores.Length; i++)
        {
            json.WriteNumber(HarmCategory.WellKnown[i].Value, Scores[i]);
        }

        json.WriteEndObject();
        json.WriteBoolean("violation", kind == TurnKind.Violation);
        json.WriteBoolean("crisis", kind == TurnKind.Crisis);
        json.WriteBoolean("unsure", IsUnsure);
        json.WriteEndObject();
    }
}
