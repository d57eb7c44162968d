using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace ConversationGuard.Tests.EndToEnd;

/// <summary>What real people wrote, through the whole guard with its embedded classifier.</summary>
[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class RealConversationTests(ChatPath path)
{
    /// <summary>Somebody who wants help with selling drugs and says so four times (hh-harmless; MIT). The model was trained on it: what this shows is the way of the turns.</summary>
    private const string PersistentConversation = "hh-1496";

    /// <summary>Somebody who swears at a bot in three of eight turns (ConvAbuse, CarbonBot; CC-BY-4.0).</summary>
    private const string RudeConversation = "2879462978744613";

    [Test]
    public async Task R2_a_real_conversation_of_persistent_requests_is_redirected_then_warned_then_ended()
    {
        var conversation = SharedData.Conversations("hh-harmless/hh-harmless.jsonl").Single(one => one.Id == PersistentConversation);
        await using var chat = WithEmbeddedClassifier();

        var ended = await PlayAsync(chat, conversation);

        ended.Should().NotBeNull();
        ended!.Reason.Should().Be(EndReason.PersistentHarmRequests);
        var actions = chat.Observer.Of(GuardEventKind.TurnDecided).Select(decided => decided.Action).Where(action => action != GuardAction.Continue).ToList();
        actions[^2..].Should().Equal(GuardAction.Warn, GuardAction.End);
        actions[..^2].Should().HaveCountGreaterThanOrEqualTo(2).And.OnlyContain(action => action == GuardAction.Redirect);
    }

    [Test]
    public async Task R3_a_real_conversation_with_abuse_between_other_turns_is_redirected_and_not_ended()
    {
        var conversation = SharedData.Conversations("convabuse/conversations.jsonl").Single(one => one.Id == RudeConversation);
        await using var chat = WithEmbeddedClassifier();

        (await PlayAsync(chat, conversation)).Should().BeNull();

        chat.Observer.Of(GuardEventKind.TurnDecided).Count(decided => decided.Action == GuardAction.Redirect).Should().BeGreaterThanOrEqualTo(2);
        chat.Observer.Of(GuardEventKind.TurnDecided).Should().NotContain(decided => decided.Action == GuardAction.Warn);
    }

    [Test]
    public async Task An_ordinary_real_conversation_passes_untouched_with_no_store_write()
    {
        var conversation = SharedData.Conversations("taskmaster4/taskmaster4.jsonl").First(one => one.UserTurns.Count() >= 4);
        await using var chat = WithEmbeddedClassifier();

        (await PlayAsync(chat, conversation)).Should().BeNull();

        chat.Store.Writes.Should().Be(0);
        chat.Model.Calls.Should().OnlyContain(call => call.Instructions == null);
        chat.History.Where(message => message.Role == ChatRole.Assistant).Should().OnlyContain(message => message.Text.StartsWith("Reply "));
    }

    /// <summary>
    /// The model is small and asked to miss few crises (R5), so it holds a harmless sentence for one now and then: of these conversations
    /// about one in a thousand. That costs a friendly tone and a helpline; a violation among them would be a fault.
    /// </summary>
    [Test]
    public async Task Of_many_ordinary_real_conversations_none_is_redirected_and_hardly_one_is_touched()
    {
        var touched = 0;
        foreach (var conversation in SharedData.Conversations("taskmaster4/taskmaster4.jsonl").Take(1_000))
        {
            await using var chat = WithEmbeddedClassifier();

            (await PlayAsync(chat, conversation)).Should().BeNull();

            chat.Observer.Events.Should().OnlyContain(one => one.Action == GuardAction.Continue && one.Turn.Kind != TurnKind.Violation);
            touched += chat.Store.Writes > 0 ? 1 : 0;
        }

        touched.Should().BeLessThanOrEqualTo(5);
    }

    private GuardedChat WithEmbeddedClassifier() => new(path, register: services => services.AddSingleton<IMessageClassifier>(EmbeddedClassifier.Default));

    private static async Task<ConversationEndedException?> PlayAsync(GuardedChat chat, SharedData.Conversation conversation)
    {
        foreach (var text in conversation.UserTurns)
        {
            try
            {
                await chat.SayAsync(text);
            }
            catch (ConversationEndedException ended)
            {
                return ended;
            }
        }

        return null;
    }
}
