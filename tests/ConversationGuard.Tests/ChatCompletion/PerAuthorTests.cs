using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Tests.ChatCompletion;

[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class PerAuthorTests(ChatPath path)
{
    [Test]
    public async Task R11_one_participant_is_redirected_warned_and_ended_and_the_others_go_on()
    {
        await using var chat = NewChat();

        (await SayAsync(chat, By("ann", "hello"))).Text.Should().Be("Reply 1");
        (await SayAsync(chat, By("bob", "insult one"))).Text.Should().Be("Reply 2");
        (await SayAsync(chat, By("ann", "please stop"))).Text.Should().Be("Reply 3");
        (await SayAsync(chat, By("bob", "insult two"))).Text.Should().Be("Reply 4");
        (await SayAsync(chat, By("bob", "insult three"))).Text.Should().Contain("may be ended");
        var ended = await EndsAtAsync(chat, By("bob", "insult four"));
        (await SayAsync(chat, By("ann", "back to work"))).Text.Should().Be("Reply 6");

        ended.Should().BeEquivalentTo(new { Reason = EndReason.PersistentAbuse, IsRepeat = false, ConversationKey = ConversationKeys.OfAuthor("conversation-1", "bob") });
        chat.Model.Calls.Select(call => call.Instructions is null).Should().Equal(true, false, true, false, false, true);
    }

    [Test]
    public async Task Status_is_had_by_the_key_of_the_author()
    {
        await using var chat = NewChat();
        await SayAsync(chat, By("ann", "hello"));
        await EndAsync(chat, "bob");

        (await PhaseAsync(chat, "bob")).Should().Be(ConversationPhase.Ended);
        (await PhaseAsync(chat, "ann")).Should().Be(ConversationPhase.Engaged);
        (await chat.StateAsync()).IsClean.Should().BeTrue("nothing is on record under the conversation's own key");
    }

    [Test]
    public async Task R11_a_call_with_nothing_new_but_the_ended_participants_message_is_refused_and_a_mixed_one_passes()
    {
        await using var chat = NewChat();
        await EndAsync(chat, "bob");
        var calls = chat.Model.Calls.Count;

        (await EndsAtAsync(chat, By("bob", "hello?"))).IsRepeat.Should().BeTrue();
        chat.Model.Calls.Should().HaveCount(calls);
        (await SayAsync(chat, By("bob", "hello?"), By("ann", "what do you think?"))).Text.Should().Be($"Reply {calls + 1}");
        (await EndsAtAsync(chat, By("bob", "still me"))).IsRepeat.Should().BeTrue();
    }

    [Test]
    public async Task R11_the_message_that_ends_one_participant_does_not_stop_a_call_in_which_another_speaks()
    {
        await using var chat = NewChat();
        await SayAsync(chat, By("bob", "insult one"));
        await SayAsync(chat, By("bob", "insult two"));
        await SayAsync(chat, By("bob", "insult three"));

        (await SayAsync(chat, By("bob", "insult four"), By("ann", "hello"))).Text.Should().Be("Reply 4");

        (await PhaseAsync(chat, "bob")).Should().Be(ConversationPhase.Ended);
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().ContainSingle().Which.ConversationKey.Should().Be(ConversationKeys.OfAuthor("conversation-1", "bob"));
    }

    [Test]
    public async Task The_strikes_of_several_do_not_add_up()
    {
        await using var chat = NewChat();

        foreach (var name in new[] { "ann", "bob", "cid", "dee", "eve" })
        {
            (await SayAsync(chat, By(name, $"insult of {name}"))).Text.Should().NotContain("may be ended");
        }

        (await PhaseAsync(chat, "ann")).Should().Be(ConversationPhase.Redirecting);
    }

    [Test]
    public async Task Without_the_option_the_strikes_of_several_add_up()
    {
        await using var chat = new GuardedChat(path);
        await SayAsync(chat, By("ann", "insult one"));
        await SayAsync(chat, By("bob", "insult two"));

        (await SayAsync(chat, By("cid", "insult three"))).Text.Should().Contain("may be ended");
    }

    [Test]
    public async Task Messages_without_a_name_are_one_participants()
    {
        await using var chat = NewChat();
        await SayAsync(chat, By(null, "insult one"));
        await SayAsync(chat, By(null, "insult two"));

        (await SayAsync(chat, By(null, "insult three"))).Text.Should().Contain("may be ended");
        (await PhaseAsync(chat, null)).Should().Be(ConversationPhase.Warned);
        (await PhaseAsync(chat, "ann")).Should().Be(ConversationPhase.Engaged);
    }

    [Test]
    public async Task R10_the_same_words_of_two_participants_are_two_turns()
    {
        await using var chat = NewChat();

        await SayAsync(chat, By("ann", "insult"), By("bob", "insult"));

        (await chat.Guard.GetStatusAsync(ConversationKeys.OfAuthor("conversation-1", "ann"))).State.Violations.Should().ContainSingle();
        (await chat.Guard.GetStatusAsync(ConversationKeys.OfAuthor("conversation-1", "bob"))).State.Violations.Should().ContainSingle();
    }

    [Test]
    public async Task R10_a_retry_counts_once_for_each()
    {
        await using var chat = NewChat();
        chat.Model.Before = _ => throw new HttpRequestException();
        for (var i = 0; i < 3; i++)
        {
            var fail = () => SayAsync(chat, By("ann", "insult"), By("bob", "insult two"));
            await fail.Should().ThrowAsync<HttpRequestException>();
        }

        chat.Model.Before = null;
        await SayAsync(chat, By("ann", "insult"), By("bob", "insult two"));

        foreach (var name in new[] { "ann", "bob" })
        {
            (await chat.Guard.GetStatusAsync(ConversationKeys.OfAuthor("conversation-1", name))).State.Violations.Should().ContainSingle();
        }
    }

    [Test]
    public async Task R5_a_crisis_of_one_is_no_hold_for_another_who_is_abusive()
    {
        await using var chat = NewChat();
        (await SayAsync(chat, By("ann", "crisis"))).Text.Should().Contain("findahelpline.com");

        await EndAsync(chat, "bob");

        (await chat.Guard.GetStatusAsync(ConversationKeys.OfAuthor("conversation-1", "ann"))).State.IsCrisisHold.Should().BeTrue();
        (await PhaseAsync(chat, "bob")).Should().Be(ConversationPhase.Ended);
    }

    [Test]
    public async Task R2_a_warning_that_gave_way_to_support_for_another_was_not_delivered_and_is_given_before_any_end()
    {
        await using var chat = NewChat();
        await SayAsync(chat, By("bob", "insult one"));
        await SayAsync(chat, By("bob", "insult two"));

        var support = await SayAsync(chat, By("bob", "insult three"), By("ann", "crisis"));
        var next = await SayAsync(chat, By("bob", "insult four"));

        support.Text.Should().Contain("findahelpline.com").And.NotContain("may be ended");
        next.Text.Should().Contain("may be ended", "nobody is ended without having been warned");
    }

    [Test]
    public async Task R4_of_two_who_are_due_a_warning_in_one_call_the_one_that_was_not_named_is_warned_next()
    {
        await using var chat = NewChat();
        foreach (var text in new[] { "one", "two" })
        {
            await SayAsync(chat, By("ann", "harm " + text));
            await SayAsync(chat, By("bob", "insult " + text));
        }

        var first = await SayAsync(chat, By("ann", "harm three"), By("bob", "insult three"));
        var (named, other, again) = first.Text.Contains("harmful or illegal") ? ("ann", "bob", "insult four") : ("bob", "ann", "harm four");
        var second = await SayAsync(chat, By(other, again));

        first.Text.Should().Contain("may be ended");
        (await PhaseAsync(chat, named)).Should().Be(ConversationPhase.Warned);
        second.Text.Should().Contain("may be ended").And.Contain(other == "bob" ? "insults or harassment" : "harmful or illegal");
    }

    [Test]
    public async Task R5_two_in_a_crisis_at_once_both_see_the_help_resources()
    {
        await using var chat = NewChat();
        await SayAsync(chat, By("ann", "crisis one"));

        (await SayAsync(chat, By("ann", "crisis two"), By("bob", "crisis three"))).Text.Should().Contain("findahelpline.com", "bob has not seen them");
        (await SayAsync(chat, By("ann", "calm"), By("bob", "calm"))).Text.Should().NotContain("findahelpline.com");
    }

    [Test]
    public async Task R10_a_turn_edited_away_no_longer_counts_for_its_author()
    {
        await using var chat = NewChat();
        await SayAsync(chat, By("ann", "hello"));
        await SayAsync(chat, By("bob", "hello"));
        await SayAsync(chat, By("bob", "insult one"));
        await SayAsync(chat, By("ann", "well"));
        await SayAsync(chat, By("bob", "insult two"));
        chat.History.RemoveRange(4, chat.History.Count - 4);

        await SayAsync(chat, By("bob", "something else"));

        (await SayAsync(chat, By("bob", "insult three"))).Text.Should().NotContain("may be ended");
        (await SayAsync(chat, By("bob", "insult four"))).Text.Should().NotContain("may be ended");
        (await SayAsync(chat, By("bob", "insult five"))).Text.Should().Contain("may be ended");
    }

    [Test]
    public async Task Without_a_key_each_participant_is_followed_in_the_transcript()
    {
        await using var chat = NewChat();
        chat.Key = null;
        await SayAsync(chat, By("ann", "hello"));
        await SayAsync(chat, By("bob", "insult one"));
        await SayAsync(chat, By("bob", "insult two"));
        await SayAsync(chat, By("ann", "insult of ann"));

        var warned = await SayAsync(chat, By("bob", "insult three"));
        var ended = await EndsAtAsync(chat, By("bob", "insult four"));
        var calm = await SayAsync(chat, By("ann", "hello"));

        warned.Text.Should().Contain("may be ended");
        ended.Should().BeEquivalentTo(new { Reason = EndReason.PersistentAbuse, ConversationKey = (string?)null });
        calm.Text.Should().Be("Reply 6");
    }

    [Test]
    public async Task R18_Observe_counts_each_participant_and_changes_nothing()
    {
        await using var chat = new GuardedChat(path, options => (options.PerAuthor, options.Mode) = (true, GuardMode.Observe));
        for (var i = 1; i < 6; i++)
        {
            (await SayAsync(chat, By("bob", $"insult {i}"))).Text.Should().Be($"Reply {i}");
        }

        (await PhaseAsync(chat, "bob")).Should().Be(ConversationPhase.Ended);
        (await PhaseAsync(chat, "ann")).Should().Be(ConversationPhase.Engaged);
    }

    [Test]
    public async Task Respond_answers_the_ended_participant_alone()
    {
        await using var chat = new GuardedChat(path, options => (options.PerAuthor, options.EndBehavior) = (true, EndBehavior.Respond));
        for (var i = 1; i < 4; i++)
        {
            await SayAsync(chat, By("bob", $"insult {i}"));
        }

        (await SayAsync(chat, By("bob", "insult 4"))).FinishReason.Should().Be(ConversationGuardChatClient.ConversationEndedFinishReason);
        (await SayAsync(chat, By("ann", "hello"))).Text.Should().Be("Reply 4");
    }

    [Test]
    public async Task The_host_can_end_and_reinstate_one_participant()
    {
        await using var chat = NewChat();
        var bob = ConversationKeys.OfAuthor("conversation-1", "bob");
        await chat.Guard.EndAsync(bob);

        (await EndsAtAsync(chat, By("bob", "hello"))).Reason.Should().Be(EndReason.HostRequest);
        (await SayAsync(chat, By("ann", "hello"))).Text.Should().Be("Reply 1");
        await chat.Guard.ReinstateAsync(bob);
        (await SayAsync(chat, By("bob", "hello"))).Text.Should().Be("Reply 2");
    }

    [Test]
    public async Task A_further_step_of_a_turn_is_no_turn()
    {
        await using var chat = NewChat();
        ChatMessage[] step =
        [
            By("bob", "insult one"),
            new(ChatRole.Assistant, [new FunctionCallContent("1", "look")]),
            new(ChatRole.Tool, [new FunctionResultContent("1", "seen")]),
        ];

        await chat.AskAsync(step[..1]);
        await chat.AskAsync(step);

        (await chat.Guard.GetStatusAsync(ConversationKeys.OfAuthor("conversation-1", "bob"))).State.Violations.Should().ContainSingle();
        chat.Model.Calls.Should().HaveCount(2).And.OnlyContain(call => call.Instructions != null);
    }

    [Test]
    public async Task A_call_without_any_user_text_passes()
    {
        await using var chat = NewChat();

        (await chat.AskAsync([new ChatMessage(ChatRole.System, "Begin.")])).Text.Should().Be("Reply 1");
        chat.Store.Reads.Should().Be(0);
    }

    [Test]
    public async Task R19_no_name_and_no_text_is_stored_in_a_record()
    {
        await using var chat = NewChat();
        await EndAsync(chat, "bobby-tables");

        chat.Store.Written.Should().NotBeEmpty();
        foreach (var ledger in chat.Store.Written)
        {
            System.Text.Json.JsonSerializer.Serialize(ledger.Entries).Should().NotContain("bobby").And.NotContain("insult one");
        }
    }

    private GuardedChat NewChat() => new(path, options => options.PerAuthor = true);

    private static ChatMessage By(string? author, string text) => new(ChatRole.User, text) { AuthorName = author };

    private static async Task<ChatResponse> SayAsync(GuardedChat chat, params ChatMessage[] messages)
    {
        var response = await chat.AskAsync([.. chat.History, .. messages]);
        chat.History.AddRange([.. messages, .. response.Messages]);
        return response;
    }

    private static async Task<ConversationEndedException> EndsAtAsync(GuardedChat chat, params ChatMessage[] messages)
    {
        var say = () => SayAsync(chat, messages);
        return (await say.Should().ThrowAsync<ConversationEndedException>()).Which;
    }

    private static async Task EndAsync(GuardedChat chat, string author)
    {
        foreach (var text in new[] { "insult one", "insult two", "insult three" })
        {
            await SayAsync(chat, By(author, text));
        }

        await EndsAtAsync(chat, By(author, "insult four"));
    }

    private static async Task<ConversationPhase> PhaseAsync(GuardedChat chat, string? author) =>
        (await chat.Guard.GetStatusAsync(ConversationKeys.OfAuthor("conversation-1", author))).State.Phase;
}
