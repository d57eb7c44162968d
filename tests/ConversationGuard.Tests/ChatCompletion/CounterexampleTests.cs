using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Hosting;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Tests.ChatCompletion;

/// <summary>Conversations that broke a rule once, found among random ones.</summary>
[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class CounterexampleTests(ChatPath path)
{
    private static readonly Func<CancellationToken, Task> _fails = _ => throw new HttpRequestException("The provider is down.");

    [Test]
    public async Task R10_regenerating_a_text_typed_twice_in_a_trimmed_history_does_not_end()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult", "insult");
        chat.History.RemoveRange(0, 2);

        var again = await chat.RegenerateAsync();

        again.Text.Should().Contain("may be ended", "the decision is repeated");
        (await chat.StateAsync()).Violations.Should().HaveCount(3);
    }

    [Test]
    public async Task R9_a_warning_whose_violation_was_forgiven_is_not_repeated()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two");
        chat.History.Add(new(ChatRole.User, "insult three"));
        chat.Model.Before = _fails;
        await chat.Awaiting(it => it.RegenerateAsync()).Should().ThrowAsync<HttpRequestException>();
        chat.Model.Before = null;
        chat.Time.Advance(TimeSpan.FromHours(4));

        (await chat.SayAsync("insult four")).Text.Should().NotContain("may be ended");
    }

    [Test]
    public async Task R11_regenerating_on_a_branch_from_before_the_violations_is_not_refused()
    {
        await using var chat = new GuardedChat(path, options => (options.Redirections, options.CalmTurnsToForgive) = (1, 1));
        await chat.SayAllAsync("hello", "insult a", "calm b", "calm c", "insult d", "insult e");
        await chat.EndsAtAsync("insult f");
        chat.History.RemoveRange(2, chat.History.Count - 2);
        await chat.SayAsync("insult elsewhere");

        (await chat.RegenerateAsync()).Text.Should().NotContain("ended");
    }

    [Test]
    public async Task R10_an_edit_is_known_as_one_behind_a_failed_turn_that_the_host_kept()
    {
        await using var chat = new GuardedChat(path, options => options.Redirections = 1);
        await chat.SayAllAsync("hello", "insult one");
        chat.History.Add(new(ChatRole.User, "unsure"));
        chat.History.Add(new(ChatRole.User, "insult kept"));
        chat.Model.Before = _fails;
        await chat.Awaiting(it => it.RegenerateAsync()).Should().ThrowAsync<HttpRequestException>();
        chat.Model.Before = null;
        var warned = await chat.SayAsync("insult three");
        chat.History.RemoveRange(chat.History.Count - 2, 2);

        warned.Text.Should().Contain("may be ended");
        await chat.Awaiting(it => it.SayAsync("insult instead")).Should().NotThrowAsync("the warning was edited away");
    }

    [Test]
    public async Task R10_an_edit_is_known_as_one_after_the_first_turn_of_all_failed_and_was_dropped()
    {
        await using var chat = new GuardedChat(path);
        chat.Model.Before = _fails;
        await chat.Awaiting(it => it.SayAsync("insult lost")).Should().ThrowAsync<HttpRequestException>();
        chat.Model.Before = null;
        await chat.SayAllAsync("insult one", "insult two");
        chat.History.RemoveRange(2, 2);

        var edited = await chat.SayAsync("insult instead");

        edited.Text.Should().NotContain("may be ended", "on this branch one redirection failed");
    }

    [Test]
    public async Task R1_the_host_ends_a_conversation_on_every_branch_though_one_had_ended_before()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one", "insult two", "insult three");
        await chat.EndsAtAsync("insult four");
        chat.History.RemoveRange(2, chat.History.Count - 2);
        await chat.SayAsync("good day");

        await chat.Guard.EndAsync("conversation-1");

        var refused = await chat.EndsAtAsync("good day again");
        refused.Should().BeEquivalentTo(new { IsRepeat = true, Reason = EndReason.HostRequest });
    }

    [Test]
    public async Task R5_going_back_to_the_id_before_a_crisis_releases_no_hold()
    {
        await using var chat = new GuardedChat(path) { Key = null };
        chat.Model.Respond = (_, _) => new ChatResponse(new ChatMessage(ChatRole.Assistant, "Reply")) { ConversationId = $"conv-{chat.Model.Calls.Count}" };
        await chat.SendAsync("insult");
        chat.ConversationId = "conv-1";
        await chat.SendAsync("crisis");

        await chat.SendAsync("insult instead");

        chat.Model.Calls[^1].Instructions.Should().Contain("Be warm, calm and supportive");
    }

    [Test]
    public async Task R8_a_step_of_an_unsure_turn_delivers_no_redirection_of_a_turn_that_failed()
    {
        await using var chat = new GuardedChat(path) { Key = null, ConversationId = "thread-1" };
        chat.Model.Before = _fails;
        await chat.Awaiting(it => it.SendAsync("insult")).Should().ThrowAsync<HttpRequestException>();
        chat.Model.Before = null;
        chat.Model.Respond = (_, _) => new ChatResponse(new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("1", "look_up")]));
        await chat.SendAsync("unsure");
        chat.Model.Respond = null;

        await chat.AskAsync([new ChatMessage(ChatRole.Tool, [new FunctionResultContent("1", "found")])]);

        chat.Model.Calls[^1].Instructions.Should().BeNull();
        (await chat.StateAsync()).Violations.Should().ContainSingle(entry => !entry.IsDelivered);
    }

    [Test]
    public async Task R6_a_turn_that_nobody_could_judge_releases_no_hold_on_a_new_branch()
    {
        await using var chat = new GuardedChat(path, options => options.CrisisHold = new CrisisHoldOptions { CalmTurns = 1, Time = TimeSpan.Zero });
        await chat.SayAllAsync("hello", "insult one");
        chat.History.RemoveRange(2, 2);
        await chat.SayAllAsync("insult instead", "crisis");

        await chat.SayAsync("unsure");

        chat.Model.Calls[^1].Instructions.Should().Contain("Be warm, calm and supportive");
    }

    [Test]
    public async Task R10_a_calm_message_beside_an_insult_forgives_nothing_when_the_reply_is_made_again()
    {
        await using var chat = new GuardedChat(path, options => options.CalmTurnsToForgive = 1);
        chat.History.AddRange([new(ChatRole.User, "calm"), new(ChatRole.User, "insult")]);

        for (var i = 0; i < 3; i++)
        {
            await chat.RegenerateAsync();
        }

        (await chat.StateAsync()).Violations.Should().ContainSingle();
        chat.Observer.Of(GuardEventKind.TurnDecided).Where(one => !one.IsRepeat).Should().HaveCount(2);
    }

    [Test]
    public async Task R10_an_insult_that_a_calm_message_beside_it_released_is_not_counted_when_the_reply_is_made_again()
    {
        await using var chat = new GuardedChat(path, options => options.CrisisHold = new CrisisHoldOptions { CalmTurns = 1, Time = TimeSpan.Zero });
        await chat.SayAsync("crisis");
        chat.History.AddRange([new(ChatRole.User, "insult"), new(ChatRole.User, "calm")]);
        await chat.RegenerateAsync();

        await chat.RegenerateAsync();

        (await chat.StateAsync()).Violations.Should().BeEmpty();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task R3_calm_words_that_failed_and_are_said_again_later_stand_where_they_are_said_again(bool isHeldByServer)
    {
        await using var chat = new GuardedChat(path);
        if (isHeldByServer)
        {
            (chat.Key, chat.ConversationId) = (null, "thread-1");
        }

        Task Say(string text) => isHeldByServer ? chat.SendAsync(text) : chat.SayAsync(text);
        await Say("insult one");
        chat.Model.Before = _fails;
        await chat.Awaiting(_ => Say("calm")).Should().ThrowAsync<HttpRequestException>();
        chat.Model.Before = null;
        await Say("insult two");
        await Say("calm");

        await Say("insult three");

        chat.Observer.Of(GuardEventKind.TurnDecided).Last().Action.Should().Be(GuardAction.Redirect, "calm words stand between the second and the third");
    }

    [TestCase(2)]
    [TestCase(4)]
    public async Task R10_what_was_edited_away_does_not_count_again_when_the_history_is_trimmed(int trimmed)
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one", "insult two");
        chat.History.RemoveRange(2, 4);
        await chat.SayAsync("insult instead");
        chat.History.RemoveRange(0, trimmed);

        var second = await chat.SayAsync("insult two of this branch");

        second.Text.Should().NotContain("may be ended");
    }

    [Test]
    public async Task R10_what_was_edited_away_in_a_trimmed_history_does_not_count()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one", "insult two");
        chat.History.RemoveRange(0, 2);
        chat.History.RemoveRange(2, 2);

        var second = await chat.SayAsync("insult instead");
        var third = await chat.SayAsync("insult three");

        second.Text.Should().NotContain("may be ended");
        third.Text.Should().Contain("may be ended");
    }

    [Test]
    public async Task R10_back_on_a_branch_of_which_nothing_is_on_record_the_others_insults_do_not_count()
    {
        await using var chat = new GuardedChat(path, options => options.Redirections = 1);
        await chat.SayAllAsync("hello", "calm one", "calm two");
        var old = chat.History.ToList();
        chat.History.RemoveRange(2, 4);
        await chat.SayAllAsync("insult a", "insult b");
        chat.History.Clear();
        chat.History.AddRange(old);

        var first = await chat.SayAsync("insult c");
        var second = await chat.SayAsync("insult d");

        first.Text.Should().NotContain("may be ended");
        second.Text.Should().Contain("may be ended", "the first one here was the one before");
    }

    [Test]
    public async Task R10_an_edit_to_the_very_words_of_a_later_turn_is_no_repetition_of_it()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult a", "insult b");
        (await chat.SayAsync("insult c")).Text.Should().Contain("may be ended");
        chat.History.RemoveRange(2, 6);

        var edited = await chat.SayAsync("insult c");

        edited.Text.Should().NotContain("may be ended");
    }

    [Test]
    public async Task R3_a_calm_turn_that_was_trimmed_from_the_middle_stands_between_two_insults()
    {
        await using var chat = new GuardedChat(path, options => options.Redirections = 1);
        await chat.SayAllAsync("hello", "insult one", "calm");
        chat.History.RemoveRange(4, 2);

        (await chat.SayAsync("insult two")).Text.Should().NotContain("may be ended");
    }

    [Test]
    public async Task R3_a_hold_that_the_host_releases_still_stands_between_two_insults()
    {
        await using var chat = new GuardedChat(path, options => options.Redirections = 1);
        await chat.SayAllAsync("insult one", "crisis");
        await chat.Guard.ReleaseCrisisHoldAsync("conversation-1");

        var second = await chat.SayAsync("insult two");

        second.Text.Should().NotContain("may be ended");
        (await chat.StateAsync()).IsCrisisHold.Should().BeFalse();
    }

    [Test]
    public async Task R10_a_turn_that_the_host_took_back_does_not_count_when_its_reply_is_made_again()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two");
        await chat.Guard.ReinstateAsync("conversation-1");

        await chat.RegenerateAsync();

        (await chat.StateAsync()).Violations.Should().BeEmpty();
    }

    [Test]
    public async Task R10_the_very_words_that_were_edited_away_are_new_when_the_history_is_trimmed_to_nothing()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two", "insult three");
        chat.History.RemoveRange(2, 4);
        await chat.SayAsync("insult instead of two");
        chat.History.Clear();
        var judged = chat.Classifier.Calls;

        var third = await chat.SayAsync("insult three");

        chat.Classifier.Calls.Should().Be(judged + 1, "it is said for the first time here");
        third.Text.Should().Contain("may be ended", "it is the third one of this branch");
        (await chat.StateAsync()).Violations.Should().HaveCount(3);
    }

    [Test]
    public async Task R2_R10_a_warning_that_was_edited_away_warned_nobody_when_its_words_are_said_again_in_a_trimmed_history()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one", "insult two", "insult three");
        chat.History.RemoveRange(2, 6);
        await chat.SayAsync("calm instead");
        chat.History.Clear();

        (await chat.SayAsync("insult three")).Text.Should().NotContain("may be ended");
        (await chat.SayAsync("insult four")).Text.Should().NotContain("may be ended");
    }

    [Test]
    public async Task R10_of_two_messages_made_again_in_a_trimmed_history_none_is_counted_again_though_the_first_was_said_twice()
    {
        await using var chat = new GuardedChat(path, options => (options.Redirections, options.CalmTurnsToForgive) = (1, 1));
        await chat.SayAsync("insult one");
        chat.History.Add(new(ChatRole.User, "insult two"));
        await FailsAsync(chat, [.. chat.History]);
        await FailsAsync(chat, [.. chat.History, new(ChatRole.User, "insult two")]);
        chat.History.RemoveAt(0);
        await chat.SayAsync("insult three");

        await chat.RegenerateAsync();

        (await chat.StateAsync()).Violations.Should().HaveCount(3);
    }

    [Test]
    public async Task R10_messages_sent_together_are_not_counted_again_though_the_first_of_them_is_not_on_record()
    {
        await using var chat = new GuardedChat(path, options => options.CalmTurnsToForgive = 2);
        ChatMessage[] together = [new(ChatRole.User, "calm two"), new(ChatRole.User, "insult a"), new(ChatRole.User, "insult b")];
        await chat.SayAsync("insult one");
        chat.History.Clear();
        await chat.SayAsync("calm one");
        await FailsAsync(chat, [.. chat.History, .. together]);
        ChatMessage unsure = new(ChatRole.User, "unsure");
        var reply = await chat.AskAsync([.. chat.History, .. together, unsure]);
        await FailsAsync(chat, [.. chat.History, .. together, unsure, .. reply.Messages, new(ChatRole.User, "insult c")]);

        await chat.AskAsync([.. chat.History, .. together, new(ChatRole.User, "insult d")]);

        (await chat.StateAsync()).Violations.Should().HaveCount(3, "two were sent together, and one instead of what followed");
    }

    [Test]
    public async Task R10_an_insult_made_again_in_a_trimmed_history_that_shows_a_forgiven_one_of_the_same_words_counts_once()
    {
        await using var chat = new GuardedChat(path, options => (options.Redirections, options.CalmTurnsToForgive) = (1, 1));
        await chat.SayAllAsync("hello", "insult", "calm", "insult");
        chat.History.RemoveRange(0, 2);

        (await chat.RegenerateAsync()).Text.Should().NotContain("may be ended");

        (await chat.StateAsync()).Violations.Should().ContainSingle();
    }

    [Test]
    public async Task R3_calm_words_said_again_to_a_server_stand_where_they_were_said_too()
    {
        await using var chat = new GuardedChat(path) { Key = null, ConversationId = "conv-1" };
        await chat.SendAsync("insult one");
        await chat.SendAsync("insult two");
        await FailsAsync(chat, [new(ChatRole.User, "calm")]);
        await FailsAsync(chat, [new(ChatRole.User, "insult three")]);
        await chat.SendAsync("unsure");
        await chat.SendAsync("calm");

        var fourth = await chat.SendAsync("insult four");

        fourth.Text.Should().NotContain("may be ended", "calm words followed the second redirection");
    }

    [Test]
    public async Task R3_a_reply_to_a_server_that_comes_after_another_insult_is_no_redirection_before_it()
    {
        await using var chat = new GuardedChat(path) { Key = null, ConversationId = "conv-1" };
        await FailsAsync(chat, [new(ChatRole.User, "insult one")]);
        await FailsAsync(chat, [new(ChatRole.User, "insult two")]);

        await chat.SendAsync("insult one");

        (await chat.StateAsync()).Should().Match<ConversationState>(state => state.FailedRedirections == 0 && state.Violations.Count == 2);
    }

    [Test]
    public async Task R3_messages_sent_to_a_server_again_in_another_order_stand_in_that_order()
    {
        await using var chat = new GuardedChat(path) { Key = null, ConversationId = "conv-1" };
        await FailsAsync(chat, [new(ChatRole.User, "insult one")]);
        await FailsAsync(chat, [new(ChatRole.User, "insult two")]);

        await chat.SendAsync("insult two", "insult one");

        (await chat.StateAsync()).Should().Match<ConversationState>(state => state.FailedRedirections == 0 && state.Violations.Count == 2);
    }

    [Test]
    public async Task R10_a_message_sent_to_a_server_again_after_another_one_is_told_of_as_a_repeat()
    {
        await using var chat = new GuardedChat(path) { Key = null, ConversationId = "conv-1" };
        await FailsAsync(chat, [new(ChatRole.User, "insult one")]);
        await FailsAsync(chat, [new(ChatRole.User, "insult two")]);

        await chat.SendAsync("insult one");

        chat.Observer.Of(GuardEventKind.TurnDecided).Select(told => told.IsRepeat).Should().Equal(false, false, true);
        (await chat.StateAsync()).Violations.Should().HaveCount(2);
    }

    [Test]
    public async Task R3_calm_words_sent_to_a_server_again_behind_an_insult_stand_behind_it()
    {
        await using var chat = new GuardedChat(path, options => options.Redirections = 1) { Key = null, ConversationId = "conv-1" };
        await FailsAsync(chat, [new(ChatRole.User, "insult one")]);
        await FailsAsync(chat, [new(ChatRole.User, "calm")]);
        await FailsAsync(chat, [new(ChatRole.User, "insult two")]);
        await chat.SendAsync("insult two", "calm");

        (await chat.SendAsync("insult three")).Text.Should().NotContain("may be ended");
    }

    [TestCase(null)]
    [TestCase("m1")]
    public async Task R3_calm_words_that_a_host_kept_still_stand_before_an_insult_that_it_dropped(string? messageId)
    {
        await using var chat = new GuardedChat(path) { Key = null, ConversationId = "conv-1" };
        ChatMessage calm = new(ChatRole.User, "calm") { MessageId = messageId };
        await chat.SendAsync("insult one");
        await chat.SendAsync("insult two");
        await FailsAsync(chat, [calm]);
        await FailsAsync(chat, [calm, new(ChatRole.User, "insult three")]);

        var third = await chat.AskAsync([calm, new(ChatRole.User, "insult four")]);

        third.Text.Should().NotContain("may be ended");
    }

    [Test]
    public async Task R5_calm_words_that_a_host_kept_release_no_hold_twice()
    {
        await using var chat = new GuardedChat(path, options => options.CrisisHold = new CrisisHoldOptions { CalmTurns = 2, Time = TimeSpan.Zero }) { Key = null, ConversationId = "conv-1" };
        await chat.SendAsync("crisis");
        await FailsAsync(chat, [new(ChatRole.User, "calm")]);
        await FailsAsync(chat, [new(ChatRole.User, "calm"), new(ChatRole.User, "unsure")]);

        await chat.SendAsync("calm", "insult");

        (await chat.StateAsync()).Should().Match<ConversationState>(state => state.IsCrisisHold && state.Violations.Count == 0);
    }

    [Test]
    public async Task R5_a_crisis_whose_words_were_said_before_begins_a_hold_anew()
    {
        await using var chat = new GuardedChat(path, options => options.CrisisHold = new CrisisHoldOptions { CalmTurns = 1, Time = TimeSpan.Zero }) { Key = null, ConversationId = "conv-1" };
        await chat.SendAsync("insult");
        await FailsAsync(chat, [new(ChatRole.User, "crisis")]);
        await chat.SendAsync("calm");
        (await chat.StateAsync()).IsCrisisHold.Should().BeFalse();

        await chat.SendAsync("crisis");

        (await chat.StateAsync()).IsCrisisHold.Should().BeTrue();
    }

    [Test]
    public async Task R5_what_was_said_in_a_hold_is_not_held_against_anyone_when_it_is_sent_to_a_server_again_later()
    {
        await using var chat = new GuardedChat(path, options => options.CrisisHold = new CrisisHoldOptions { CalmTurns = 1, Time = TimeSpan.Zero }) { Key = null, ConversationId = "conv-1" };
        await chat.SendAsync("insult before");
        await chat.SendAsync("crisis");
        await FailsAsync(chat, [new(ChatRole.User, "insult")]);
        await chat.SendAsync("calm");

        await chat.SendAsync("insult");

        (await chat.StateAsync()).Should().Match<ConversationState>(state => !state.IsCrisisHold && state.Violations.Count == 1);
    }

    [Test]
    public async Task R11_the_turn_that_ended_sent_to_a_server_again_is_refused_as_before()
    {
        await using var chat = new GuardedChat(path) { Key = null, ConversationId = "conv-1" };
        foreach (var text in new[] { "insult one", "insult two", "insult three" })
        {
            await chat.SendAsync(text);
        }

        await chat.Awaiting(it => it.SendAsync("insult four", "unsure")).Should().ThrowAsync<ConversationEndedException>();

        (await chat.Awaiting(it => it.SendAsync("insult four")).Should().ThrowAsync<ConversationEndedException>()).Which.IsRepeat.Should().BeTrue();
    }

    [Test]
    public async Task R11_refused_words_that_a_host_keeps_do_not_open_what_has_ended_though_they_were_said_before()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult one", "insult three");
        await chat.EndsAtAsync("insult four");
        chat.History.AddRange([new(ChatRole.User, "insult one"), new(ChatRole.Assistant, "This conversation has ended.")]);

        (await chat.EndsAtAsync("insult five")).IsRepeat.Should().BeTrue();
    }

    [Test]
    public async Task R10_who_goes_back_behind_a_forgiven_insult_does_not_stand_behind_the_same_words_said_later()
    {
        await using var chat = new GuardedChat(path, options => (options.Redirections, options.CalmTurnsToForgive) = (1, 1));
        await chat.SayAllAsync("hello", "insult one", "calm");
        (await chat.StateAsync()).Violations.Should().BeEmpty("it is forgiven");
        await chat.SayAsync("insult one");
        chat.History.RemoveRange(4, 4);

        var next = await chat.SayAsync("insult two");

        next.Text.Should().NotContain("may be ended", "what was forgiven does not count, and what came behind it was edited away");
    }

    [Test]
    public async Task R11_who_goes_back_to_before_a_wish_stands_there_though_the_yes_that_ended_it_was_said_there_too()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "yes", "what else is there", "I want to end this conversation");
        await chat.EndsAtAsync("yes");
        chat.History.RemoveRange(4, chat.History.Count - 4);

        (await chat.SayAsync("tell me more")).FinishReason.Should().NotBe(ConversationGuardChatClient.ConversationEndedFinishReason);
    }

    [Test]
    public async Task R5_an_earlier_signal_that_is_sent_again_after_a_later_one_holds_from_then_on()
    {
        await using var chat = new GuardedChat(path, options => options.CrisisHold = new CrisisHoldOptions { CalmTurns = 1, Time = TimeSpan.FromMinutes(10) });
        await chat.SayAllAsync("hello", "crisis one", "calm", "crisis two");
        chat.Time.Advance(TimeSpan.FromMinutes(70));
        chat.History.RemoveRange(2, chat.History.Count - 2);
        await chat.SayAllAsync("crisis one", "calm again");

        (await chat.StateAsync()).IsCrisisHold.Should().BeTrue("a minute ago they wrote it again");
    }

    [Test]
    public async Task R10_a_turn_made_again_behind_a_new_one_is_known_when_the_call_is_made_once_more()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two", "insult three");
        ChatMessage[] messages = [new(ChatRole.User, "insult new"), new(ChatRole.User, "insult two")];
        await chat.AskAsync(messages);
        var (judged, counted) = (chat.Classifier.Calls, (await chat.StateAsync()).Violations.Count);

        await chat.AskAsync(messages);

        chat.Classifier.Calls.Should().Be(judged);
        (await chat.StateAsync()).Violations.Should().HaveCount(counted);
    }

    [Test]
    public async Task R10_a_forgiven_insult_that_stands_beside_the_newest_message_again_does_not_count_again()
    {
        await using var chat = new GuardedChat(path, options => options.CalmTurnsToForgive = 1);
        await chat.SayAllAsync("insult one", "calm", "insult two");

        await chat.AskAsync([new(ChatRole.User, "insult one"), new(ChatRole.User, "insult three")]);

        chat.Observer.Events.Should().NotContain(one => one.Action == GuardAction.Warn);
        (await chat.StateAsync()).Violations.Should().HaveCount(1, "only what is said instead counts on this branch");
    }

    [Test]
    public async Task R6_R13_the_model_ends_nothing_at_a_turn_that_nobody_could_judge_and_that_is_asked_about_again_after_a_tool()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two", "insult three");
        ChatMessage[] tools = [new(ChatRole.Assistant, [new FunctionCallContent("1", "clock")]), new(ChatRole.Tool, [new FunctionResultContent("1", "noon")])];
        ChatMessage unsure = new(ChatRole.User, "unsure");
        await chat.AskAsync([.. chat.History, unsure]);
        chat.Model.Says(ModelScript.AsksForTheEnd(callId: "end-1"), ModelScript.AsksForTheEnd(callId: "end-2"), ModelScript.Text("Let us go on."));

        (await chat.AskAsync([.. chat.History, unsure, .. tools])).Text.Should().Be("Let us go on.");

        (await chat.StateAsync()).Phase.Should().NotBe(ConversationPhase.Ended);
    }

    [Test]
    public async Task R5_what_was_said_in_a_hold_is_not_held_against_anyone_when_the_host_releases_it_though_a_calm_turn_failed_between()
    {
        await using var chat = new GuardedChat(path, options => options.CrisisHold = new CrisisHoldOptions { CalmTurns = 1, Time = TimeSpan.Zero });
        await chat.SayAllAsync("insult one", "crisis");
        await FailsAsync(chat, [.. chat.History, new(ChatRole.User, "calm")]);
        await chat.SayAsync("insult two");

        await chat.Guard.ReleaseCrisisHoldAsync(chat.Key!);

        (await chat.StateAsync()).Violations.Should().HaveCount(1, "the second was said in a hold");
    }

    [Test]
    public async Task R10_an_edit_is_known_after_the_first_call_failed_and_its_last_words_are_said_again()
    {
        await using var chat = new GuardedChat(path, options => options.CalmTurnsToForgive = 1);
        await FailsAsync(chat, [new(ChatRole.User, "insult"), new(ChatRole.User, "calm")]);
        await chat.SayAllAsync("calm", "insult one", "insult two", "insult three");
        chat.History.RemoveRange(2, chat.History.Count - 2);

        (await chat.SayAsync("insult instead")).Text.Should().NotContain("may be ended", "nothing is left of what was edited away");
    }

    [Test]
    public async Task R5_a_signal_that_the_host_released_before_it_was_answered_holds_when_it_is_sent_again()
    {
        await using var chat = new GuardedChat(path);
        await FailsAsync(chat, [new(ChatRole.User, "crisis")]);
        await chat.Guard.ReleaseCrisisHoldAsync(chat.Key!);

        await chat.SayAsync("crisis");

        (await chat.StateAsync()).IsCrisisHold.Should().BeTrue("nobody has helped them yet");
    }

    [Test]
    public async Task R5_a_signal_that_the_host_released_holds_when_it_is_said_again_in_a_trimmed_history()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAsync("crisis");
        await chat.Guard.ReleaseCrisisHoldAsync(chat.Key!);
        chat.History.Clear();

        await chat.SayAsync("crisis");

        (await chat.StateAsync()).IsCrisisHold.Should().BeTrue();
    }

    [Test]
    public async Task R5_where_the_history_does_not_show_whether_a_hold_was_released_it_holds()
    {
        await using var chat = new GuardedChat(path, options =>
            (options.Redirections, options.CalmTurnsToForgive, options.CrisisHold) = (1, 1, new CrisisHoldOptions { CalmTurns = 1, Time = TimeSpan.Zero }));
        await chat.SayAllAsync("insult one", "insult two");
        chat.History.Clear();
        await chat.SayAllAsync("crisis", "calm");
        chat.History.Clear();
        await chat.SayAsync("crisis");

        (await chat.SayAsync("insult three")).Text.Should().NotContain("may be ended", "they have just said again that they are at risk");
    }

    [Test]
    public async Task R10_words_of_a_call_that_failed_make_no_redirection_fail_that_came_after_it()
    {
        await using var chat = new GuardedChat(path, options => (options.Redirections, options.CalmTurnsToForgive) = (1, 1));
        await FailsAsync(chat, [new(ChatRole.User, "insult one")]);
        await FailsAsync(chat, [new(ChatRole.User, "insult one"), new(ChatRole.User, "insult two")]);
        await chat.SayAsync("insult one");
        chat.History.Clear();
        await chat.SayAsync("calm");

        (await chat.SayAsync("insult three")).Text.Should().NotContain("may be ended", "the one redirection was followed by a calm turn");
    }

    [Test]
    public async Task R10_a_forgiven_insult_beside_the_newest_message_is_known_when_what_came_before_it_was_trimmed()
    {
        await using var chat = new GuardedChat(path, options => options.CalmTurnsToForgive = 1);
        await chat.SayAllAsync("hello", "insult one", "calm", "insult two");
        ChatMessage[] messages = [new(ChatRole.User, "insult one"), new(ChatRole.User, "insult instead")];
        await FailsAsync(chat, [.. chat.History.Take(2), .. messages]);
        var judged = chat.Classifier.Calls;

        await chat.AskAsync(messages);

        chat.Classifier.Calls.Should().Be(judged);
        (await chat.StateAsync()).Violations.Should().HaveCount(1);
    }

    [Test]
    public async Task R10_what_is_asked_about_again_after_the_host_reinstated_counts_once_though_refused_words_of_the_same_text_were_kept()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAsync("I want to end this conversation");
        await chat.EndsAtAsync("yes");
        await chat.Guard.ReinstateAsync(chat.Key!);
        ChatMessage[] messages = [.. chat.History.Take(2), new(ChatRole.User, "insult"), new(ChatRole.Assistant, "hm"), new(ChatRole.User, "insult"), new(ChatRole.User, "insult two")];
        await chat.AskAsync(messages);
        var judged = chat.Classifier.Calls;

        await chat.AskAsync(messages);

        chat.Classifier.Calls.Should().Be(judged);
        (await chat.StateAsync()).Violations.Should().HaveCount(2);
    }

    [Test]
    public async Task R10_words_said_behind_the_same_refused_ones_count_once_when_the_call_is_made_again_though_the_first_message_was_edited()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAsync("insult one");
        chat.History.Clear();
        await chat.SayAllAsync("hello", "insult two");
        await chat.Guard.EndAsync(chat.Key!);
        await chat.EndsAtAsync("insult refused");
        await chat.Guard.ReinstateAsync(chat.Key!);
        ChatMessage[] messages = [.. chat.History, new(ChatRole.User, "insult refused"), new(ChatRole.Assistant, "hm"), new(ChatRole.User, "insult refused")];
        await FailsAsync(chat, messages);
        var (judged, counted) = (chat.Classifier.Calls, (await chat.StateAsync()).Violations.Count);

        await chat.AskAsync(messages);

        chat.Classifier.Calls.Should().Be(judged);
        (await chat.StateAsync()).Violations.Should().HaveCount(counted);
    }

    [Test]
    public async Task R10_what_was_taken_back_does_not_count_when_it_is_sent_to_a_server_again_with_other_words()
    {
        await using var chat = new GuardedChat(path) { Key = null, ConversationId = "conv-1" };
        foreach (var text in new[] { "insult one", "insult two", "insult three" })
        {
            await chat.SendAsync(text);
        }

        await chat.Awaiting(it => it.SendAsync("insult four")).Should().ThrowAsync<ConversationEndedException>();
        await chat.Guard.ReinstateAsync(chat.ConversationId!);
        ChatMessage[] messages = [new(ChatRole.User, "insult five"), new(ChatRole.User, "insult four")];
        await FailsAsync(chat, messages);
        var counted = (await chat.StateAsync()).Violations.Count;

        await chat.AskAsync(messages);

        (await chat.StateAsync()).Violations.Should().HaveCount(counted);
    }

    [Test]
    public async Task R12_a_wish_that_is_sent_to_a_server_again_with_calm_words_after_it_is_not_the_newest()
    {
        await using var chat = new GuardedChat(path) { Key = null, ConversationId = "conv-1" };
        ChatMessage wish = new(ChatRole.User, "I want to end this conversation"), calm = new(ChatRole.User, "calm");
        await FailsAsync(chat, [wish, calm]);
        await FailsAsync(chat, [wish, calm, new(ChatRole.User, "insult")]);
        ChatMessage[] again = [wish, calm, new(ChatRole.User, "calm two")];
        await FailsAsync(chat, again);
        await FailsAsync(chat, again);

        (await chat.AskAsync([new(ChatRole.Tool, [new FunctionResultContent("1", "noon")])])).Text.Should().NotContain("That is final");
    }

    [Test]
    public async Task R3_calm_words_said_again_stand_between_two_insults_though_they_are_sent_with_the_result_of_a_tool_under_an_id_from_before()
    {
        await using var chat = new GuardedChat(path) { Key = null, ConversationId = "conv-1" };
        chat.Model.Respond = (_, _) => new ChatResponse(new ChatMessage(ChatRole.Assistant, "Reply")) { ConversationId = $"conv-{chat.Model.Calls.Count + 1}" };
        foreach (var text in new[] { "insult one", "calm", "insult two" })
        {
            chat.ConversationId = (await chat.SendAsync(text)).ConversationId;
        }

        chat.ConversationId = (await chat.AskAsync([
            new(ChatRole.User, "calm"), new(ChatRole.Assistant, [new FunctionCallContent("1", "clock")]), new(ChatRole.Tool, [new FunctionResultContent("1", "noon")])])).ConversationId;
        chat.ConversationId = (await chat.SendAsync("insult three")).ConversationId;

        (await chat.SendAsync("insult four")).Text.Should().NotContain("may be ended", "one redirection has failed, that of the third");
    }

    [Test]
    public async Task R10_calm_words_said_again_after_an_edit_are_not_taken_for_those_that_were_edited_away_where_that_is_not_milder()
    {
        await using var chat = new GuardedChat(path, options => (options.Redirections, options.CalmTurnsToForgive) = (1, 1));
        await chat.SayAllAsync("insult one", "insult two", "calm");
        chat.History.RemoveRange(2, 4);
        await FailsAsync(chat, [.. chat.History, new(ChatRole.User, "unsure")]);
        await chat.SayAsync("calm");

        (await chat.SayAsync("insult instead")).Text.Should().NotContain("may be ended", "the one redirection on this branch was followed by a calm turn");
    }

    [Test]
    public async Task R12_what_was_taken_back_and_is_sent_to_a_server_again_forgets_a_wish()
    {
        await using var chat = new GuardedChat(path) { Key = null, ConversationId = "conv-1" };
        await FailsAsync(chat, [new(ChatRole.User, "insult")]);
        await chat.Guard.ReinstateAsync(chat.ConversationId!);
        await chat.SendAsync("I want to end this conversation");
        await chat.SendAsync("insult");

        (await chat.SendAsync("yes")).FinishReason.Should().NotBe(ConversationGuardChatClient.ConversationEndedFinishReason);
        (await chat.StateAsync()).Should().Match<ConversationState>(state => !state.IsWishPending && state.Violations.Count == 0);
    }

    [Test]
    public async Task R12_a_wish_is_not_asked_about_after_a_tool_when_what_was_taken_back_was_sent_with_it()
    {
        await using var chat = new GuardedChat(path) { Key = null, ConversationId = "conv-1" };
        await FailsAsync(chat, [new(ChatRole.User, "insult")]);
        await chat.Guard.ReinstateAsync(chat.ConversationId!);
        await FailsAsync(chat, [new(ChatRole.User, "I want to end this conversation"), new(ChatRole.User, "insult")]);

        (await chat.AskAsync([new(ChatRole.Tool, [new FunctionResultContent("1", "noon")])])).Text.Should().NotContain("That is final");
    }

    [Test]
    public async Task R13_what_a_server_is_sent_again_before_a_tool_was_called_still_forgets_a_wish()
    {
        await using var chat = new GuardedChat(path) { Key = null, ConversationId = "conv-1" };
        await chat.SendAsync("insult one", "insult two", "I want to end this conversation");
        await FailsAsync(chat, [new(ChatRole.User, "insult three")]);

        await chat.AskAsync([
            new(ChatRole.User, "insult three"), new(ChatRole.Assistant, [new FunctionCallContent("1", "clock")]), new(ChatRole.Tool, [new FunctionResultContent("1", "noon")]), new(ChatRole.User, "insult one")]);

        chat.Model.Calls[^1].Options?.Tools.Should().BeNullOrEmpty();
    }

    [Test]
    public async Task R10_a_whole_history_whose_first_words_were_said_again_on_another_branch_is_known_as_whole()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one", "hello");
        chat.History.AddRange([new(ChatRole.User, "insult two"), new(ChatRole.User, "insult three")]);
        await chat.RegenerateAsync();
        chat.History.RemoveRange(2, chat.History.Count - 2);

        await chat.SayAllAsync("calm", "insult two", "insult four");

        (await chat.StateAsync()).Violations.Should().HaveCount(2, "that many were said on this branch");
    }

    [Test]
    public async Task R2_R10_what_came_after_a_forgiven_turn_was_edited_away_where_that_one_is_shown_last()
    {
        await using var chat = new GuardedChat(path, options => options.CalmTurnsToForgive = 1);
        await chat.SayAllAsync("hello", "insult forgiven", "calm", "insult one", "insult two", "insult three");
        chat.History.RemoveRange(4, chat.History.Count - 4);
        await chat.SayAllAsync("insult four", "insult five", "insult six");
        chat.History.RemoveRange(4, chat.History.Count - 4);
        chat.History.RemoveRange(0, 2);

        (await chat.SayAsync("insult instead")).Text.Should().NotContain("may be ended");
        (await chat.StateAsync()).Violations.Should().ContainSingle("what is forgiven does not count again");
    }

    [Test]
    public async Task R2_R10_what_came_after_a_forgiven_turn_was_edited_away_where_that_one_stands_beside_the_newest()
    {
        await using var chat = new GuardedChat(path, options => options.CalmTurnsToForgive = 1);
        await chat.SayAllAsync("hello", "insult forgiven", "calm", "insult one", "insult two", "insult three");

        (await chat.SendAsync("insult forgiven", "insult instead")).Text.Should().NotContain("may be ended");
    }

    [TestCase("insult")]
    [TestCase("yes")]
    public async Task R12_R13_what_stands_beside_a_wish_that_is_sent_again_does_not_answer_what_was_asked_about_it(string beside)
    {
        await using var chat = new GuardedChat(path);
        await chat.SendAsync("I want to end this conversation");
        await FailsAsync(chat, [new(ChatRole.User, "I want to end this conversation")]);

        await chat.SendAsync("I want to end this conversation", beside);

        chat.Model.Calls[^1].Options?.Tools.Should().BeNullOrEmpty();
    }

    [Test]
    public async Task R3_words_that_were_refused_are_not_the_same_words_said_later_where_the_history_is_whole()
    {
        await using var chat = new GuardedChat(path, options => options.Redirections = 1);
        await chat.SayAllAsync("insult one", "insult two");
        await chat.EndsAtAsync("insult three");
        await chat.EndsAtAsync("insult again");
        await chat.Guard.ReinstateAsync(chat.Key!);
        chat.History.AddRange([new(ChatRole.User, "insult again"), new(ChatRole.Assistant, "hm")]);
        await chat.SayAllAsync("insult again", "insult four");
        await chat.EndsAtAsync("insult five");
        chat.History.RemoveRange(6, chat.History.Count - 6);

        (await chat.SayAsync("insult instead")).Text.Should().NotContain("may be ended");
    }

    [Test]
    public async Task R10_the_same_calm_words_twice_in_what_a_server_is_sent_again_are_judged_once()
    {
        await using var chat = new GuardedChat(path) { Key = null, ConversationId = "conv-1" };
        await FailsAsync(chat, [new(ChatRole.User, "insult"), new(ChatRole.User, "calm")]);
        ChatMessage[] messages = [new(ChatRole.User, "insult"), new(ChatRole.User, "calm"), new(ChatRole.User, "calm")];
        await FailsAsync(chat, messages);
        var judged = chat.Classifier.Calls;

        await chat.AskAsync(messages);

        chat.Classifier.Calls.Should().Be(judged);
    }

    [Test]
    public async Task R10_an_insult_and_calm_words_said_before_it_too_are_those_made_again_in_a_trimmed_history()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("calm", "calm two", "calm three");
        chat.History.Add(new(ChatRole.User, "insult"));
        await FailsAsync(chat, [.. chat.History]);
        await chat.SayAsync("calm three");
        chat.History.RemoveRange(0, 4);

        await chat.RegenerateAsync();

        (await chat.StateAsync()).Violations.Should().ContainSingle();
    }

    [Test]
    public async Task R3_an_insult_that_was_edited_away_is_not_the_one_said_behind_calm_words_on_record()
    {
        await using var chat = new GuardedChat(path, options => (options.Redirections, options.CalmTurnsToForgive) = (1, 1));
        await chat.SayAllAsync("insult one", "insult two");
        chat.History.RemoveRange(2, 2);
        await chat.SayAllAsync("calm", "calm two");

        (await chat.SayAsync("insult two")).Text.Should().NotContain("may be ended");
    }

    [Test]
    public async Task R12_R13_a_wish_that_was_answered_in_a_history_trimmed_in_the_middle_is_not_asked_about_again()
    {
        await using var chat = new GuardedChat(path, options => options.TimeToForgive = TimeSpan.FromMinutes(20));
        await chat.SayAllAsync("insult one");
        chat.Time.Advance(TimeSpan.FromMinutes(25));
        await chat.SayAllAsync("unsure", "calm", "I want to end this conversation");
        chat.History.RemoveRange(1, 2);
        await chat.SayAsync("insult two");
        chat.History.RemoveRange(1, 2);
        chat.History.RemoveRange(chat.History.Count - 2, 2);

        await chat.SayAsync("insult three");

        chat.Model.Calls[^1].Options?.Tools.Should().BeNullOrEmpty("something may have been said since");
    }

    [Test]
    public async Task R10_words_that_were_forgiven_are_not_those_said_behind_what_is_on_record()
    {
        await using var chat = new GuardedChat(path, options => options.CalmTurnsToForgive = 2);
        await chat.SayAllAsync("insult again", "calm");
        chat.History.Clear();
        await chat.SayAllAsync("calm two", "insult one", "insult again");

        await chat.SayAsync("insult again");

        (await chat.StateAsync()).Violations.Should().HaveCount(3);
    }

    [Test]
    public async Task R10_a_refused_insult_that_was_kept_and_said_again_counts_once_when_its_reply_is_made_again()
    {
        await using var chat = new GuardedChat(path, options => options.Redirections = 1);
        await chat.SayAllAsync("insult one", "insult again");
        await chat.EndsAtAsync("insult three");
        await chat.EndsAtAsync("insult again");
        await chat.Guard.ReinstateAsync(chat.Key!);
        chat.History.Add(new(ChatRole.User, "insult again"));
        await chat.SayAsync("insult again");
        var violations = (await chat.StateAsync()).Violations.Count;

        await chat.RegenerateAsync();

        (await chat.StateAsync()).Violations.Should().HaveCount(violations);
    }

    [Test]
    public async Task R10_a_reply_made_again_after_a_reinstatement_counts_once_where_a_refused_insult_was_kept()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult again");
        await chat.Guard.EndAsync(chat.Key!);
        await chat.EndsAtAsync("insult again");
        await chat.Guard.ReinstateAsync(chat.Key!);
        chat.History.Add(new(ChatRole.User, "insult again"));
        chat.History.Add(new(ChatRole.Assistant, "hm"));
        await chat.SayAllAsync("calm", "insult again");

        await chat.RegenerateAsync();

        (await chat.StateAsync()).Violations.Should().ContainSingle();
    }

    [TestCase("insult one")]
    [TestCase("insult two")]
    [TestCase("insult three")]
    public async Task R10_what_is_typed_after_a_tool_behind_a_refused_insult_counts_once_however_often_its_call_fails(string again)
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one");
        await chat.Guard.EndAsync(chat.Key!);
        await chat.EndsAtAsync("insult two");
        chat.History.Add(new(ChatRole.User, "insult two"));
        await chat.EndsAtAsync("insult three");
        await chat.Guard.ReinstateAsync(chat.Key!);
        ChatMessage[] messages =
            [.. chat.History, new(ChatRole.Assistant, [new FunctionCallContent("1", "clock")]), new(ChatRole.Tool, [new FunctionResultContent("1", "noon")]), new(ChatRole.User, again)];

        await FailsAsync(chat, messages);
        await FailsAsync(chat, messages);
        await chat.AskAsync(messages);

        (await chat.StateAsync()).Violations.Should().ContainSingle();
    }

    [Test]
    public async Task R5_a_signal_said_again_is_what_a_trimmed_history_goes_on_from()
    {
        await using var chat = new GuardedChat(path, options => options.CrisisHold = new CrisisHoldOptions { CalmTurns = 1, Time = TimeSpan.FromMinutes(10) });
        await chat.SayAllAsync("insult one", "crisis", "calm");
        chat.History.Clear();
        chat.Time.Advance(TimeSpan.FromSeconds(1));
        await chat.SayAsync("crisis");
        chat.History.Clear();
        chat.Time.Advance(TimeSpan.FromMinutes(10));

        await chat.SayAsync("insult two");

        chat.Model.Calls[^1].Instructions.Should().Contain("Be warm, calm and supportive");
    }

    [Test]
    public async Task R3_calm_words_said_again_where_all_is_trimmed_part_the_insults_before_and_after_them()
    {
        await using var chat = new GuardedChat(path);
        foreach (var text in new[] { "calm", "insult one", "calm", "insult two" })
        {
            await chat.SayAsync(text);
            chat.History.Clear();
        }

        (await chat.SayAsync("insult three")).Text.Should().NotContain("may be ended");
    }

    [Test]
    public async Task R3_the_same_where_the_first_words_began_a_whole_history()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("calm", "insult one");
        chat.History.Clear();
        await chat.SayAsync("calm");
        chat.History.Clear();
        await chat.SayAsync("insult two");

        (await chat.SayAsync("insult three")).Text.Should().NotContain("may be ended");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task R2_R3_words_that_were_edited_away_and_are_typed_again_where_all_is_trimmed_bring_back_nothing_else(bool trimsAgain)
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one", "insult two", "insult three");
        chat.History.RemoveRange(2, 6);
        await chat.SayAsync("insult instead");
        chat.History.Clear();
        var again = await chat.SayAsync("insult three");
        if (trimsAgain)
        {
            chat.History.Clear();
        }

        var last = () => chat.SayAsync("insult four");

        again.Text.Should().NotContain("may be ended", "it is the second on this branch");
        await last.Should().NotThrowAsync("it is the third");
    }

    private static async Task FailsAsync(GuardedChat chat, ChatMessage[] messages)
    {
        chat.Model.Before = _fails;
        await chat.Awaiting(it => it.AskAsync(messages)).Should().ThrowAsync<HttpRequestException>();
        chat.Model.Before = null;
    }
}
