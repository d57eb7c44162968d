using ConsoleChat.Chat;
using ConversationGuard;
using Microsoft.Extensions.AI;

namespace ConsoleChat.Playback;

/// <summary>Says a recorded conversation's user turns to the guarded bot, until it is over.</summary>
internal sealed class TranscriptPlayer(IChatClient client, TurnObserver observer)
{
    /// <summary>Plays one conversation.</summary>
    /// <param name="recorded">What the user wrote.</param>
    /// <param name="cancellationToken">Cancels the playing.</param>
    /// <returns>How it went.</returns>
    public async Task<PlayedConversation> PlayAsync(RecordedConversation recorded, CancellationToken cancellationToken = default)
    {
        var conversation = new Conversation();
        var played = new PlayedConversation(recorded, []);
        foreach (var text in recorded.UserTurns)
        {
            conversation.AddUser(text);
            observer.Begin(text);
            try
            {
                var response = await client.GetResponseAsync(conversation.History, conversation.Options, cancellationToken);
                conversation.History.AddMessages(response);
            }
            catch (ConversationEndedException)
            {
                // The observer has heard of it, and of why.
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                played = played with { ErrorType = exception.GetType().Name };
            }

            played = played with { Turns = [.. played.Turns, observer.End()] };
            if (played.Outcome is Outcome.Ended or Outcome.Failed)
            {
                break;
            }
        }

        return played;
    }
}
