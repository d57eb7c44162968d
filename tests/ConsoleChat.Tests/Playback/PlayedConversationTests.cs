using ConsoleChat.Playback;
using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;
using ConversationGuard.Transcripts;
using Microsoft.Extensions.AI;

namespace ConsoleChat.Tests.Playback;

public sealed class PlayedConversationTests
{
    private static readonly string[] _abuse = ["Hello", "ABUSE one", "ABUSE two", "ABUSE three", "ABUSE four", "Sorry", "Hello?"];

    [Test]
    public async Task R2_The_decisions_of_the_live_guard_are_kept_turn_by_turn_until_it_ends()
    {
        var played = await PlayAsync(new GuardedEliza(), _abuse);

        played.Turns.Select(turn => turn.Decision!.Action).Should().Equal(GuardAction.Continue, GuardAction.Redirect, GuardAction.Redirect, GuardAction.Warn, GuardAction.End);
        played.Turns[^1].Decision!.RuleIds.Should().Contain("R2");
        played.Outcome.Should().Be(Outcome.Ended);
        played.Turns[^1].Ending!.Reason.Should().Be(EndReason.PersistentAbuse);
        played.NotSent.Should().Be(2);
    }

    [Test]
    public async Task A_conversation_that_stops_after_the_warning_is_warned() =>
        (await PlayAsync(new GuardedEliza(), "ABUSE", "ABUSE", "ABUSE")).Outcome.Should().Be(Outcome.Warned);

    [Test]
    public async Task R5_Someone_at_risk_is_on_hold_however_abusive()
    {
        var played = await PlayAsync(new GuardedEliza(), "CRISIS", "ABUSE", "ABUSE", "ABUSE", "ABUSE", "ABUSE");

        played.Outcome.Should().Be(Outcome.CrisisHold);
        played.Turns.Should().HaveCount(6).And.OnlyContain(turn => turn.Decision!.IsCrisisHold && turn.Decision.Action == GuardAction.Continue);
    }

    [Test]
    public async Task R18_A_guard_that_only_observes_says_what_it_would_have_done()
    {
        var played = await PlayAsync(new GuardedEliza(options => options.Mode = GuardMode.Observe), _abuse);

        played.Turns.Should().OnlyContain(turn => turn.Decision!.Mode == GuardMode.Observe);
        played.Turns[^1].Decision!.Action.Should().Be(GuardAction.End, "that is what it would have done");
    }

    [Test]
    public async Task R18_A_guard_that_is_switched_off_decides_nothing()
    {
        var played = await PlayAsync(new GuardedEliza(options => options.Mode = GuardMode.Disabled), _abuse);

        played.Turns.Should().HaveCount(_abuse.Length).And.OnlyContain(turn => turn.Decision == null);
        played.Outcome.Should().Be(Outcome.Active);
    }

    [Test]
    public async Task An_end_that_comes_as_a_reply_is_an_end()
    {
        var played = await PlayAsync(new GuardedEliza(options => options.EndBehavior = EndBehavior.Respond), _abuse);

        played.Outcome.Should().Be(Outcome.Ended);
        played.Turns.Should().HaveCount(5);
    }

    [Test]
    public async Task Two_conversations_with_the_same_id_are_two_conversations()
    {
        using var eliza = new GuardedEliza();
        var player = new TranscriptPlayer(eliza.Client, eliza.Observer);

        await PlayedConversation.PlayAsync(player, Recorded("same", _abuse));

        (await PlayedConversation.PlayAsync(player, Recorded("same", "Hello"))).Outcome.Should().Be(Outcome.Active);
    }

    [Test]
    public async Task Cancellation_stops_the_playing()
    {
        using var eliza = new GuardedEliza();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await new TranscriptPlayer(eliza.Client, eliza.Observer).Invoking(player => PlayedConversation.PlayAsync(player, Recorded("a", "Hello"), cancelled.Token))
            .Should().ThrowAsync<OperationCanceledException>();
    }

    private static async Task<PlayedConversation> PlayAsync(GuardedEliza eliza, params string[] turns)
    {
        using (eliza)
        {
            return await PlayedConversation.PlayAsync(new TranscriptPlayer(eliza.Client, eliza.Observer), Recorded("a", turns));
        }
    }

    private static RecordedConversation Recorded(string id, params string[] turns) => new(1, new LineId(id), [.. turns.Select(turn => new ChatMessage(ChatRole.User, turn))]);
}
