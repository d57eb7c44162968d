using Microsoft.Extensions.AI;

namespace ConsoleChat.Eliza;

/// <summary>Tells the next reply from the presented messages, by going through the conversation again.</summary>
internal static class ElizaHistory
{
    /// <summary>Tells the next reply.</summary>
    /// <param name="script">What ELIZA knows.</param>
    /// <param name="messages">The conversation so far.</param>
    /// <param name="instructions">What somebody asks of the reply, see <see cref="Asides"/>.</param>
    /// <returns>The reply to the last thing that the user said, or the greeting.</returns>
    public static string Reply(ElizaScript script, IEnumerable<ChatMessage> messages, string? instructions)
    {
        var dialogue = new ElizaDialogue(script);
        var asides = Asides(script, instructions);
        var asidesSaid = 0;
        string? unanswered = null;

        foreach (var message in messages)
        {
            if (message.Role == ChatRole.User)
            {
                Answer(dialogue, unanswered);
                unanswered = message.Text;
            }
            else if (message.Role == ChatRole.Assistant)
            {
                // A turn that was answered by an aside is not taken up again, neither from memory nor in the order of replies.
                asidesSaid += IsOneOf(asides, message.Text) ? 1 : 0;
                Answer(dialogue, IsOneOf(script.Redirections, message.Text) || IsOneOf(script.Comforts, message.Text) ? null : unanswered);
                unanswered = null;
            }
        }

        return unanswered is null ? script.Greeting
            : asides.Count > 0 ? asides[asidesSaid % asides.Count]
            : dialogue.Answer(unanswered);
    }

    /// <summary>What is said instead of an answer. A bot of 1966 reads no prose: any instructions at all ask it for care, and the word "crisis" for comfort.</summary>
    private static IReadOnlyList<string> Asides(ElizaScript script, string? instructions) =>
        string.IsNullOrWhiteSpace(instructions) ? []
            : instructions.Contains("crisis", StringComparison.OrdinalIgnoreCase) ? script.Comforts
            : script.Redirections;

    private static bool IsOneOf(IReadOnlyList<string> asides, string reply) =>
        asides.Any(aside => reply.StartsWith(aside, StringComparison.Ordinal));

    private static void Answer(ElizaDialogue dialogue, string? text)
    {
        if (text is not null)
        {
            dialogue.Answer(text);
        }
    }
}
