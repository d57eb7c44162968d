using System.Runtime.CompilerServices;
using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Transcripts;

/// <summary>Says recorded conversations to a guarded chat client and tells what the guard made of each user turn.</summary>
/// <param name="client">The guarded client; inside it is a bot, or a <see cref="RecordedBot"/>.</param>
/// <param name="observer">The observer of that guard.</param>
/// <param name="clock">The clock of that guard, if it follows the record; null if it is a live one.</param>
public sealed class TranscriptPlayer(IChatClient client, TurnObserver observer, ReplayClock? clock = null)
{
    /// <summary>Plays one conversation. After an end it goes on: the guard refuses every further call.</summary>
    /// <param name="key">The conversation's key; no two conversations that the guard knows may have the same.</param>
    /// <param name="calls">What is new at each call: <see cref="RecordedConversation.Calls"/>, or <see cref="RecordedConversation.UserTurns"/>.</param>
    /// <param name="cancellationToken">Cancels the playing.</param>
    /// <returns>Every user message in its order, with what the guard said about it.</returns>
    public async IAsyncEnumerable<PlayedTurn> PlayAsync(string key, IEnumerable<IReadOnlyList<ChatMessage>> calls, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(calls);
        var options = new ChatOptions().WithConversationKey(key);
        var history = new List<ChatMessage>();
        clock?.Reset();
        foreach (var call in calls)
        {
            history.AddRange(call);
            clock?.AdvanceTo(call);
            observer.Begin();
            string? errorType = null;
            try
            {
                history.AddMessages(await client.GetResponseAsync(history, options, cancellationToken));
            }
            catch (ConversationEndedException)
            {
                // The observer has heard of it, and of why.
            }
#pragma warning disable CA1031 // Whatever a bot throws, it did not answer.
            catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                errorType = exception.GetType().Name;
            }

            foreach (var turn in Match(key, call, observer.End()))
            {
                yield return turn with { ErrorType = errorType };
            }
        }
    }

    /// <summary>
    /// Gives each user message its event. The guard decides about the messages of a call in their order; where it keeps a record for each author, about those of one author after
    /// those of another. A call that is refused is refused for all its messages. A message without text is no turn to it.
    /// </summary>
    private static IEnumerable<PlayedTurn> Match(string key, IReadOnlyList<ChatMessage> call, IReadOnlyList<GuardEvent> events)
    {
        var open = events.Where(one => one.Kind == GuardEventKind.TurnDecided).ToList();
        foreach (var message in call.Where(message => message.Role == ChatRole.User))
        {
            var authorKey = ConversationKeys.OfAuthor(key, message.AuthorName ?? string.Empty);
            bool IsOfMessage(GuardEvent one) => one.ConversationKey == key || one.ConversationKey == authorKey;

            var decided = string.IsNullOrWhiteSpace(message.Text) ? -1 : open.FindIndex(IsOfMessage);
            var decision = decided >= 0 ? open[decided] : events.FirstOrDefault(one => one.Kind == GuardEventKind.CallRefused && IsOfMessage(one));
            if (decided >= 0)
            {
                open.RemoveAt(decided);
            }

            yield return new PlayedTurn(message)
            {
                Decision = decision,
                Ending = decision is { Kind: GuardEventKind.TurnDecided, Action: GuardAction.End }
                    ? events.FirstOrDefault(one => one.Kind == GuardEventKind.ConversationEnded && IsOfMessage(one))?.Ending
                    : null,
            };
        }
    }
}
