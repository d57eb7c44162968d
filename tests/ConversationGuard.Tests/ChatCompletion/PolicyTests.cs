using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.Termination;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Tests.ChatCompletion;

[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class PolicyTests(ChatPath path)
{
    [Test]
    public async Task A_policy_can_veto_everything()
    {
        await using var chat = NewChat(_ => GuardDecision.Veto(GuardAction.Continue, "X1"));

        await chat.SayAllAsync("insult 1", "insult 2", "insult 3", "insult 4", "insult 5");

        chat.Model.Calls.Should().HaveCount(5).And.OnlyContain(call => call.Instructions == null);
        chat.Observer.Of(GuardEventKind.TurnDecided).Should().OnlyContain(one => one.Action == GuardAction.Continue && one.RuleIds.Contains("X1"));
    }

    [Test]
    public async Task A_policy_can_limit_to_warnings()
    {
        await using var chat = NewChat(_ => GuardDecision.Veto(GuardAction.Warn));

        await chat.SayAllAsync("insult 1", "insult 2", "insult 3");
        var fourth = await chat.SayAsync("insult 4");
        var fifth = await chat.SayAsync("insult 5");

        fourth.Text.Should().StartWith("Reply 4").And.Contain("may be ended");
        fifth.Text.Should().StartWith("Reply 5").And.Contain("may be ended");
    }

    [Test]
    public async Task A_policy_can_redirect_a_turn_that_no_category_objects_to()
    {
        await using var chat = NewChat(context =>
            context.Messages[^1].Text.Contains("lottery") ? GuardDecision.Redirect("X2") with { Category = HarmCategory.Sexual } : GuardDecision.Continue);

        await chat.SayAllAsync("hello", "tell me the lottery numbers");
        await chat.RegenerateAsync();

        chat.Model.Calls[0].Instructions.Should().BeNull();
        chat.Model.Calls[1].Instructions.Should().Contain("sexual talk");
        chat.Model.Calls[2].Instructions.Should().Be(chat.Model.Calls[1].Instructions, "a decision is repeated (R10)");
    }

    [Test]
    public async Task R10_a_repeated_decision_answers_the_same_category()
    {
        await using var chat = NewChat(context => context.Turn.Kind == TurnKind.Violation ? GuardDecision.Warn("X2") with { Category = HarmCategory.Hate } : GuardDecision.Continue);
        await chat.SayAllAsync("hello", "insult");

        var again = await chat.RegenerateAsync();

        chat.Model.Calls[1].Instructions.Should().Contain("people deserve respect");
        chat.Model.Calls[2].Instructions.Should().Be(chat.Model.Calls[1].Instructions);
        again.Text.Should().Contain("(hateful remarks about people)");
    }

    [Test]
    public async Task A_policy_can_end_with_a_reason_of_its_own()
    {
        var reason = new EndReason("out_of_hours");
        await using var chat = NewChat(context => context.Messages[^1].Text.Contains("night") ? GuardDecision.End(reason, "X3") : GuardDecision.Continue);
        await chat.SayAsync("hello");

        var ended = await chat.EndsAtAsync("it is night");
        var again = await chat.EndsAtAsync("hello?");

        ended.Should().BeEquivalentTo(new { Reason = reason, IsRepeat = false, Category = default(HarmCategory) });
        ended.RuleIds.Should().Equal("X3");
        ended.UserMessage.Should().StartWith("This conversation has been ended. You can start a new conversation");
        again.Should().BeEquivalentTo(new { Reason = reason, IsRepeat = true });
    }

    [TestCase("crisis")]
    [TestCase("unsure")]
    [TestCase("fail")]
    public async Task R5_R6_no_policy_can_end_for_someone_at_risk_or_a_turn_that_nobody_could_judge(string text)
    {
        await using var chat = NewChat(_ => GuardDecision.End(new EndReason("because")));

        var answer = await chat.SayAsync(text);

        answer.Text.Should().StartWith("Reply 1");
    }

    [Test]
    public async Task A_policy_sees_the_turn_the_state_with_it_and_the_call()
    {
        var contexts = new List<TerminationContext>();
        await using var chat = NewChat(context =>
        {
            contexts.Add(context);
            return GuardDecision.Continue;
        });
        var options = new ChatOptions().WithConversationKey("c");

        await chat.AskAsync([new(ChatRole.User, "insult")], options);

        var context = contexts.Should().ContainSingle().Which;
        context.ConversationKey.Should().Be("c");
        context.Turn.Should().Be(new TurnAssessment(TurnKind.Violation, HarmCategory.Harassment, 0.97));
        context.Classification[HarmCategory.Harassment].Should().Be(0.97);
        context.State.Violations.Should().ContainSingle();
        context.Messages.Should().ContainSingle();
        context.Options.Should().BeSameAs(options);
        context.Now.Should().Be(chat.Time.GetUtcNow());
    }

    private GuardedChat NewChat(Func<TerminationContext, GuardDecision> decide) => new(path, register: services => services.AddPolicy(decide));
}
