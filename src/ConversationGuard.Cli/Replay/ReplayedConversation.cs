using System.Text.Json;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Transcripts;

namespace ConversationGuard.Cli.Replay;

/// <summary>A recorded conversation with what the guard decided.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Turns">Every user message, in order; those after an end are refused.</param>
/// <param name="Phase">How far it has gone at last.</param>
internal sealed record ReplayedConversation(LineId Id, IReadOnlyList<PlayedTurn> Turns, ConversationPhase Phase)
{
    /// <summary>Gets the user turn that ended it, from 1.</summary>
    public int? EndedAt => First(turn => turn.Ending is not null);

    /// <summary>Gets the user turn that was first answered with a warning, from 1.</summary>
    public int? WarnedAt => First(turn => turn.Decision?.Action == GuardAction.Warn);

    public bool IsRedirected => Turns.Any(turn => turn.Decision?.Action == GuardAction.Redirect);

    /// <summary>Gets a value indicating whether it was on hold at some turn because someone may be at risk (R5).</summary>
    public bool IsCrisis => Turns.Any(turn => turn.Decision?.IsCrisisHold == true);

    public int Violations => Turns.Count(IsViolation);

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WritePropertyName("id");
        Id.WriteTo(json);
        json.WriteString("outcome", EndedAt is null ? "active" : "ended");
        json.WriteString("phase", Lower(Phase));
        json.WriteBoolean("crisis", IsCrisis);
        Write(json, "endedAtUserTurn", EndedAt);
        Write(json, "warnedAtUserTurn", WarnedAt);
        json.WriteStartArray("turns");
        for (var i = 0; i < Turns.Count; i++)
        {
            Write(json, i + 1, Turns[i]);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, int number, PlayedTurn turn)
    {
        var decision = turn.Decision;
        json.WriteStartObject();
        json.WriteNumber("userTurn", number);
        json.WriteString("decision", Lower(decision?.Action ?? GuardAction.Continue));
        json.WriteBoolean("violation", IsViolation(turn));
        json.WriteString("category", decision is null || decision.Turn.Category == default ? null : decision.Turn.Category.Value);
        json.WriteNumber("score", (float)(decision?.Turn.Score ?? 0));
        json.WriteStartArray("rules");
        foreach (var rule in decision?.RuleIds ?? [])
        {
            json.WriteStringValue(rule);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, int? number)
    {
        if (number is { } known)
        {
            json.WriteNumber(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static bool IsViolation(PlayedTurn turn) => turn.Decision?.Turn.Kind == TurnKind.Violation;

    private static string Lower<TEnum>(TEnum value)
        where TEnum : struct, Enum => value.ToString().ToLowerInvariant();

    private int? First(Func<PlayedTurn, bool> isIt)
    {
        for (var i = 0; i < Turns.Count; i++)
        {
            if (isIt(Turns[i]))
            {
                return i + 1;
            }
        }

        return null;
    }
}
