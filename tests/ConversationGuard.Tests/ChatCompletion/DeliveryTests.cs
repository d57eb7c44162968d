using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Tests.ChatCompletion;

[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class DeliveryTests(ChatPath path)
{
    private static readonly Func<CancellationToken, Task> _fails = _ => throw new HttpRequestException("The provider is down.");

    [Test]
    public async Task R8_the_violation_is_on_record_before_the_model_is_called()
    {
        await using var chat = new GuardedChat(path);
        var onRecord = -1;
        chat.Model.Before = async _ => onRecord = (await chat.StateAsync()).Violations.Count;

        await chat.SayAsync("insult one");

        onRecord.Should().Be(1);
    }

    [Test]
    public async Task R8_a_failed_call_is_no_redirection_and_its_error_is_passed_on()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAsync("hello");
        await chat.SayAsync("insult one");
        chat.Model.Before = _fails;

        var say = () => chat.SayAsync("insult two");

        await say.Should().ThrowAsync<HttpRequestException>();
        var state = await chat.StateAsync();
        state.Violations.Should().HaveCount(2, "the violation itself is on record");
        state.Violations[^1].IsDelivered.Should().BeFalse();
        state.FailedRedirections.Should().Be(1);
    }

    [Test]
    public async Task R8_violations_whose_calls_all_failed_never_lead_to_a_warning()
    {
        await using var chat = new GuardedChat(path);
        chat.Model.Before = _fails;
        for (var i = 0; i < 10; i++)
        {
            var message = new ChatMessage(ChatRole.User, $"insult {i}");
            var say = () => chat.AskAsync([.. chat.History, message]);
            await say.Should().ThrowAsync<HttpRequestException>();
            chat.History.Add(message);
        }

        chat.Model.Before = null;
        var response = await chat.SayAsync("insult once more");

        response.Text.Should().NotContain("may be ended");
        (await chat.StateAsync()).FailedRedirections.Should().Be(0);
    }

    [Test]
    public async Task R8_a_warning_whose_call_failed_is_no_warning()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two");
        chat.Model.Before = _fails;
        var say = () => chat.SayAsync("insult three");
        await say.Should().ThrowAsync<HttpRequestException>();
        chat.Model.Before = null;

        var next = await chat.SayAsync("insult four");

        next.Text.Should().Contain("may be ended", "nobody was warned yet");
        await chat.EndsAtAsync("insult five");
    }

    [Test]
    public async Task R8_a_cancelled_call_is_no_redirection()
    {
        await using var chat = new GuardedChat(path);
        using var cancel = new CancellationTokenSource();
        chat.Model.Before = async token =>
        {
            await cancel.CancelAsync();
            token.ThrowIfCancellationRequested();
        };

        var say = () => chat.SayAsync("insult one", cancel.Token);

        await say.Should().ThrowAsync<OperationCanceledException>();
        (await chat.StateAsync()).Violations.Should().ContainSingle().Which.IsDelivered.Should().BeFalse();
    }

    [Test]
    public async Task R8_a_delivered_reply_is_marked()
    {
        await using var chat = new GuardedChat(path);

        await chat.SayAsync("insult one");

        (await chat.StateAsync()).Violations.Should().ContainSingle().Which.IsDelivered.Should().BeTrue();
    }
}

public class StreamDeliveryTests
{
    private static readonly ChatResponse _inThreeParts = new([new(ChatRole.Assistant, [new TextContent("a"), new TextContent("b")]), new(ChatRole.Assistant, "c")]);

    [Test]
    public async Task R8_an_abandoned_stream_is_no_redirection_and_the_inner_stream_is_disposed()
    {
        await using var chat = new GuardedChat(ChatPath.Streaming);
        chat.Model.Respond = (_, _) => _inThreeParts;

        await foreach (var _ in chat.Client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "insult one")], chat.NewOptions()))
        {
            break;
        }

        chat.Model.OpenStreams.Should().Be(0);
        (await chat.StateAsync()).Violations.Should().ContainSingle().Which.IsDelivered.Should().BeFalse();
    }

    [Test]
    public async Task R8_a_stream_is_delivered_only_when_the_consumer_read_to_its_end()
    {
        await using var chat = new GuardedChat(ChatPath.Streaming);
        await using var updates = chat.Client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "insult one")], chat.NewOptions()).GetAsyncEnumerator();

        (await updates.MoveNextAsync()).Should().BeTrue();
        var before = await chat.StateAsync();
        (await updates.MoveNextAsync()).Should().BeFalse();
        var after = await chat.StateAsync();

        before.Violations[0].IsDelivered.Should().BeFalse();
        after.Violations[0].IsDelivered.Should().BeTrue();
    }

    [Test]
    public async Task R8_a_warning_that_the_consumer_did_not_read_is_no_warning()
    {
        await using var chat = new GuardedChat(ChatPath.Streaming);
        await chat.SayAllAsync("insult one", "insult two");

        await foreach (var update in chat.Client.GetStreamingResponseAsync([.. chat.History, new ChatMessage(ChatRole.User, "insult three")], chat.NewOptions()))
        {
            break;
        }

        (await chat.StateAsync()).IsWarned.Should().BeFalse();
    }

    [Test]
    public async Task R8_a_stream_that_breaks_in_the_middle_is_no_redirection()
    {
        await using var chat = new GuardedChat(ChatPath.Streaming);
        chat.Model.Respond = (_, _) => _inThreeParts;
        chat.Model.AfterUpdate = (index, _) => index == 1 ? throw new IOException("The connection broke.") : Task.CompletedTask;

        var say = () => chat.SayAsync("insult one");

        await say.Should().ThrowAsync<IOException>();
        chat.Model.OpenStreams.Should().Be(0);
        (await chat.StateAsync()).Violations.Should().ContainSingle().Which.IsDelivered.Should().BeFalse();
    }

    [Test]
    public async Task R8_a_stream_that_is_cancelled_in_the_middle_is_no_redirection()
    {
        await using var chat = new GuardedChat(ChatPath.Streaming);
        using var cancel = new CancellationTokenSource();
        chat.Model.Respond = (_, _) => _inThreeParts;
        chat.Model.AfterUpdate = (_, token) =>
        {
            cancel.Cancel();
            token.ThrowIfCancellationRequested();
            return Task.CompletedTask;
        };

        var say = () => chat.SayAsync("insult one", cancel.Token);

        await say.Should().ThrowAsync<OperationCanceledException>();
        (await chat.StateAsync()).Violations[0].IsDelivered.Should().BeFalse();
    }

    [Test]
    public void Nothing_happens_before_the_stream_is_read()
    {
        var chat = new GuardedChat(ChatPath.Streaming);

        _ = chat.Client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "insult one")], chat.NewOptions());

        chat.Store.Reads.Should().Be(0);
        chat.Classifier.Calls.Should().Be(0);
        chat.Model.Calls.Should().BeEmpty();
    }

    [Test]
    public async Task Updates_pass_through_as_they_come()
    {
        await using var chat = new GuardedChat(ChatPath.Streaming);
        chat.Model.Respond = (_, _) => _inThreeParts;
        var goOn = new TaskCompletionSource();
        chat.Model.AfterUpdate = (_, _) => goOn.Task;
        await using var updates = chat.Client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "hello")], chat.NewOptions()).GetAsyncEnumerator();

        (await updates.MoveNextAsync()).Should().BeTrue();
        updates.Current.Text.Should().Be("ab");
        var next = updates.MoveNextAsync();
        next.IsCompleted.Should().BeFalse("the second update is not there yet");
        goOn.SetResult();

        (await next).Should().BeTrue();
    }
}
