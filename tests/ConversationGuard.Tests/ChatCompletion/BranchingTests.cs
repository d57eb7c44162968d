using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Tests.ChatCompletion;

/// <summary>Edit and retry, found by itself from the presented history.</summary>
[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class BranchingTests(ChatPath path)
{
    [Test]
    public async Task R10_going_back_to_the_old_branch_restores_it()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one", "insult two");
        var old = chat.History.ToList();
        GoBackTo(chat, "hello");
        await chat.SayAsync("please help me");
        await chat.SayAsync("insult on the new branch");

        GoTo(chat, old);

        (await chat.SayAsync("insult three")).Text.Should().Contain("may be ended", "on this branch it is the third");
    }

    [Test]
    public async Task R10_each_branch_goes_its_own_way_however_often_they_are_changed()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult a1");
        var a = chat.History.ToList();
        GoBackTo(chat, "hello");
        await chat.SayAsync("insult b1");
        var b = chat.History.ToList();

        for (var i = 2; i <= 3; i++)
        {
            GoTo(chat, a);
            (await chat.SayAsync($"insult a{i}")).Text.Contains("may be ended").Should().Be(i == 3);
            a = [.. chat.History];
            GoTo(chat, b);
            (await chat.SayAsync($"insult b{i}")).Text.Contains("may be ended").Should().Be(i == 3);
            b = [.. chat.History];
        }

        GoTo(chat, a);
        await chat.EndsAtAsync("insult a4");
        GoTo(chat, b);
        (await chat.SayAsync("sorry")).FinishReason.Should().NotBe(ConversationGuardChatClient.ConversationEndedFinishReason);
        (await chat.EndsAtAsync("insult b4")).IsRepeat.Should().BeFalse();
    }

    [Test]
    public async Task R10_with_message_ids_a_turn_whose_text_was_edited_is_another_turn_if_its_id_is()
    {
        await using var chat = new GuardedChat(path);
        ChatMessage[] kept = [Id("1", "hello"), new(ChatRole.Assistant, "hi")];
        await chat.AskAsync(kept[..1]);
        await chat.AskAsync([.. kept, Id("2", "insult one")]);
        await chat.AskAsync([.. kept, Id("2", "insult one"), new(ChatRole.Assistant, "please"), Id("3", "insult two")]);

        await chat.AskAsync([.. kept, Id("4", "a question")]);
        var insulted = await chat.AskAsync([.. kept, Id("4", "a question"), new(ChatRole.Assistant, "an answer"), Id("5", "insult three")]);

        insulted.Text.Should().NotContain("may be ended");
    }

    [Test]
    public async Task R11_replacing_just_the_turn_that_ended_the_conversation_does_not_open_it()
    {
        await using var chat = new GuardedChat(path);
        await EndAsync(chat);

        foreach (var instead in new[] { "sorry", "insult in other words", "hello" })
        {
            (await chat.EndsAtAsync(instead)).IsRepeat.Should().BeTrue();
        }
    }

    [TestCase("hello")]
    [TestCase("insult one")]
    [TestCase("insult two")]
    public async Task R11_editing_a_turn_that_the_end_rests_on_opens_the_branch(string lastKept)
    {
        await using var chat = new GuardedChat(path);
        await EndAsync(chat);
        GoBackTo(chat, lastKept);

        (await chat.SayAsync("another way")).Text.Should().Be("Reply 5");
        (await chat.SayAsync("and on")).Text.Should().Be("Reply 6");
    }

    [Test]
    public async Task R11_a_branch_starts_with_the_ledger_it_had_there()
    {
        await using var chat = new GuardedChat(path);
        await EndAsync(chat);
        GoBackTo(chat, "insult one");

        (await chat.SayAsync("insult on the branch")).Text.Should().Be("Reply 5", "it is the second one there");
        (await chat.SayAsync("insult on the branch too")).Text.Should().Contain("may be ended", "it is the third one there");
        (await chat.EndsAtAsync("insult on the branch again")).IsRepeat.Should().BeFalse();
    }

    [Test]
    public async Task R11_the_ended_branch_stays_ended_when_it_is_presented_again()
    {
        await using var chat = new GuardedChat(path);
        await EndAsync(chat);
        var ended = chat.History.ToList();
        GoBackTo(chat, "hello");
        await chat.SayAllAsync("another way", "insult there", "and on", "and on and on");

        GoTo(chat, ended);

        (await chat.EndsAtAsync("let me in")).IsRepeat.Should().BeTrue();
        (await chat.EndsAtAsync("insult four")).IsRepeat.Should().BeTrue();
        GoBackTo(chat, "hello");
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().ContainSingle();
    }

    [Test]
    public async Task R10_a_history_of_which_the_middle_was_trimmed_does_not_reset()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one", "insult two");
        chat.History.RemoveRange(2, 2);

        (await chat.SayAsync("insult three")).Text.Should().Contain("may be ended");
        chat.History.RemoveRange(2, 2);
        (await chat.EndsAtAsync("insult four")).IsRepeat.Should().BeFalse();
    }

    [Test]
    public async Task R11_a_history_of_which_the_middle_was_trimmed_does_not_open_what_has_ended()
    {
        await using var chat = new GuardedChat(path);
        await EndAsync(chat);
        chat.History.RemoveRange(2, 2);

        (await chat.EndsAtAsync("sorry")).IsRepeat.Should().BeTrue();
    }

    [Test]
    public async Task R10_where_the_history_is_not_trusted_an_edit_is_ignored()
    {
        await using var chat = new GuardedChat(path, options => options.TrustHistory = false);
        await chat.SayAllAsync("hello", "insult one", "insult two");
        GoBackTo(chat, "hello");

        (await chat.SayAsync("insult three")).Text.Should().Contain("may be ended");
        GoBackTo(chat, "hello");
        await chat.EndsAtAsync("insult four");
        GoBackTo(chat, "hello");
        (await chat.EndsAtAsync("another way")).IsRepeat.Should().BeTrue();
    }

    [Test]
    public async Task R10_where_the_history_is_not_trusted_a_retry_still_counts_once()
    {
        await using var chat = new GuardedChat(path, options => options.TrustHistory = false);
        await chat.SayAllAsync("hello", "insult one");

        for (var i = 0; i < 4; i++)
        {
            await chat.RegenerateAsync();
        }

        (await chat.StateAsync()).Violations.Should().ContainSingle();
    }

    [Test]
    public async Task R5_an_edit_releases_no_hold()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "crisis");
        GoBackTo(chat, "hello");

        await chat.SayAllAsync("insult one", "insult two", "insult three", "insult four", "insult five");

        (await chat.StateAsync()).IsCrisisHold.Should().BeTrue();
    }

    [Test]
    public async Task R9_calm_turns_on_one_branch_forgive_nothing_on_another()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one", "insult two");
        var old = chat.History.ToList();
        GoBackTo(chat, "hello");
        await chat.SayAllAsync("calm one", "calm two", "calm three", "calm four", "calm five", "calm six");

        GoTo(chat, old);

        (await chat.SayAsync("insult three")).Text.Should().Contain("may be ended");
    }

    [Test]
    public async Task R1_the_host_can_end_a_conversation_of_which_an_abandoned_branch_had_ended()
    {
        await using var chat = new GuardedChat(path);
        await EndAsync(chat);
        GoBackTo(chat, "hello");
        await chat.SayAllAsync("another way", "and on");

        var status = await chat.Guard.EndAsync("conversation-1");

        status.Ending!.Reason.Should().Be(EndReason.HostRequest);
        (await chat.EndsAtAsync("and on")).Reason.Should().Be(EndReason.HostRequest);
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().HaveCount(2);
    }

    private static ChatMessage Id(string id, string text) => new(ChatRole.User, text) { MessageId = id };

    private static async Task EndAsync(GuardedChat chat)
    {
        await chat.SayAllAsync("hello", "insult one", "insult two", "insult three");
        await chat.EndsAtAsync("insult four");
    }

    private static void GoTo(GuardedChat chat, IEnumerable<ChatMessage> branch)
    {
        ChatMessage[] messages = [.. branch];
        chat.History.Clear();
        chat.History.AddRange(messages);
    }

    /// <summary>Keeps the history up to the answer to a turn.</summary>
    private static void GoBackTo(GuardedChat chat, string lastKept)
    {
        var index = chat.History.FindIndex(message => message.Text == lastKept);
        chat.History.RemoveRange(index + 2, chat.History.Count - index - 2);
    }
}
