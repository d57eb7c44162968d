using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Tests.ChatCompletion;

[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class OneTurnOneCountTests(ChatPath path)
{
    private static readonly Func<CancellationToken, Task> _fails = _ => throw new HttpRequestException("The provider is down.");

    [TestCase(false)]
    [TestCase(true)]
    public async Task R10_a_retry_of_a_failed_call_repeats_its_decision_and_counts_once(bool withMessageIds)
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two");
        var message = new ChatMessage(ChatRole.User, "insult three") { MessageId = withMessageIds ? "m3" : null };
        chat.Model.Before = _fails;
        for (var i = 0; i < 3; i++)
        {
            var fail = () => chat.AskAsync([.. chat.History, message]);
            await fail.Should().ThrowAsync<HttpRequestException>();
        }

        chat.Model.Before = null;
        var retried = await chat.AskAsync([.. chat.History, message]);

        retried.Text.Should().Contain("may be ended");
        (await chat.StateAsync()).Violations.Should().HaveCount(3);
        chat.Observer.Of(GuardEventKind.TurnDecided).Where(one => !one.IsRepeat).Should().HaveCount(3);
        chat.Classifier.Calls.Should().Be(3, "a turn on record is not classified again");
    }

    [Test]
    public async Task R10_regenerating_the_reply_again_and_again_counts_once()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one");

        for (var i = 0; i < 5; i++)
        {
            (await chat.RegenerateAsync()).Text.Should().NotContain("may be ended");
        }

        var state = await chat.StateAsync();
        state.Violations.Should().ContainSingle();
        state.FailedRedirections.Should().Be(0);
        chat.Model.Calls.Skip(1).Should().OnlyContain(call => call.Instructions!.Contains("insults or harassment"), "the decision is repeated");
    }

    [Test]
    public async Task R10_regenerating_a_warned_reply_gives_the_notice_again_and_counts_once()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two", "insult three");

        var again = await chat.RegenerateAsync();

        again.Text.Should().Contain("may be ended");
        (await chat.StateAsync()).Violations.Should().HaveCount(3);
    }

    [Test]
    public async Task R10_regenerating_an_older_turn_goes_back_to_what_was_there()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one", "insult two", "insult three");
        chat.History.RemoveRange(3, chat.History.Count - 3);

        var again = await chat.RegenerateAsync();
        var second = await chat.SayAsync("insult other");
        var third = await chat.SayAsync("insult another");

        again.Text.Should().NotContain("may be ended");
        second.Text.Should().NotContain("may be ended", "on this branch it is the second violation");
        third.Text.Should().Contain("may be ended");
    }

    [Test]
    public async Task R10_a_calm_turn_that_is_regenerated_forgives_once()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "calm");

        for (var i = 0; i < 5; i++)
        {
            await chat.RegenerateAsync();
        }

        (await chat.StateAsync()).Violations.Should().ContainSingle();
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task R10_the_same_insult_typed_again_counts_again(bool withMessageIds)
    {
        await using var chat = new GuardedChat(path);
        for (var i = 0; i < 3; i++)
        {
            var message = new ChatMessage(ChatRole.User, "insult") { MessageId = withMessageIds ? $"m{i}" : null };
            chat.History.Add(message);
            chat.History.AddRange((await chat.AskAsync([.. chat.History])).Messages);
        }

        (await chat.StateAsync()).Violations.Should().HaveCount(3);
        await chat.EndsAtAsync("insult");
    }

    [Test]
    public async Task R10_a_turn_edited_away_no_longer_counts_on_the_new_branch()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one", "insult two", "insult three");
        chat.History.RemoveRange(2, chat.History.Count - 2);

        await chat.SayAsync("please help me");
        var insulted = await chat.SayAsync("insult four");
        var second = await chat.SayAsync("insult five");

        insulted.Text.Should().NotContain("may be ended");
        second.Text.Should().NotContain("may be ended");
    }

    [TestCase("calm words")]
    [TestCase("insult in other words")]
    public async Task R10_edit_and_retry_after_a_failure_counts_the_edited_turn_alone(string edited)
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one", "insult two");
        chat.Model.Before = _fails;
        var fail = () => chat.SayAsync("insult three");
        await fail.Should().ThrowAsync<HttpRequestException>();
        chat.Model.Before = null;

        var response = await chat.SayAsync(edited);

        response.Text.Contains("may be ended").Should().Be(edited.StartsWith('i'));
    }

    [Test]
    public async Task R10_history_that_was_trimmed_neither_resets_nor_doubles()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one", "insult two");

        chat.History.RemoveRange(0, 2);
        var third = await chat.SayAsync("insult three");
        chat.History.RemoveRange(0, 4);
        await chat.EndsAtAsync("insult four");

        third.Text.Should().Contain("may be ended");
    }

    [Test]
    public async Task R10_history_that_was_summarised_neither_resets_nor_doubles()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one", "insult two");

        chat.History.Clear();
        chat.History.Add(new(ChatRole.System, "Summary: the user said hello and was rude."));
        var third = await chat.SayAsync("insult three");

        third.Text.Should().Contain("may be ended");
        (await chat.StateAsync()).Violations.Should().HaveCount(3);
    }

    [Test]
    public async Task R10_a_retry_in_a_trimmed_history_counts_once()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one");
        chat.History.Clear();
        chat.Model.Before = _fails;
        for (var i = 0; i < 3; i++)
        {
            var fail = () => chat.SendAsync("insult two");
            await fail.Should().ThrowAsync<HttpRequestException>();
        }

        chat.Model.Before = null;
        await chat.SendAsync("insult two");

        (await chat.StateAsync()).Violations.Should().HaveCount(2);
    }

    [Test]
    public async Task R10_the_same_insult_again_in_a_trimmed_history_that_shows_the_earlier_one_counts_again()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult");

        chat.History.RemoveRange(0, 2);
        await chat.SayAsync("insult");

        (await chat.StateAsync()).Violations.Should().HaveCount(2);
    }

    [Test]
    public async Task R10_a_message_that_was_kept_without_an_answer_is_not_counted_again_with_the_next()
    {
        await using var chat = new GuardedChat(path);
        chat.Model.Before = _fails;
        var fail = () => chat.SendAsync("insult one");
        await fail.Should().ThrowAsync<HttpRequestException>();
        chat.Model.Before = null;

        await chat.SendAsync("insult one", "sorry about that");

        (await chat.StateAsync()).Violations.Should().ContainSingle();
    }

    [Test]
    public async Task R10_several_guards_over_one_conversation_do_not_count_a_turn_twice_when_the_model_is_guarded_too()
    {
        // A host that guards the client it hands to an agent, and the agent's own client: two guards, one store, one key.
        await using var chat = new GuardedChat(path, build: builder => builder.UseConversationGuard().UseConversationGuard());

        await chat.SayAllAsync("insult one", "insult two");

        (await chat.StateAsync()).Violations.Should().HaveCount(2);
    }

    [Test]
    public async Task R10_two_different_turns_at_once_both_count()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAsync("hello");
        var gate = new TaskCompletionSource();
        chat.Classifier.Before = _ => gate.Task;

        var one = chat.AskAsync([.. chat.History, new(ChatRole.User, "insult one")]);
        var two = chat.AskAsync([.. chat.History, new(ChatRole.User, "insult two")]);
        gate.SetResult();
        await Task.WhenAll(one, two);
        chat.History.AddRange([new(ChatRole.User, "insult one"), .. (await one).Messages, new(ChatRole.User, "insult two"), .. (await two).Messages]);
        await chat.SayAsync("insult three");

        chat.Observer.Of(GuardEventKind.TurnDecided).Last().Action.Should().Be(GuardAction.Warn, "it is the third");
    }

    [Test]
    public async Task R10_one_end_for_all_callers()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two", "insult three");
        var gate = new TaskCompletionSource();
        chat.Classifier.Before = _ => gate.Task;

        var calls = Enumerable.Range(0, 10).Select(i => chat.EndsAtAsync($"insult at once {i}")).ToList();
        gate.SetResult();
        var ends = await Task.WhenAll(calls);

        ends.Count(ended => !ended.IsRepeat).Should().Be(1);
        ends.Select(ended => ended.EndedAt).Distinct().Should().ContainSingle();
        ends.Select(ended => ended.Category).Distinct().Should().ContainSingle();
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().ContainSingle();
    }

    [Test]
    public async Task R10_many_threads_lose_no_turn()
    {
        await using var chat = new GuardedChat(path, options => options.Redirections = 100);

        await InsultAtOnceAsync(chat);

        // What is still at work may as well have failed and been dropped, where nothing shows it: such a turn stands on another branch, which the state leaves out (R6). It is not lost.
        (await chat.Store.GetAsync("conversation-1")).Ledger.Entries.Should().HaveCount(40).And.OnlyContain(entry => entry.Kind == TurnKind.Violation && entry.IsDelivered);
    }

    [Test]
    public async Task R10_many_threads_count_every_turn_where_a_server_has_them_in_order()
    {
        await using var chat = new GuardedChat(path, options => options.Redirections = 100) { ConversationId = "server-1" };

        await InsultAtOnceAsync(chat);

        (await chat.StateAsync()).Violations.Should().HaveCount(40).And.OnlyContain(entry => entry.IsDelivered);
    }

    [Test]
    public async Task R10_a_message_alone_is_not_counted_with_one_that_is_still_at_work()
    {
        await using var chat = new GuardedChat(path);
        await chat.SendAsync("insult one");
        var gate = new TaskCompletionSource();
        chat.Model.Before = _ => gate.Task;
        var atWork = chat.SendAsync("insult two");
        chat.Model.Before = null;

        await chat.SendAsync("insult three");
        gate.SetResult();
        await atWork;

        (await chat.StateAsync()).Violations.Should().HaveCount(2, "the one at work may have failed and been dropped, for all that the messages show");
        (await chat.Store.GetAsync("conversation-1")).Ledger.Entries.Should().HaveCount(3).And.OnlyContain(entry => entry.IsDelivered);
    }

    private static Task InsultAtOnceAsync(GuardedChat chat) => Parallel.ForEachAsync(
        Enumerable.Range(0, 40),
        async (i, token) => await chat.AskAsync([new ChatMessage(ChatRole.User, $"insult {i}")], token));
}

public class StreamReenumerationTests
{
    [Test]
    public async Task R10_reading_one_stream_object_again_counts_once()
    {
        await using var chat = new GuardedChat(ChatPath.Streaming);
        var stream = chat.Client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "insult one")], chat.NewOptions());

        for (var i = 0; i < 4; i++)
        {
            (await stream.ToListAsync()).Should().ContainSingle();
        }

        (await chat.StateAsync()).Violations.Should().ContainSingle();
        chat.Model.Calls.Should().HaveCount(4).And.OnlyContain(call => call.Instructions != null);
    }

    [Test]
    public async Task R11_reading_a_stream_that_ended_the_conversation_again_raises_the_end_again()
    {
        await using var chat = new GuardedChat(ChatPath.Streaming);
        await chat.SayAllAsync("insult one", "insult two", "insult three");
        var stream = chat.Client.GetStreamingResponseAsync([.. chat.History, new ChatMessage(ChatRole.User, "insult four")], chat.NewOptions());
        var read = () => stream.ToListAsync().AsTask();

        var first = (await read.Should().ThrowAsync<ConversationEndedException>()).Which;
        var second = (await read.Should().ThrowAsync<ConversationEndedException>()).Which;

        (first.IsRepeat, second.IsRepeat).Should().Be((false, true));
    }
}
