using ConversationGuard.DeEscalation;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Tests.ChatCompletion;

/// <summary>The server holds the history: what is presented is only what is new.</summary>
[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class ServerHeldHistoryTests(ChatPath path)
{
    [Test]
    public async Task R9_the_same_calm_words_typed_again_forgive_as_different_ones_do()
    {
        await using var chat = new GuardedChat(path);
        await SayAsync(chat, "insult one");

        await SayAsync(chat, "ok");
        await SayAsync(chat, "ok");
        (await chat.Guard.GetStatusAsync("conv-1")).State.Violations.Should().HaveCount(1);
        await SayAsync(chat, "ok");

        (await chat.Guard.GetStatusAsync("conv-1")).State.Violations.Should().BeEmpty();
    }

    [Test]
    public async Task R5_the_same_calm_words_typed_again_release_a_hold_as_different_ones_do()
    {
        await using var chat = new GuardedChat(path);
        await SayAsync(chat, "crisis");
        for (var i = 0; i < 5; i++)
        {
            await SayAsync(chat, "ok");
        }

        chat.Time.Advance(TimeSpan.FromHours(1));

        (await chat.Guard.GetStatusAsync("conv-1")).State.IsCrisisHold.Should().BeFalse();
    }

    [Test]
    public async Task R10_a_retried_calm_turn_counts_once()
    {
        await using var chat = new GuardedChat(path);
        await SayAsync(chat, "insult one");
        chat.Model.Before = _ => throw new HttpRequestException("The model is scripted to fail.");
        for (var i = 0; i < 5; i++)
        {
            await chat.Awaiting(it => SayAsync(it, "ok")).Should().ThrowAsync<HttpRequestException>();
        }

        (await chat.Guard.GetStatusAsync("conv-1")).State.Should().Match<ConversationState>(state => state.Violations.Count == 1 && state.CalmTurns == 1);
    }

    private Task SayAsync(GuardedChat chat, string text) =>
        path.AskAsync(chat.Client, [new ChatMessage(ChatRole.User, text)], new ChatOptions { ConversationId = "conv-1" });
}
