using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Hosting;
using ConversationGuard.Termination;
using ConversationGuard.Tests.Doubles;

namespace ConversationGuard.Tests.Termination;

[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class MostSevereActionTests(ChatPath path)
{
    [TestCase(GuardAction.Continue, new[] { GuardAction.Continue, GuardAction.Continue, GuardAction.Continue, GuardAction.Continue })]
    [TestCase(GuardAction.Redirect, new[] { GuardAction.Redirect, GuardAction.Redirect, GuardAction.Redirect, GuardAction.Redirect })]
    [TestCase(GuardAction.Warn, new[] { GuardAction.Redirect, GuardAction.Redirect, GuardAction.Warn, GuardAction.Warn })]
    [TestCase(GuardAction.End, new[] { GuardAction.Redirect, GuardAction.Redirect, GuardAction.Warn, GuardAction.End })]
    public async Task R18_the_guard_goes_no_further_than_the_host_wants(GuardAction most, GuardAction[] expected)
    {
        await using var chat = new GuardedChat(path, options => options.MostSevereAction = most);
        await chat.SayAllAsync("insult one", "insult two", "insult three");

        var last = () => chat.SayAsync("insult four");

        if (most == GuardAction.End)
        {
            await last.Should().ThrowAsync<ConversationEndedException>();
        }
        else
        {
            (await last()).Text.Contains("may be ended").Should().Be(most == GuardAction.Warn);
        }

        chat.Observer.Of(GuardEventKind.TurnDecided).Select(one => one.Action).Should().Equal(expected);
    }

    [Test]
    public async Task R2_a_bot_that_only_warns_warns_on_and_never_ends()
    {
        await using var chat = new GuardedChat(path, options => options.MostSevereAction = GuardAction.Warn);
        await chat.SayAllAsync("insult 1", "insult 2");

        for (var i = 3; i < 15; i++)
        {
            (await chat.SayAsync($"insult {i}")).Text.Should().Contain("may be ended");
        }
    }

    [TestCase(GuardAction.Continue)]
    [TestCase(GuardAction.Redirect)]
    [TestCase(GuardAction.Warn)]
    public async Task An_immediate_category_goes_no_further_either(GuardAction most)
    {
        await using var chat = new GuardedChat(path, options =>
        {
            options.MostSevereAction = most;
            options.Categories["harassment"] = new CategoryOptions { Immediate = true };
        });

        await chat.SayAsync("insult one");

        chat.Observer.Of(GuardEventKind.TurnDecided).Should().ContainSingle().Which.Action.Should().Be(most);
    }

    [Test]
    public async Task A_policy_of_the_host_is_not_bound_by_it()
    {
        await using var chat = new GuardedChat(
            path,
            options => options.MostSevereAction = GuardAction.Continue,
            services => services.AddPolicy(context => context.Turn.Kind == TurnKind.Violation ? GuardDecision.End(new EndReason("house_rules")) : GuardDecision.Continue));

        (await chat.EndsAtAsync("insult one")).Reason.Should().Be(new EndReason("house_rules"));
    }

    [Test]
    public async Task The_host_is_not_bound_by_it()
    {
        await using var chat = new GuardedChat(path, options => options.MostSevereAction = GuardAction.Continue);

        await chat.Guard.EndAsync("conversation-1");

        (await chat.EndsAtAsync("hello")).IsRepeat.Should().BeTrue();
    }

    [Test]
    public async Task R5_a_bot_that_does_nothing_by_itself_supports_someone_at_risk()
    {
        await using var chat = new GuardedChat(path, options => options.MostSevereAction = GuardAction.Continue);

        (await chat.SayAsync("crisis")).Text.Should().Contain("findahelpline.com");
        chat.Model.Calls[0].Instructions.Should().Contain("supportive");
    }

    [Test]
    public async Task Violations_are_counted_though_nothing_is_done_about_them()
    {
        await using var chat = new GuardedChat(path, options => options.MostSevereAction = GuardAction.Continue);

        await chat.SayAllAsync("insult one", "insult two");

        (await chat.StateAsync()).Should().BeEquivalentTo(new { Phase = ConversationPhase.Redirecting, FailedRedirections = 0, IsWarned = false });
        (await chat.StateAsync()).Violations.Should().HaveCount(2);
    }
}
