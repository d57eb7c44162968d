using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.DependencyInjection;

namespace ConversationGuard.Tests.ChatCompletion;

[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class FailureTests(ChatPath path)
{
    [Test]
    public async Task R6_a_classifier_that_throws_never_ends_anything()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two", "insult three");

        for (var i = 0; i < 6; i++)
        {
            (await chat.SayAsync($"fail {i}")).Text.Should().Be($"Reply {i + 4}");
        }

        chat.Observer.Of(GuardEventKind.ClassificationFailed).Should().HaveCount(6).And.OnlyContain(one => one.ErrorType == typeof(InvalidOperationException).FullName && one.ConversationKey == "conversation-1");
        var state = await chat.StateAsync();
        state.Violations.Should().HaveCount(3);
        state.CalmTurns.Should().Be(0, "an unclassified turn is neither a violation nor calm");
        chat.Store.Written[^1].Entries[^1].Kind.Should().Be(TurnKind.Unclassified);
    }

    [Test]
    public async Task R6_a_classifier_that_hangs_is_left_behind_after_its_time()
    {
        await using var chat = new GuardedChat(path, options => options.ClassifierTimeout = TimeSpan.FromSeconds(2));
        chat.Classifier.Before = token => Task.Delay(Timeout.Infinite, CancellationToken.None);

        var answer = chat.SayAsync("insult one");
        chat.Time.Advance(TimeSpan.FromSeconds(1.9));
        var early = answer.IsCompleted;
        chat.Time.Advance(TimeSpan.FromSeconds(0.2));

        early.Should().BeFalse();
        (await answer.WaitAsync(TimeSpan.FromSeconds(10))).Text.Should().Be("Reply 1");
        chat.Observer.Of(GuardEventKind.ClassificationFailed).Should().ContainSingle().Which.ErrorType.Should().Be(typeof(TimeoutException).FullName);
        (await chat.StateAsync()).Violations.Should().BeEmpty();
    }

    [Test]
    public async Task R6_a_classifier_that_times_out_by_itself_is_no_cancellation_by_the_caller()
    {
        await using var chat = new GuardedChat(path);
        chat.Classifier.Before = _ => throw new TaskCanceledException("The classifier's own time is up.");

        var answer = await chat.SayAsync("insult one");

        answer.Text.Should().Be("Reply 1");
        chat.Observer.Of(GuardEventKind.ClassificationFailed).Should().ContainSingle().Which.ErrorType.Should().Be(typeof(TaskCanceledException).FullName);
    }

    [Test]
    public async Task R6_a_classifier_that_returns_nothing_has_failed()
    {
        await using var chat = new GuardedChat(path, register: services => services.AddClassifier(_ => null!));

        var answer = await chat.SayAsync("insult one");

        answer.Text.Should().Be("Reply 1");
        chat.Observer.Of(GuardEventKind.ClassificationFailed).Should().ContainSingle();
    }

    [Test]
    public async Task R6_a_turn_about_which_the_classifier_is_unsure_is_no_violation_however_high_the_score()
    {
        await using var chat = new GuardedChat(path);

        for (var i = 0; i < 6; i++)
        {
            await chat.SayAsync($"unsure {i}");
        }

        chat.Model.Calls.Should().HaveCount(6).And.OnlyContain(call => call.Instructions == null);
        chat.Observer.Of(GuardEventKind.TurnDecided).Should().OnlyContain(one => one.Turn.Kind == TurnKind.Unclassified && one.Action == GuardAction.Continue);
        (await chat.StateAsync()).Phase.Should().Be(ConversationPhase.Engaged);
    }

    [Test]
    public async Task R6_a_turn_whose_classification_failed_is_classified_at_its_retry()
    {
        await using var chat = new GuardedChat(path);
        chat.Classifier.Before = _ => throw new IOException();
        await chat.SendAsync("insult one");
        chat.Classifier.Before = null;

        await chat.SendAsync("insult one");

        (await chat.StateAsync()).Violations.Should().ContainSingle();
        chat.Store.Written[^1].Entries.Should().ContainSingle();
    }

    [Test]
    public async Task R6_a_policy_that_throws_vetoes_everything_and_is_reported()
    {
        await using var chat = new GuardedChat(path, register: services => services.AddPolicy(_ => throw new InvalidCastException()));

        for (var i = 0; i < 6; i++)
        {
            (await chat.SayAsync($"insult {i}")).Text.Should().Be($"Reply {i + 1}");
        }

        chat.Observer.Of(GuardEventKind.PolicyFailed).Should().HaveCount(6).And.OnlyContain(one => one.ErrorType == typeof(InvalidCastException).FullName);
        chat.Model.Calls.Should().OnlyContain(call => call.Instructions == null);
    }

    [Test]
    public async Task R6_a_store_that_cannot_be_read_blocks_nothing_and_is_reported()
    {
        await using var chat = new GuardedChat(path);
        chat.Store.BeforeRead = () => throw new IOException();

        for (var i = 0; i < 6; i++)
        {
            await chat.SayAsync($"insult {i}");
        }

        chat.Model.Calls.Should().HaveCount(6).And.OnlyContain(call => call.Instructions!.Contains("insults or harassment"));
        chat.Store.Writes.Should().Be(0, "what could not be read must not be overwritten");
        chat.Observer.Of(GuardEventKind.StoreFailed).Should().HaveCount(3, "then it is left alone for a while").And.OnlyContain(one => one.ErrorType == typeof(IOException).FullName);
    }

    [Test]
    public async Task R6_a_store_that_cannot_be_written_blocks_nothing_and_is_reported()
    {
        await using var chat = new GuardedChat(path);
        chat.Store.BeforeWrite = () => throw new IOException();

        for (var i = 0; i < 6; i++)
        {
            (await chat.SayAsync($"insult {i}")).Text.Should().NotContain("may be ended");
        }

        chat.Model.Calls.Should().HaveCount(6);
        chat.Observer.Of(GuardEventKind.StoreFailed).Should().NotBeEmpty();
    }

    [Test]
    public async Task R6_a_store_that_fails_when_the_reply_is_there_does_not_take_it_away()
    {
        await using var chat = new GuardedChat(path);
        chat.Model.Before = _ =>
        {
            chat.Store.BeforeRead = () => throw new IOException();
            return Task.CompletedTask;
        };

        var answer = await chat.SayAsync("insult one");
        chat.Store.BeforeRead = null;

        answer.Text.Should().Be("Reply 1");
        chat.Observer.Of(GuardEventKind.StoreFailed).Should().ContainSingle();
        (await chat.StateAsync()).Violations[0].IsDelivered.Should().BeTrue("it was remembered until the store was back");
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task R6_a_store_that_refuses_every_write_blocks_nothing_and_is_reported(CancellationToken cancellationToken)
    {
        await using var chat = new GuardedChat(path);
        chat.Store.RefusesWrites = true;

        var answer = await Task.Run(() => chat.SayAsync("insult one"), cancellationToken).WaitAsync(cancellationToken);

        answer.Text.Should().Be("Reply 1");
        chat.Observer.Of(GuardEventKind.StoreFailed).Should().NotBeEmpty();
    }

    [Test]
    public async Task An_observer_that_throws_disturbs_nobody()
    {
        var throwing = new ThrowingObserver();
        await using var chat = new GuardedChat(path, register: services => services.AddSingleton<IGuardObserver>(throwing).AddSingleton<IGuardObserver>(new ThrowingObserver()));

        await chat.SayAllAsync("insult one", "insult two", "insult three");
        await chat.EndsAtAsync("insult four");

        throwing.Calls.Should().Be(5);
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().ContainSingle();
    }

    private sealed class ThrowingObserver : IGuardObserver
    {
        public int Calls { get; private set; }

        public void OnEvent(GuardEvent guardEvent)
        {
            Calls++;
            throw new InvalidOperationException();
        }
    }
}
