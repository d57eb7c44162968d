using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Tests.Doubles;

namespace ConversationGuard.Tests.Hosting;

public class HandleTests
{
    [Test]
    public async Task An_untouched_conversation_has_a_clean_status_and_nothing_is_written()
    {
        await using var chat = new GuardedChat(ChatPath.Whole);

        var status = await chat.Guard.GetStatusAsync("new");
        await chat.Guard.ReinstateAsync("new");
        await chat.Guard.ReleaseCrisisHoldAsync("new");

        status.Should().BeEquivalentTo(new { ConversationKey = "new", Ending = (ConversationEnding?)null });
        status.State.Should().BeEquivalentTo(new { Phase = ConversationPhase.Engaged, IsClean = true });
        chat.Store.Writes.Should().Be(0);
    }

    [Test]
    public async Task R11_a_conversation_that_has_ended_stays_as_it_ended()
    {
        await using var chat = new GuardedChat(ChatPath.Whole);
        var first = await chat.Guard.EndAsync("c", EndReason.UserRequest);
        chat.Time.Advance(TimeSpan.FromMinutes(1));

        var second = await chat.Guard.EndAsync("c");

        second.Ending.Should().Be(first.Ending);
        second.Ending!.Reason.Should().Be(EndReason.UserRequest);
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().ContainSingle();
    }

    [Test]
    public async Task R10_two_hosts_that_end_at_once_make_one_end()
    {
        await using var chat = new GuardedChat(ChatPath.Whole);

        var ends = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(async () => await chat.Guard.EndAsync("c"))));

        ends.Select(status => status.Ending).Distinct().Should().ContainSingle();
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().ContainSingle();
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase(" ")]
    public async Task A_key_must_have_content(string? key)
    {
        await using var chat = new GuardedChat(ChatPath.Whole);
        foreach (var act in new Func<Task>[]
        {
            async () => await chat.Guard.GetStatusAsync(key!),
            async () => await chat.Guard.EndAsync(key!),
            async () => await chat.Guard.ReinstateAsync(key!),
            async () => await chat.Guard.ReleaseCrisisHoldAsync(key!),
        })
        {
            await act.Should().ThrowAsync<ArgumentException>();
        }
    }

    [Test]
    public async Task A_store_that_fails_is_no_secret_to_the_host()
    {
        await using var chat = new GuardedChat(ChatPath.Whole);
        chat.Store.BeforeRead = () => throw new IOException();
        var end = async () => await chat.Guard.EndAsync("c");

        await end.Should().ThrowAsync<IOException>();
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task A_store_that_refuses_every_write_is_said(CancellationToken cancellationToken)
    {
        await using var chat = new GuardedChat(ChatPath.Whole);
        chat.Store.RefusesWrites = true;
        var end = () => Task.Run(async () => await chat.Guard.EndAsync("c", cancellationToken: cancellationToken), cancellationToken);

        await end.Should().ThrowAsync<InvalidOperationException>().WithMessage("*store refuses every write*");
    }

    [Test]
    public async Task The_work_can_be_cancelled()
    {
        await using var chat = new GuardedChat(ChatPath.Whole);
        var end = async () => await chat.Guard.EndAsync("c", cancellationToken: new CancellationToken(canceled: true));

        await end.Should().ThrowAsync<OperationCanceledException>();
    }
}
