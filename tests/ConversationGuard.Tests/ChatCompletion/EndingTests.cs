using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Tests.Doubles;

namespace ConversationGuard.Tests.ChatCompletion;

[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class EndingTests(ChatPath path)
{
    [Test]
    public async Task R2_persistent_abuse_is_redirected_twice_then_warned_then_ended()
    {
        await using var chat = new GuardedChat(path);

        var first = await chat.SayAsync("insult one");
        var second = await chat.SayAsync("insult two");
        var third = await chat.SayAsync("insult three");
        var ended = await chat.EndsAtAsync("insult four");

        first.Text.Should().Be("Reply 1");
        second.Text.Should().Be("Reply 2");
        third.Text.Should().StartWith("Reply 3").And.Contain("may be ended");
        chat.Model.Calls.Should().HaveCount(3).And.OnlyContain(call => call.Instructions!.Contains("insults or harassment"));
        ended.Reason.Should().Be(EndReason.PersistentAbuse);
        ended.IsRepeat.Should().BeFalse();
        ended.UserMessage.Should().Contain("abuse").And.Contain("start a new conversation");
        (await chat.Guard.GetStatusAsync("conversation-1")).State.Phase.Should().Be(ConversationPhase.Ended);
    }

    [Test]
    public async Task R11_every_later_call_is_refused_without_asking_classifier_or_model()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two", "insult three");
        await chat.EndsAtAsync("insult four");
        var (verdicts, calls) = (chat.Classifier.Calls, chat.Model.Calls.Count);

        var again = await chat.EndsAtAsync("hello, sorry");

        again.IsRepeat.Should().BeTrue();
        chat.Classifier.Calls.Should().Be(verdicts);
        chat.Model.Calls.Should().HaveCount(calls);
    }

    [Test]
    public async Task An_ordinary_conversation_passes_untouched_and_writes_nothing()
    {
        await using var chat = new GuardedChat(path);

        await chat.SayAllAsync("hello", "what is the weather", "you are wrong about that", "thanks");

        chat.Store.Writes.Should().Be(0);
        chat.Store.Reads.Should().Be(4);
        chat.Model.Calls.Should().OnlyContain(call => call.Instructions == null);
    }
}
