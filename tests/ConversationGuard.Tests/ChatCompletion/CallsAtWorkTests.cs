using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;
using ConversationGuard.Hosting;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace ConversationGuard.Tests.ChatCompletion;

/// <summary>A conversation that ends while the model is at work on a call in it (R14).</summary>
[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class CallsAtWorkTests(ChatPath path)
{
    [TestCase]
    [TestCase("insult")]
    [TestCase("crisis")]
    public async Task R14_nothing_of_a_reply_that_the_model_is_at_work_on_goes_out_once_the_host_ended_the_conversation(params string[] before)
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync(before);
        chat.Model.Before = async token => await chat.Guard.EndAsync(chat.Key!, cancellationToken: token);

        var refused = await chat.EndsAtAsync("hello");

        refused.Should().BeEquivalentTo(new { IsRepeat = true, Reason = EndReason.HostRequest });
        chat.Observer.Of(GuardEventKind.CallRefused).Should().ContainSingle();
        chat.Model.OpenStreams.Should().Be(0);
    }

    [Test]
    public async Task R14_a_refused_call_gets_the_final_message_where_the_host_wants_no_exception()
    {
        await using var chat = new GuardedChat(path, options => options.EndBehavior = EndBehavior.Respond);
        chat.Model.Before = async token => await chat.Guard.EndAsync(chat.Key!, cancellationToken: token);

        var response = await chat.SayAsync("hello");

        response.FinishReason.Should().Be(ConversationGuardChatClient.ConversationEndedFinishReason);
        response.Text.Should().StartWith("This conversation has been ended").And.NotContain("Reply");
        response.Messages.Should().ContainSingle();
    }

    [Test]
    public async Task R14_the_last_insult_cuts_the_reply_that_is_at_work()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two", "insult three");
        chat.Model.Before = async _ => await chat.EndsAtAsync("insult four");

        var refused = await chat.EndsAtAsync("hello");

        refused.Should().BeEquivalentTo(new { IsRepeat = true, Reason = EndReason.PersistentAbuse });
    }

    [Test]
    public async Task R8_R14_a_redirection_whose_reply_is_refused_was_not_delivered()
    {
        await using var chat = new GuardedChat(path);
        chat.Model.Before = async token => await chat.Guard.EndAsync(chat.Key!, cancellationToken: token);

        await chat.EndsAtAsync("insult");

        (await chat.Store.GetAsync(chat.Key!)).Ledger.Entries.Should().ContainSingle(entry => !entry.IsDelivered);
    }

    [Test]
    public async Task R11_R14_what_ends_elsewhere_disturbs_no_reply_and_is_looked_for_once()
    {
        await using var chat = new GuardedChat(path);
        chat.Model.Respond = (_, _) => new ChatResponse([new(ChatRole.Assistant, "one "), new(ChatRole.Assistant, "two "), new(ChatRole.Assistant, "three")]);
        var reads = 0;
        chat.Model.Before = async token =>
        {
            await chat.Guard.EndAsync("another", cancellationToken: token);
            reads = chat.Store.Reads;
        };

        var response = await chat.SayAsync("hello");

        response.Text.Should().Contain("three");
        (chat.Store.Reads - reads).Should().Be(1);
    }

    [Test]
    public async Task R11_R14_an_end_on_another_branch_disturbs_no_reply()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one", "insult two", "insult three");
        ChatMessage[] whole = [.. chat.History, new(ChatRole.User, "insult four")];
        chat.History.RemoveRange(2, 6);
        chat.Model.Before = async _ =>
        {
            chat.Model.Before = null;
            await chat.Awaiting(it => it.AskAsync(whole)).Should().ThrowAsync<ConversationEndedException>();
        };

        (await chat.SayAsync("good day")).Text.Should().Contain("Reply");
    }

    [Test]
    public async Task R11_R14_an_end_from_before_that_was_read_to_be_on_another_branch_refuses_no_reply()
    {
        await using var chat = new GuardedChat(path, options => options.Redirections = 1);
        await chat.AskAsync([new(ChatRole.User, "calm"), new(ChatRole.User, "insult")]);
        chat.History.AddRange([new(ChatRole.User, "calm"), new(ChatRole.User, "insult"), new(ChatRole.Assistant, "Reply")]);
        await chat.SayAsync("harm");
        await chat.EndsAtAsync("insult");

        var response = await chat.SendAsync("calm", "insult", "harm");

        response.Text.Should().Contain("Reply");
    }

    [Test]
    public async Task R6_R14_a_store_that_fails_cuts_no_reply()
    {
        await using var chat = new GuardedChat(path, options => options.StoreFailure.Behavior = StoreFailureBehavior.Throw);
        chat.Model.Before = async token =>
        {
            await chat.Guard.EndAsync(chat.Key!, cancellationToken: token);
            chat.Store.BeforeRead = () => throw new IOException("The store is down.");
        };

        (await chat.SayAsync("hello")).Text.Should().Contain("Reply");
    }

    [Test]
    public async Task R14_an_end_on_another_machine_refuses_what_was_at_work_as_far_as_something_is_on_record()
    {
        await using var here = new GuardedChat(path);
        await using var there = new GuardedChat(path, register: services => services.AddSingleton<IConversationStore>(here.Store));
        await here.SayAsync("insult");
        here.Model.Before = async token => await there.Guard.EndAsync(here.Key!, cancellationToken: token);

        var refused = await here.EndsAtAsync("hello");

        refused.Reason.Should().Be(EndReason.HostRequest);
    }

    [Test]
    public async Task R18_a_guard_that_observes_lets_the_reply_go_out()
    {
        await using var chat = new GuardedChat(path, options => options.Mode = GuardMode.Observe);
        chat.Model.Before = async token => await chat.Guard.EndAsync(chat.Key!, cancellationToken: token);

        (await chat.SayAsync("hello")).Text.Should().Contain("Reply");
    }

    [Test]
    public async Task R14_with_a_record_for_each_author_the_end_of_one_refuses_nothing_to_the_other()
    {
        await using var chat = new GuardedChat(path, options => options.PerAuthor = true);
        chat.Model.Before = async token => await chat.Guard.EndAsync(ConversationKeys.OfAuthor(chat.Key!, "ann"), cancellationToken: token);

        var response = await chat.AskAsync([new(ChatRole.User, "hello") { AuthorName = "ann" }, new(ChatRole.User, "hello") { AuthorName = "bob" }]);

        response.Text.Should().Contain("Reply");
        await chat.Awaiting(it => it.AskAsync([new(ChatRole.User, "hello") { AuthorName = "ann" }])).Should().ThrowAsync<ConversationEndedException>();
    }
}

/// <summary>A stream that is at work when its conversation ends.</summary>
[TestFixture]
public class CutStreamTests
{
    [TestCase(EndBehavior.Throw)]
    [TestCase(EndBehavior.Respond)]
    public async Task R14_a_stream_is_cut_where_it_is_when_the_conversation_ends(EndBehavior behavior)
    {
        await using var chat = new GuardedChat(ChatPath.Streaming, options => options.EndBehavior = behavior);
        chat.Model.Respond = (_, _) => new ChatResponse([new(ChatRole.Assistant, "one"), new(ChatRole.Assistant, "two"), new(ChatRole.Assistant, "three")]);
        chat.Model.AfterUpdate = async (index, token) => await (index == 1 ? chat.Guard.EndAsync(chat.Key!, cancellationToken: token) : default);
        var seen = new List<ChatResponseUpdate>();
        var read = async () =>
        {
            await foreach (var update in chat.Client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "hello")], chat.NewOptions()))
            {
                seen.Add(update);
            }
        };

        await (behavior == EndBehavior.Throw ? read.Should().ThrowAsync<ConversationEndedException>() : (Task)read.Should().NotThrowAsync());

        seen.Take(2).Select(update => update.Text).Should().Equal("one", "two");
        seen.Skip(2).Select(update => update.FinishReason).OfType<ChatFinishReason>().Should().BeEquivalentTo(behavior == EndBehavior.Respond ? [ConversationGuardChatClient.ConversationEndedFinishReason] : Array.Empty<ChatFinishReason>());
        string.Concat(seen.Select(update => update.Text)).Should().NotContain("three");
        chat.Model.OpenStreams.Should().Be(0, "the inner stream is disposed of");
    }
}
