using Microsoft.Extensions.AI;

namespace ConversationGuard.Transcripts;

/// <summary>One recorded conversation.</summary>
/// <param name="Line">The number of its line, from 1.</param>
/// <param name="Id">Its id.</param>
/// <param name="Messages">Everything that was said, in order.</param>
public sealed record RecordedConversation(int Line, LineId Id, IReadOnlyList<ChatMessage> Messages)
{
    /// <summary>Gets what the user wrote, one call for each message, for a bot that answers anew.</summary>
    public IEnumerable<IReadOnlyList<ChatMessage>> UserTurns => Messages.Where(message => message.Role == ChatRole.User).Select(message => new[] { message });

    /// <summary>
    /// Gets what was new at each call of the bot: all that was said since its last answer up to the user's last message. A user who wrote several messages before there was
    /// an answer wrote them for one call. The first call has what stands before the first message, a system prompt for example.
    /// </summary>
    public IEnumerable<IReadOnlyList<ChatMessage>> Calls
    {
        get
        {
            var end = 0;
            for (var from = 0; NextOf(ChatRole.User, from) is var first && first < Messages.Count; from = NextOf(ChatRole.Assistant, end))
            {
                var opening = end == 0 ? 0 : first;
                end = NextOf(ChatRole.Assistant, first);
                while (Messages[end - 1].Role != ChatRole.User)
                {
                    end--;
                }

                yield return [.. Messages.Skip(opening).Take(end - opening)];
            }
        }
    }

    /// <summary>Gets the bot's recorded answer to a call: everything up to the user's next message.</summary>
    /// <param name="userMessages">How many messages of the user there were up to the call.</param>
    /// <returns>The messages; none if the record ends with the call.</returns>
    public IReadOnlyList<ChatMessage> AnswerAfter(int userMessages)
    {
        var index = 0;
        for (var seen = 0; seen < userMessages && index < Messages.Count; index++)
        {
            seen += Messages[index].Role == ChatRole.User ? 1 : 0;
        }

        return [.. Messages.Skip(index).TakeWhile(message => message.Role != ChatRole.User)];
    }

    private int NextOf(ChatRole role, int from)
    {
        while (from < Messages.Count && Messages[from].Role != role)
        {
            from++;
        }

        return from;
    }
}
