using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace ConversationGuard.Tests.ChatCompletion;

[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class ModeTests(ChatPath path)
{
    [Test]
    public async Task R18_Observe_changes_nothing_for_user_and_model()
    {
        await using var chat = new GuardedChat(path, options => options.Mode = GuardMode.Observe);
        var options = new ChatOptions { Instructions = "Be brief." }.WithConversationKey("conversation-1");
        for (var i = 0; i < 6; i++)
        {
            chat.History.Add(new(ChatRole.User, $"insult {i}"));

            var answer = await chat.AskAsync([.. chat.History], options);

            answer.Text.Should().Be($"Reply {i + 1}");
            chat.History.AddRange(answer.Messages);
        }

        chat.Model.Calls.Should().HaveCount(6).And.OnlyContain(call => call.Options == options);
        (await chat.SayAsync("crisis")).Text.Should().Be("Reply 7");
    }

    [Test]
    public async Task R18_Observe_counts_and_reports_everything()
    {
        await using var chat = new GuardedChat(path, options => options.Mode = GuardMode.Observe);

        await chat.SayAllAsync("insult one", "insult two", "insult three", "insult four", "hello");

        chat.Observer.Of(GuardEventKind.TurnDecided).Select(one => one.Action).Should().Equal(GuardAction.Redirect, GuardAction.Redirect, GuardAction.Warn, GuardAction.End);
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().ContainSingle().Which.Ending!.Reason.Should().Be(EndReason.PersistentAbuse);
        chat.Observer.Of(GuardEventKind.CallRefused).Should().ContainSingle();
        chat.Observer.Events.Should().OnlyContain(one => one.Mode == GuardMode.Observe);
        (await chat.StateAsync()).Phase.Should().Be(ConversationPhase.Ended, "the handle shows what this guard has on record");
    }

    [Test]
    public async Task R18_what_was_observed_does_not_count_once_the_guard_enforces()
    {
        await using var observing = new GuardedChat(path, options => options.Mode = GuardMode.Observe);
        await observing.SayAllAsync("insult one", "insult two", "insult three", "insult four");
        await using var enforcing = new GuardedChat(path, register: services => services.AddSingleton<IConversationStore>(observing.Store));

        var answer = await enforcing.SayAsync("insult five");

        answer.Text.Should().Be("Reply 1");
        (await enforcing.StateAsync()).Violations.Should().ContainSingle();
    }

    [Test]
    public async Task R18_Disabled_passes_through_untouched_and_unseen()
    {
        await using var chat = new GuardedChat(path, options => options.Mode = GuardMode.Disabled);

        await chat.SayAllAsync("insult one", "insult two", "insult three", "insult four", "crisis");

        chat.Model.Calls.Should().HaveCount(5).And.OnlyContain(call => call.Instructions == null);
        (chat.Store.Reads, chat.Store.Writes, chat.Classifier.Calls, chat.Observer.Events.Count).Should().Be((0, 0, 0, 0));
    }

    [Test]
    public async Task R18_Disabled_lets_a_conversation_that_was_ended_go_on()
    {
        await using var ended = new GuardedChat(path);
        await ended.Guard.EndAsync("conversation-1");
        await using var chat = new GuardedChat(path, one => one.Mode = GuardMode.Disabled, services => services.AddSingleton<IConversationStore>(ended.Store));

        (await chat.SayAsync("hello")).Text.Should().Be("Reply 1");
    }

    [Test]
    public async Task R18_observing_does_not_see_what_enforcing_ended()
    {
        await using var enforcing = new GuardedChat(path);
        await enforcing.Guard.EndAsync("conversation-1");
        await using var observing = new GuardedChat(path, one => one.Mode = GuardMode.Observe, services => services.AddSingleton<IConversationStore>(enforcing.Store));

        await observing.SayAsync("hello");

        observing.Observer.Events.Should().ContainSingle().Which.Kind.Should().Be(GuardEventKind.TurnDecided);
    }
}
