using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Transcripts;

namespace ConsoleChat.Playback;

/// <summary>One recorded conversation as it went with this bot and this guard.</summary>
/// <param name="Recorded">What was recorded.</param>
/// <param name="Turns">The user turns that were sent.</param>
internal sealed record PlayedConversation(RecordedConversation Recorded, IReadOnlyList<PlayedTurn> Turns)
{
    /// <summary>Gets the type of the error that stopped the conversation, if one did.</summary>
    public string? ErrorType => Turns is [.., { ErrorType: { } type }] ? type : null;

    /// <summary>Gets how many user turns were not sent any more.</summary>
    public int NotSent => Recorded.UserTurns.Count() - Turns.Count;

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

    /// <summary>Says a recorded conversation's user turns to the bot, until it is over.</summary>
    /// <param name="player">Says them.</param>
    /// <param name="recorded">What was recorded; what another bot answered then is left out.</param>
    /// <param name="cancellationToken">Cancels the playing.</param>
    /// <returns>How it went.</returns>
    public static async Task<PlayedConversation> PlayAsync(TranscriptPlayer player, RecordedConversation recorded, CancellationToken cancellationToken = default)
    {
        var played = new PlayedConversation(recorded, []);
        await foreach (var turn in player.PlayAsync(Guid.NewGuid().ToString("N"), recorded.UserTurns, cancellationToken))
        {
            played = played with { Turns = [.. played.Turns, turn] };
            if (played.Outcome is Outcome.Ended or Outcome.Failed)
            {
                break;
            }
        }

        return played;
    }
}
