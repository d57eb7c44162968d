using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;

namespace ConsoleChat.Playback;

/// <summary>One recorded conversation as it went with this bot and this guard.</summary>
/// <param name="Recorded">What was recorded.</param>
/// <param name="Turns">The user turns that were sent.</param>
internal sealed record PlayedConversation(RecordedConversation Recorded, IReadOnlyList<PlayedTurn> Turns)
{
    /// <summary>Gets the type of the error that stopped the conversation, if one did.</summary>
    public string? ErrorType { get; init; }

    /// <summary>Gets how many user turns were not sent any more.</summary>
    public int NotSent => Recorded.UserTurns.Count - Turns.Count;

    /// <summary>Gets how the conversation stands after its last turn.</summary>
    public Outcome Outcome =>
        (ErrorType, Turns.Count > 0 ? Turns[^1] : null) switch
        {
            (not null, _) => Outcome.Failed,
            (_, { Ending: not null }) => Outcome.Ended,
            (_, { Decision.IsCrisisHold: true }) => Outcome.CrisisHold,
            (_, { Decision.Phase: ConversationPhase.Warned } or { Decision.Action: GuardAction.Warn }) => Outcome.Warned,
            _ => Outcome.Active,
        };
}
