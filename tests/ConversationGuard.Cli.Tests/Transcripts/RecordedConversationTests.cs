using ConversationGuard.Transcripts;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Cli.Tests.Transcripts;

public sealed class RecordedConversationTests
{
    /// <summary>Letters stand for messages: u user, a assistant, s system, t tool. Calls are separated by a bar.</summary>
    [TestCase("", "")]
    [TestCase("a", "")]
    [TestCase("s", "")]
    [TestCase("u", "u")]
    [TestCase("uaua", "u|u")]
    [TestCase("suau", "su|u")]
    [TestCase("auau", "au|u")]
    [TestCase("uuau", "uu|u")]
    [TestCase("usuau", "usu|u")]
    [TestCase("usau", "u|u")]
    [TestCase("uatau", "u|u")]
    [TestCase("uasua", "u|u")]
    [TestCase("uaus", "u|u")]
    [TestCase("uu", "uu")]
    public void A_call_is_what_was_new_since_the_last_answer(string messages, string calls) =>
        string.Join('|', Conversation(messages).Calls.Select(Letters)).Should().Be(calls);

    [TestCase("suau", 1, "a")]
    [TestCase("suau", 2, "")]
    [TestCase("uatasu", 1, "atas")]
    [TestCase("uuau", 2, "a")]
    [TestCase("uuau", 3, "")]
    public void The_recorded_answer_is_what_follows_up_to_the_user_s_next_message(string messages, int userMessages, string answer) =>
        Letters(Conversation(messages).AnswerAfter(userMessages)).Should().Be(answer);

    [Test]
    public void A_bot_that_answers_anew_gets_one_user_message_at_a_time() =>
        Conversation("suauua").UserTurns.Select(Letters).Should().Equal("u", "u", "u");

    private static RecordedConversation Conversation(string messages) => new(1, new LineId("a"), [.. messages.Select(letter => new ChatMessage(
        letter switch { 'u' => ChatRole.User, 'a' => ChatRole.Assistant, 's' => ChatRole.System, _ => ChatRole.Tool }, letter.ToString()))]);

    private static string Letters(IEnumerable<ChatMessage> messages) => string.Concat(messages.Select(message => message.Text));
}
