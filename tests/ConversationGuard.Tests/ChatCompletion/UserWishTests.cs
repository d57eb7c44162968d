using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Hosting;
using ConversationGuard.Termination;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace ConversationGuard.Tests.ChatCompletion;

/// <summary>The user's own wish to end (R12): told that it is final, confirmed by a clear yes, forgotten by anything else.</summary>
[TestFixture(ChatPath.Whole, "conversation-1")]
[TestFixture(ChatPath.Streaming, "conversation-1")]
[TestFixture(ChatPath.Whole, null)]
[TestFixture(ChatPath.Streaming, null)]
public class UserWishTests(ChatPath path, string? key)
{
    private const string Wish = "please end this conversation";

    [Test]
    public async Task R12_a_wish_is_answered_with_what_it_means_and_a_yes_ends_the_conversation()
    {
        await using var chat = Chat();
        await chat.SayAsync("hello");

        var told = await chat.SayAsync(Wish);
        var ended = await chat.EndsAtAsync("yes");

        told.Text.Should().StartWith("Reply 2").And.Contain("That is final").And.Contain("\"yes\"");
        chat.Model.Calls[1].Instructions.Should().Contain("asked to end this conversation");
        ended.Reason.Should().Be(EndReason.UserRequest);
        ended.RuleIds.Should().Equal("R1", "R12");
        ended.Ending.Evidence.Should().HaveCount(2);
        ended.UserMessage.Should().Contain("as you wished");
        chat.Model.Calls.Should().HaveCount(2);
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().ContainSingle();
    }

    [Test]
    public async Task R12_no_or_another_topic_forgets_the_wish([Values("no", "what is the weather", "ok", "unsure hm", "insult one")] string answer)
    {
        await using var chat = Chat();
        await chat.SayAsync(Wish);

        (await chat.SayAsync(answer)).Text.Should().NotContain("final");

        (await chat.SayAsync("yes")).Text.Should().Be("Reply 3");
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().BeEmpty();
    }

    [Test]
    public async Task R12_a_yes_without_a_wish_is_nothing()
    {
        await using var chat = Chat();

        await chat.SayAllAsync("hello", "yes", "yes please");

        chat.Store.Writes.Should().Be(0);
    }

    [Test]
    public async Task R12_a_wish_whose_answer_did_not_reach_the_user_cannot_be_confirmed()
    {
        await using var chat = Chat();
        chat.Model.Before = _ => throw new HttpRequestException("The model is scripted to fail.");
        await chat.Awaiting(it => it.SayAsync(Wish)).Should().ThrowAsync<HttpRequestException>();
        chat.Model.Before = null;

        // This host keeps the turn that failed.
        chat.History.Add(new ChatMessage(ChatRole.User, Wish));
        await chat.SayAsync("yes");

        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().BeEmpty();
    }

    [Test]
    public async Task R10_a_retried_wish_is_answered_again_and_can_then_be_confirmed()
    {
        await using var chat = Chat();
        await chat.SayAsync("hello");
        chat.Model.Before = _ => throw new HttpRequestException("The model is scripted to fail.");
        await chat.Awaiting(it => it.SayAsync(Wish)).Should().ThrowAsync<HttpRequestException>();
        chat.Model.Before = null;

        (await chat.SayAsync(Wish)).Text.Should().Contain("That is final");

        (await chat.EndsAtAsync("yes")).Reason.Should().Be(EndReason.UserRequest);
    }

    [Test]
    public async Task R12_who_writes_again_right_after_the_yes_had_more_to_say()
    {
        await using var chat = Chat();
        await chat.SayAsync(Wish);

        var response = await chat.AskAsync([.. chat.History, new ChatMessage(ChatRole.User, "yes"), new ChatMessage(ChatRole.User, "wait, one more question")]);

        response.Text.Should().Be("Reply 2");
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().BeEmpty();
    }

    [Test]
    public async Task R12_who_says_more_than_the_answer_confirms_nothing_for_the_model_either([Values("what is the weather", "insult one", "unsure hm", "please end this chat")] string before)
    {
        await using var chat = Chat();
        await chat.SayAsync(Wish);

        await chat.AskAsync([.. chat.History, new ChatMessage(ChatRole.User, before), new ChatMessage(ChatRole.User, "and then?")]);

        chat.Model.Calls[1].HasEndTool().Should().BeFalse();
    }

    [Test]
    public async Task R12_a_wish_that_more_was_said_after_was_not_told_that_an_end_is_final()
    {
        await using var chat = Chat();
        var wish = new ChatMessage(ChatRole.User, Wish);
        (await chat.AskAsync([wish, new ChatMessage(ChatRole.User, "what is the weather")])).Text.Should().NotContain("final");

        // The second message is edited.
        await chat.AskAsync([wish, new ChatMessage(ChatRole.User, "yes")]);

        chat.Model.Calls[1].HasEndTool().Should().BeFalse();
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().BeEmpty();
    }

    [Test]
    public async Task R12_where_something_may_have_been_said_after_the_wish_a_yes_ends_nothing()
    {
        await using var chat = Chat();
        await chat.SayAllAsync(Wish, "what is the weather");

        // The host trims the middle; it might as well be an edit.
        chat.History.RemoveRange(1, 2);
        await chat.SayAsync("yes");

        chat.Model.Calls[2].HasEndTool().Should().BeFalse();
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().BeEmpty();
    }

    [Test]
    public async Task R11_a_branch_from_before_the_wish_is_open_whether_the_user_or_the_model_confirmed_it([Values] bool isModel)
    {
        await using var chat = Chat();
        await chat.SayAllAsync("hello", "how are you", Wish);
        if (isModel && key is not null)
        {
            chat.Model.Says(ModelScript.AsksForTheEnd(callId: "end-1"), ModelScript.AsksForTheEnd(callId: "end-2"));
            await chat.EndsAtAsync("do it");
        }
        else
        {
            await chat.EndsAtAsync("yes");
        }

        chat.History.RemoveRange(2, 4);

        (await chat.SayAsync("what is the weather")).Text.Should().StartWith("Reply");
    }

    [Test]
    public async Task R12_a_step_after_a_tool_tells_of_no_end_where_more_was_said_after_the_wish([Values("what is the weather", "unsure hm")] string more)
    {
        await using var chat = Chat();
        chat.Model.Says(ModelScript.Calls("look"));
        ChatMessage[] said = [new(ChatRole.User, Wish), new(ChatRole.User, more)];
        var step = await chat.AskAsync(said);

        var response = await chat.AskAsync([.. said, .. step.Messages, new ChatMessage(ChatRole.Tool, [new FunctionResultContent("look-id", "sunny")])]);

        response.Text.Should().Be("Reply 2");
    }

    [Test]
    public async Task R5_in_a_crisis_hold_nobody_speaks_of_ending_and_a_yes_ends_nothing()
    {
        await using var chat = Chat();
        await chat.SayAsync("crisis");

        (await chat.SayAsync(Wish)).Text.Should().Be("Reply 2");
        (await chat.SayAsync("yes")).Text.Should().Be("Reply 3");

        chat.Model.Calls[1].Instructions.Should().NotContain("asked to end this conversation");
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().BeEmpty();
    }

    [Test]
    public async Task R5_a_crisis_after_the_wish_wins_over_a_yes()
    {
        await using var chat = Chat();
        await chat.SayAllAsync(Wish, "crisis");

        await chat.SayAsync("yes");

        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().BeEmpty();
    }

    [Test]
    public async Task R12_a_guard_that_ends_nothing_by_itself_still_ends_at_the_users_wish()
    {
        await using var chat = Chat(options => options.MostSevereAction = GuardAction.Redirect);
        await chat.SayAsync(Wish);

        (await chat.EndsAtAsync("yes")).Reason.Should().Be(EndReason.UserRequest);
    }

    [Test]
    public async Task R18_a_policy_that_vetoes_the_end_warns_nobody_for_a_wish()
    {
        await using var chat = Chat(register: services => services.AddSingleton<ITerminationPolicy>(new NobodyIsEnded()));
        await chat.SayAsync(Wish);

        (await chat.SayAsync("yes")).Text.Should().Be("Reply 2");
    }

    [Test]
    public async Task R18_the_host_can_leave_wishes_to_the_model()
    {
        await using var chat = Chat(options => options.RecogniseUserWish = false);

        (await chat.SayAsync(Wish)).Text.Should().Be("Reply 1");
        (await chat.SayAsync("yes")).Text.Should().Be("Reply 2");
        chat.Store.Writes.Should().Be(0);
    }

    [Test]
    public async Task R18_an_observing_guard_says_nothing_and_ends_nothing()
    {
        await using var chat = Chat(options => options.Mode = GuardMode.Observe);

        (await chat.SayAsync(Wish)).Text.Should().Be("Reply 1");
        (await chat.SayAsync("yes")).Text.Should().Be("Reply 2");
    }

    [Test]
    public async Task R9_a_wish_is_neither_a_violation_nor_calm()
    {
        await using var chat = Chat();
        await chat.SayAllAsync("insult one", "hello", "how are you", Wish);
        var decided = chat.Observer.Of(GuardEventKind.TurnDecided).Last();

        decided.Turn.Kind.Should().Be(TurnKind.EndWish);
        decided.Phase.Should().Be(ConversationPhase.Redirecting);
        await chat.SayAsync("thanks");
        chat.Observer.Of(GuardEventKind.TurnDecided).Last().Phase.Should().Be(ConversationPhase.Engaged, "the third calm turn takes the violation back");
    }

    [Test]
    public async Task R12_the_notice_is_in_the_users_language()
    {
        await using var chat = Chat(options => options.Culture = "de");

        (await chat.SayAsync("Bitte beende dieses Gespräch.")).Text.Should().Contain("Das ist endgültig");

        (await chat.EndsAtAsync("Ja")).UserMessage.Should().Contain("auf deinen Wunsch");
    }

    [Test]
    public async Task R13_whether_a_wish_is_confirmed_the_model_may_understand_where_the_guard_does_not()
    {
        await using var chat = Chat();
        await chat.SayAsync(Wish);
        chat.Model.Says(ModelScript.AsksForTheEnd(callId: "end-1"), ModelScript.AsksForTheEnd(callId: "end-2"));
        chat.Model.Calls[0].HasEndTool().Should().BeFalse("the user was not told yet that it is final");

        if (key is null)
        {
            // Nothing is on record without a key, so that an end would be forgotten at once.
            await chat.SayAsync("do it, I have had enough for today");
            chat.Model.Calls[1].HasEndTool().Should().BeFalse();
            return;
        }

        var ended = await chat.EndsAtAsync("do it, I have had enough for today");
        ended.Reason.Should().Be(EndReason.UserRequest);
        ended.RuleIds.Should().Equal("R1", "R12", "R13");
        (await chat.EndsAtAsync("hello?")).IsRepeat.Should().BeTrue();
    }

    [Test]
    public async Task R11_an_end_at_the_users_wish_stays()
    {
        await using var chat = Chat();
        await chat.SayAsync(Wish);
        await chat.EndsAtAsync("yes");

        if (key is null)
        {
            // What a transcript shows is all there is: this host keeps the turn that ended it, and what the guard answered.
            chat.History.Add(new ChatMessage(ChatRole.User, "yes"));
            chat.History.Add(new ChatMessage(ChatRole.Assistant, "I have ended this conversation, as you wished."));
        }

        (await chat.EndsAtAsync("hello?")).Should().Match<ConversationEndedException>(ended => ended.IsRepeat && ended.Reason == EndReason.UserRequest);
        chat.Model.Calls.Should().ContainSingle();
    }

    [Test]
    public async Task R11_the_host_can_reinstate_it()
    {
        await using var chat = Chat();
        await chat.SayAsync(Wish);
        await chat.EndsAtAsync("yes");

        if (key is not null)
        {
            await chat.Guard.ReinstateAsync(key);
        }

        (await chat.SayAsync("hello")).Text.Should().Be("Reply 2");
    }

    private GuardedChat Chat(Action<ConversationGuardOptions>? configure = null, Action<IServiceCollection>? register = null) =>
        new(path, configure, register) { Key = key };

    private sealed class NobodyIsEnded : ITerminationPolicy
    {
        public ValueTask<GuardDecision> DecideAsync(TerminationContext context, CancellationToken cancellationToken = default) => new(GuardDecision.Veto(GuardAction.Warn, "HOUSE-2"));
    }
}
