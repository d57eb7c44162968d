using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

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

    [Test]
    public async Task R11_R14_a_call_that_waited_for_its_verdict_while_another_ended_the_conversation_is_refused()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two", "insult three");
        var verdict = new TaskCompletionSource();
        chat.Classifier.Before = _ => verdict.Task;
        var asking = chat.EndsAtAsync("unsure");
        chat.Classifier.Before = null;
        await chat.EndsAtAsync("insult four");

        verdict.SetResult();

        (await asking).IsRepeat.Should().BeTrue();
        chat.Model.Calls.Should().HaveCount(3);
    }

    [Test]
    public async Task R11_R14_so_it_is_where_nothing_was_on_record_and_the_host_ended_it()
    {
        await using var chat = new GuardedChat(path);
        var verdict = new TaskCompletionSource();
        chat.Classifier.Before = _ => verdict.Task;
        var asking = chat.EndsAtAsync("hello");
        await chat.Guard.EndAsync("conversation-1");

        verdict.SetResult();

        await asking;
        chat.Model.Calls.Should().BeEmpty();
        chat.Observer.Of(GuardEventKind.TurnDecided).Should().BeEmpty("a call that is refused decides nothing");
    }

    [Test]
    public async Task A_call_that_waited_for_its_verdict_looks_at_the_record_once_more_and_writes_nothing()
    {
        await using var chat = new GuardedChat(path);
        var verdict = new TaskCompletionSource();
        chat.Classifier.Before = _ => verdict.Task;
        var asking = chat.SayAsync("hello");

        verdict.SetResult();

        await asking;
        (chat.Store.Reads, chat.Store.Writes).Should().Be((2, 0));
    }

    [Test]
    public async Task R14_Throw_throws_from_the_first_step_before_any_update()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two", "insult three");
        var messages = new List<ChatMessage>([.. chat.History, new(ChatRole.User, "insult four")]);

        if (path == ChatPath.Whole)
        {
            var ask = () => chat.Client.GetResponseAsync(messages, chat.NewOptions());
            await ask.Should().ThrowAsync<ConversationEndedException>();
        }
        else
        {
            await using var updates = chat.Client.GetStreamingResponseAsync(messages, chat.NewOptions()).GetAsyncEnumerator();
            var first = () => updates.MoveNextAsync().AsTask();
            await first.Should().ThrowAsync<ConversationEndedException>();
        }

        chat.Model.Calls.Should().HaveCount(3);
        chat.Model.OpenStreams.Should().Be(0);
    }

    [Test]
    public async Task R16_the_exception_says_why_in_a_code_and_plain_words_and_what_can_be_done()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("harm one", "harm two", "harm three");

        var ended = await chat.EndsAtAsync("harm four");

        ended.Reason.Should().Be(EndReason.PersistentHarmRequests);
        ended.Category.Should().Be(HarmCategory.Illicit);
        ended.EndedAt.Should().Be(chat.Time.GetUtcNow());
        ended.ConversationKey.Should().Be("conversation-1");
        ended.RuleIds.Should().Contain(["R1", "R2"]);
        ended.Ending.Evidence.Should().HaveCount(4);
        ended.UserMessage.Should().Contain("help with something harmful or illegal").And.Contain("go back to an earlier message").And.Contain("tell us");
        ended.NextSteps.Should().BeEquivalentTo(Enum.GetValues<NextStep>());
        ended.Message.Should().Be("The conversation was ended by ConversationGuard.");
    }

    [Test]
    public async Task Respond_gives_the_message_for_the_user_with_a_finish_reason_and_properties()
    {
        await using var chat = new GuardedChat(path, options => options.EndBehavior = EndBehavior.Respond) { ConversationId = "_agent_local_chat_history" };
        await chat.SayAllAsync("insult one", "insult two", "insult three");

        var ended = await chat.SayAsync("insult four");
        var again = await chat.SayAsync("hello?");

        ended.FinishReason.Should().Be(ConversationGuardChatClient.ConversationEndedFinishReason);
        ended.FinishReason!.Value.Value.Should().Be("conversation_ended");
        ended.Text.Should().Contain("I have ended this conversation because of repeated abuse").And.Contain("start a new conversation");
        ended.ConversationId.Should().Be("_agent_local_chat_history");
        ended.AdditionalProperties.Should().Contain("ConversationGuard.Reason", "persistent_abuse")
            .And.Contain("ConversationGuard.Category", "harassment")
            .And.Contain("ConversationGuard.IsRepeat", false);
        again.Text.Should().Be(ended.Text);
        again.FinishReason.Should().Be(ConversationGuardChatClient.ConversationEndedFinishReason);
        again.AdditionalProperties.Should().Contain("ConversationGuard.IsRepeat", true);
        chat.Model.Calls.Should().HaveCount(3);
    }

    [Test]
    public async Task R11_the_end_is_the_same_at_every_later_call_and_stays_after_time_and_calm()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two", "insult three");
        var ended = await chat.EndsAtAsync("insult four");

        chat.Time.Advance(TimeSpan.FromDays(7));
        var later = await chat.EndsAtAsync("hello");
        chat.History.Clear();
        var withoutHistory = await chat.EndsAtAsync("good morning");

        foreach (var again in new[] { later, withoutHistory })
        {
            again.Should().BeEquivalentTo(new { ended.Reason, ended.Category, ended.EndedAt, ended.UserMessage, ended.ConversationKey, IsRepeat = true });
        }

        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().ContainSingle();
        chat.Observer.Of(GuardEventKind.CallRefused).Should().HaveCount(2);
    }

    [Test]
    public async Task R11_other_conversations_and_a_new_one_are_untouched()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two", "insult three");
        await chat.EndsAtAsync("insult four");

        chat.Key = "conversation-2";
        chat.History.Clear();
        var fresh = await chat.SayAsync("hello");
        var insulted = await chat.SayAsync("insult one");

        fresh.Text.Should().Be("Reply 4");
        insulted.Text.Should().Be("Reply 5");
        (await chat.StateAsync()).Should().BeEquivalentTo(new { Phase = ConversationPhase.Redirecting, FailedRedirections = 0 });
    }

    [Test]
    public async Task R11_an_end_holds_on_another_node_over_the_same_store()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two", "insult three");
        await chat.EndsAtAsync("insult four");
        await using var other = new GuardedChat(path, register: services => services.AddSingleton<IConversationStore>(chat.Store));

        var ended = await other.EndsAtAsync("hello");

        ended.IsRepeat.Should().BeTrue();
        other.Classifier.Calls.Should().Be(0);
    }

    [Test]
    public async Task R1_the_host_can_end_and_take_back_an_end()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAsync("hello");

        var status = await chat.Guard.EndAsync("conversation-1");
        var ended = await chat.EndsAtAsync("are you there?");
        var back = await chat.Guard.ReinstateAsync("conversation-1");
        var answer = await chat.SayAsync("are you there?");

        status.Ending!.Reason.Should().Be(EndReason.HostRequest);
        ended.Should().BeEquivalentTo(new { Reason = EndReason.HostRequest, IsRepeat = true });
        ended.UserMessage.Should().StartWith("This conversation has been ended.");
        back.State.Phase.Should().Be(ConversationPhase.Engaged);
        answer.Text.Should().Be("Reply 2");
    }

    [Test]
    public async Task A_reinstated_conversation_starts_clean()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two", "insult three");
        await chat.EndsAtAsync("insult four");
        await chat.Guard.ReinstateAsync("conversation-1");

        var next = await chat.SayAsync("insult five");

        next.Text.Should().Be("Reply 4");
        (await chat.StateAsync()).Violations.Should().ContainSingle();
    }
}
