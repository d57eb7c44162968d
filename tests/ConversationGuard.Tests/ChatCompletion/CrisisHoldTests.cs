using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.DeEscalation;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Tests.ChatCompletion;

[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class CrisisHoldTests(ChatPath path)
{
    private const string Resources = "findahelpline.com";
    private const string Support = "Be warm, calm and supportive";

    [TestCase("crisis")]
    [TestCase("rage")]
    [TestCase("crisis+insult")]
    public async Task R5_a_sign_of_risk_brings_support_and_help_resources(string text)
    {
        await using var chat = new GuardedChat(path) { Instructions = "Be brief." };

        var response = await chat.SayAsync(text);

        response.Text.Should().StartWith("Reply 1\n\n").And.Contain(Resources);
        chat.Model.Calls[0].Instructions.Should().StartWith("Be brief.").And.Contain(Support).And.NotContain("insults");
        (await chat.StateAsync()).Should().BeEquivalentTo(new { IsCrisisHold = true, Phase = ConversationPhase.Engaged });
    }

    [Test]
    public async Task R5_the_resources_come_once_per_hold_and_the_support_with_every_turn()
    {
        await using var chat = new GuardedChat(path);

        await chat.SayAsync("crisis one");
        var second = await chat.SayAsync("crisis two");
        var third = await chat.SayAsync("thank you");

        second.Text.Should().Be("Reply 2");
        third.Text.Should().Be("Reply 3");
        chat.Model.Calls.Should().OnlyContain(call => call.Instructions!.Contains(Support));
    }

    [Test]
    public async Task R5_resources_that_did_not_reach_the_user_come_with_the_next_reply()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAsync("hello");
        chat.Model.Before = _ => throw new HttpRequestException();
        var fail = () => chat.SayAsync("crisis");
        await fail.Should().ThrowAsync<HttpRequestException>();
        chat.Model.Before = null;

        var next = await chat.SayAsync("are you there?");
        var after = await chat.SayAsync("good");

        next.Text.Should().Contain(Resources, "the host dropped the turn whose call failed, and still someone may be at risk");
        chat.Model.Calls[^1].Instructions.Should().Contain(Support);
        after.Text.Should().NotContain(Resources);
    }

    [Test]
    public async Task R10_a_regenerated_reply_to_a_crisis_has_the_resources_again()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "crisis");

        var again = await chat.RegenerateAsync();

        again.Text.Should().Contain(Resources, "the reply that had them was replaced");
        (await chat.SayAsync("thank you")).Text.Should().NotContain(Resources);
    }

    [Test]
    public async Task R5_no_warning_and_no_end_however_abusive_the_user_is()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAsync("crisis");

        for (var i = 0; i < 20; i++)
        {
            (await chat.SayAsync($"insult {i}")).Text.Should().Be($"Reply {i + 2}");
        }

        chat.Model.Calls.Should().OnlyContain(call => call.Instructions!.Contains(Support) && !call.Instructions.Contains("insults or harassment"));
        (await chat.StateAsync()).Should().BeEquivalentTo(new { IsCrisisHold = true, Phase = ConversationPhase.Engaged, FailedRedirections = 0 });
    }

    [Test]
    public async Task R5_the_hold_outlasts_more_abuse_than_the_ledger_keeps()
    {
        await using var chat = new GuardedChat(path);
        await chat.SendAsync("crisis");

        for (var i = 0; i < ConversationGuard.Conversations.ConversationLedger.MaxEntries + 10; i++)
        {
            await chat.AskAsync([new ChatMessage(ChatRole.User, $"insult {i}")]);
        }

        (await chat.StateAsync()).Should().BeEquivalentTo(new { IsCrisisHold = true, Phase = ConversationPhase.Engaged });
    }

    [Test]
    public async Task R5_a_crisis_after_the_warning_holds_the_end_off()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two", "insult three");

        var crisis = await chat.SayAsync("crisis+insult");
        var next = await chat.SayAsync("insult four");

        crisis.Text.Should().Contain(Resources).And.NotContain("ended");
        next.Text.Should().Be("Reply 5");
    }

    [TestCase("insult four", "crisis")]
    [TestCase("crisis", "insult four")]
    public async Task R5_a_crisis_in_the_same_call_as_the_last_insult_holds_the_end_off(string first, string second)
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two", "insult three");

        var response = await chat.AskAsync([.. chat.History, new(ChatRole.User, first), new(ChatRole.User, second)]);

        response.Text.Should().StartWith("Reply 4").And.Contain(Resources).And.NotContain("may be ended");
        chat.Model.Calls[3].Instructions.Should().Contain(Support).And.NotContain("insults or harassment");
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().BeEmpty();
    }

    [Test]
    public async Task R5_a_crisis_in_the_same_call_as_an_insult_holds_the_warning_off()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two");

        var response = await chat.AskAsync([.. chat.History, new(ChatRole.User, "insult three"), new(ChatRole.User, "crisis")]);

        response.Text.Should().Contain(Resources).And.NotContain("may be ended");
        (await chat.StateAsync()).IsWarned.Should().BeFalse();
    }

    [Test]
    public async Task R5_regenerating_a_warned_turn_in_a_hold_does_not_warn()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two", "insult three");
        chat.History.Add(new(ChatRole.User, "crisis"));
        await chat.RegenerateAsync();
        chat.History.RemoveRange(5, chat.History.Count - 5);

        var again = await chat.RegenerateAsync();

        again.Text.Should().NotContain("may be ended");
        chat.Model.Calls[^1].Instructions.Should().Contain(Support);
    }

    [Test]
    public async Task R5_the_hold_is_released_only_after_calm_turns_and_time_both()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("crisis", "calm 1", "calm 2", "calm 3", "calm 4", "calm 5", "calm 6");
        var calmOnly = await chat.StateAsync();
        chat.Time.Advance(TimeSpan.FromMinutes(59));
        var almost = await chat.StateAsync();
        chat.Time.Advance(TimeSpan.FromMinutes(1));
        var both = await chat.StateAsync();
        var next = await chat.SayAsync("insult");

        calmOnly.IsCrisisHold.Should().BeTrue();
        almost.IsCrisisHold.Should().BeTrue();
        both.IsCrisisHold.Should().BeFalse();
        next.Text.Should().Be("Reply 8");
        chat.Model.Calls[^1].Instructions.Should().Contain("insults or harassment");
    }

    [Test]
    public async Task R5_a_crisis_signal_sent_again_holds_from_then_on()
    {
        await using var chat = new GuardedChat(path, options => options.CrisisHold = new() { CalmTurns = 1 });
        await chat.SayAsync("crisis");
        chat.Time.Advance(TimeSpan.FromHours(10));
        chat.History.RemoveRange(1, chat.History.Count - 1);
        await chat.RegenerateAsync();
        await chat.SayAsync("calm");
        var soonAfter = await chat.StateAsync();
        chat.Time.Advance(TimeSpan.FromHours(1));

        soonAfter.IsCrisisHold.Should().BeTrue();
        (await chat.StateAsync()).IsCrisisHold.Should().BeFalse();
    }

    [Test]
    public async Task R5_time_alone_does_not_release_the_hold()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("crisis", "calm 1");

        chat.Time.Advance(TimeSpan.FromDays(3));

        (await chat.StateAsync()).IsCrisisHold.Should().BeTrue();
    }

    [Test]
    public async Task R5_an_insult_starts_the_calm_turns_of_a_hold_over()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("crisis", "calm 1", "calm 2", "calm 3", "calm 4", "insult", "calm 5");

        chat.Time.Advance(TimeSpan.FromHours(2));

        (await chat.StateAsync()).IsCrisisHold.Should().BeTrue();
    }

    [Test]
    public async Task R5_turns_and_time_of_the_release_are_options()
    {
        await using var chat = new GuardedChat(path, options => options.CrisisHold = new() { CalmTurns = 1, Time = TimeSpan.Zero });

        await chat.SayAllAsync("crisis", "calm");

        (await chat.StateAsync()).IsCrisisHold.Should().BeFalse();
    }

    [Test]
    public async Task R5_a_second_hold_brings_the_resources_again()
    {
        await using var chat = new GuardedChat(path, options => options.CrisisHold = new() { CalmTurns = 1, Time = TimeSpan.Zero });

        var first = await chat.SayAsync("crisis one");
        await chat.SayAsync("calm");
        var second = await chat.SayAsync("crisis two");

        first.Text.Should().Contain(Resources);
        second.Text.Should().Contain(Resources);
    }

    [Test]
    public async Task R5_the_host_can_release_the_hold_and_what_was_said_in_it_is_not_held_against_the_user()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult before", "crisis", "insult 1", "insult 2", "insult 3", "insult 4");

        var released = await chat.Guard.ReleaseCrisisHoldAsync("conversation-1");
        var next = await chat.SayAsync("insult after");

        released.State.IsCrisisHold.Should().BeFalse();
        released.State.Violations.Should().ContainSingle("only the one before the hold counts");
        next.Text.Should().Be("Reply 8");
        chat.Model.Calls[^1].Instructions.Should().Contain("insults or harassment").And.NotContain("appended to your reply");
    }

    [Test]
    public async Task R5_a_crisis_turn_edited_away_does_not_release_the_hold()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "crisis");
        chat.History.RemoveRange(2, 2);

        await chat.SayAsync("insult instead");

        chat.Model.Calls[^1].Instructions.Should().Contain(Support, "a hold is released only by calm turns and time, or by the host");
    }

    [Test]
    public async Task R5_reinstating_a_conversation_keeps_the_hold()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult", "crisis");
        await chat.Guard.EndAsync("conversation-1");

        var status = await chat.Guard.ReinstateAsync("conversation-1");

        status.State.Should().BeEquivalentTo(new { IsCrisisHold = true, Phase = ConversationPhase.Engaged });
        status.Ending.Should().BeNull();
    }

    [Test]
    public async Task R5_the_guard_can_answer_a_crisis_itself()
    {
        await using var chat = new GuardedChat(path, options => options.RedirectionStyle = RedirectionStyle.Reply);

        var crisis = await chat.SayAsync("crisis");
        var next = await chat.SayAsync("insult");

        crisis.Text.Should().Contain("glad that you wrote this").And.Contain(Resources);
        next.Text.Should().Be("Reply 1", "someone at risk talks to the model, not to a wall");
        chat.Model.Calls.Should().ContainSingle().Which.Instructions.Should().Contain(Support);
    }

    [Test]
    public async Task R5_a_classifier_that_is_unsure_but_sees_a_crisis_is_believed()
    {
        var unsure = new MessageClassification([new(HarmCategory.SelfHarmIntent, 0.9), new(HarmCategory.Harassment, 0.9)], isUnsure: true);
        await using var chat = new GuardedChat(path, register: services => services.AddClassifier(_ => unsure));

        var response = await chat.SayAsync("anything");

        response.Text.Should().Contain(Resources);
    }

    [Test]
    public async Task R5_the_event_says_that_the_conversation_is_on_hold()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("crisis", "insult");

        chat.Observer.Of(GuardEventKind.TurnDecided).Should().HaveCount(2).And.OnlyContain(one => one.IsCrisisHold && one.RuleIds.Contains("R5"));
    }
}
