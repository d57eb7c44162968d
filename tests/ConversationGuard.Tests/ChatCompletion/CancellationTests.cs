using ConversationGuard.ChatCompletion;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Tests.ChatCompletion;

/// <summary>The caller's cancellation is passed on from every await, and is never a failure of a part (R6).</summary>
[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class CancellationTests(ChatPath path)
{
    private readonly CancellationTokenSource _cancel = new();

    public enum Point
    {
        Classifier,
        ClassifierThatDoesNotListen,
        StoreRead,
        StoreWrite,
        InnerClient,
        CompletionWrite,
    }

    [Test]
    public async Task A_call_that_is_cancelled_before_it_begins_touches_nothing()
    {
        await using var chat = new GuardedChat(path);
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();

        var say = () => chat.SayAsync("insult", cancel.Token);

        await say.Should().ThrowAsync<OperationCanceledException>();
        (chat.Store.Reads, chat.Classifier.Calls, chat.Model.Calls.Count).Should().Be((0, 0, 0));
    }

    [Test]
    public async Task R6_cancellation_is_passed_on_and_reported_as_nobodys_failure([Values] Point point)
    {
        await using var chat = new GuardedChat(path);
        using var cancel = new CancellationTokenSource();
        Task Cancel()
        {
            cancel.Cancel();
            cancel.Token.ThrowIfCancellationRequested();
            return Task.CompletedTask;
        }

        switch (point)
        {
            case Point.Classifier:
                chat.Classifier.Before = _ => Cancel();
                break;
            case Point.ClassifierThatDoesNotListen:
                chat.Classifier.Before = _ =>
                {
                    cancel.CancelAfter(TimeSpan.FromMilliseconds(20));
                    return Task.Delay(Timeout.Infinite, CancellationToken.None);
                };
                break;
            case Point.StoreRead:
                chat.Store.BeforeRead = Cancel;
                break;
            case Point.StoreWrite:
                chat.Store.BeforeWrite = Cancel;
                break;
            case Point.InnerClient:
                chat.Model.Before = _ => Cancel();
                break;
            default:
                chat.Model.Before = _ =>
                {
                    chat.Store.BeforeWrite = Cancel;
                    return Task.CompletedTask;
                };
                break;
        }

        var say = () => chat.SayAsync("insult", cancel.Token);

        await say.Should().ThrowAsync<OperationCanceledException>();
        chat.Observer.Events.Should().NotContain(one => one.Kind != GuardEventKind.TurnDecided);
        chat.Model.OpenStreams.Should().Be(0);
        (chat.Store.BeforeRead, chat.Store.BeforeWrite) = (null, null);
        var violations = (await chat.StateAsync()).Violations;
        violations.Should().HaveCount(point >= Point.InnerClient ? 1 : 0).And.NotContain(entry => entry.IsDelivered);
    }

    [Test]
    public async Task R10_a_cancelled_call_that_is_sent_again_counts_once()
    {
        await using var chat = new GuardedChat(path);
        using var cancel = new CancellationTokenSource();
        chat.Model.Before = token =>
        {
            cancel.Cancel();
            token.ThrowIfCancellationRequested();
            return Task.CompletedTask;
        };
        var say = () => chat.SayAsync("insult", cancel.Token);
        await say.Should().ThrowAsync<OperationCanceledException>();
        chat.Model.Before = null;

        await chat.SayAsync("insult");

        (await chat.StateAsync()).Violations.Should().ContainSingle().Which.IsDelivered.Should().BeTrue();
    }

    [Test]
    public async Task The_token_reaches_the_inner_client_and_the_classifier()
    {
        await using var chat = new GuardedChat(path);
        using var cancel = new CancellationTokenSource();
        var tokens = new List<CancellationToken>();
        chat.Model.Before = chat.Classifier.Before = token =>
        {
            tokens.Add(token);
            return Task.CompletedTask;
        };

        await chat.AskAsync([new ChatMessage(ChatRole.User, "insult")], cancel.Token);

        tokens.Should().HaveCount(2).And.OnlyContain(token => token.CanBeCanceled);
    }
}
