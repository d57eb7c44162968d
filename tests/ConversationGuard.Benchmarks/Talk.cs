using System.Globalization;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Benchmarks;

/// <summary>What is said in the benchmarks.</summary>
internal static class Talk
{
    /// <summary>An ordinary message of 100 characters.</summary>
    public const string Benign = "Could you help me plan a weekend in Lisbon with two children who love trams, castles and ice cream??";

    /// <summary>An insult of 100 characters.</summary>
    public const string Abusive = "You are the most useless piece of garbage I have ever talked to and I hope that they delete you soon";

    /// <summary>100 characters that are folded before they are read: look-alike and stretched letters.</summary>
    public const string Disguised = "Yоu аrе sо stuuuuupid аnd u s е l е s s, а cоmplеtе 1d10t оf а mаchinе thаt nоbоdy еvеr wаntеd tо usе";

    /// <summary>A conversation of some turns, the last of them the user's.</summary>
    /// <param name="turns">How many user turns.</param>
    /// <param name="newest">The last user turn's text.</param>
    public static List<ChatMessage> Of(int turns, string newest = Benign)
    {
        var messages = new List<ChatMessage> { new(ChatRole.System, "You are a travel assistant.") };
        for (var turn = 1; turn < turns; turn++)
        {
            messages.Add(new ChatMessage(ChatRole.User, string.Create(CultureInfo.InvariantCulture, $"What should we see on day {turn} if it rains, and where do we eat after that with two tired children?")));
            messages.Add(new ChatMessage(ChatRole.Assistant, string.Create(CultureInfo.InvariantCulture, $"On day {turn} the aquarium is dry and close to the river, and there are many small places for soup.")));
        }

        messages.Add(new ChatMessage(ChatRole.User, newest));
        return messages;
    }
}
