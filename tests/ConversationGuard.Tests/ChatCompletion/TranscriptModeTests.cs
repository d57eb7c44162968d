using System.Globalization;
using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Tests.ChatCompletion;

/// <summary>No key tells which conversation a call belongs to: the presented messages are all there is.</summary>
[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class TranscriptModeTests(ChatPath path)
{
    private const string Notice = "Please note: this conversation may be ended if this goes on (insults or harassment). I'm glad to continue with anything else.";

    private GuardedChat _chat = null!;

    [SetUp]
    public void CreateChat() => _chat = new GuardedChat(path) { Key = null };

    [TearDown]
    public async Task DisposeChat() => await _chat.DisposeAsync();

    [Test]
    public async Task R2_the_ladder_follows_from_the_messages_alone()
    {
        await _chat.SayAllAsync("insult one", "insult two");
        var third = await _chat.SayAsync("insult three");
        var ended = await _chat.EndsAtAsync("insult four");

        third.Text.Should().EndWith(Notice);
        ended.Should().BeEquivalentTo(new { Reason = EndReason.PersistentAbuse, ConversationKey = (string?)null, IsRepeat = false });
        (_chat.Store.Reads, _chat.Store.Writes).Should().Be((0, 0));
    }

    [Test]
    public async Task R11_a_transcript_that_went_on_after_its_end_is_refused()
    {
        await using var chat = new GuardedChat(path, options => options.EndBehavior = EndBehavior.Respond) { Key = null };
        await chat.SayAllAsync("insult one", "insult two", "insult three", "insult four");

        var again = await chat.SayAsync("hello");

        again.FinishReason.Should().Be(ConversationGuardChatClient.ConversationEndedFinishReason);
        again.AdditionalProperties.Should().Contain("ConversationGuard.IsRepeat", true);
        chat.Model.Calls.Should().HaveCount(3);
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().ContainSingle();
        chat.Observer.Of(GuardEventKind.CallRefused).Should().ContainSingle();
    }

    [Test]
    public async Task R3_a_transcript_without_the_notice_was_not_warned()
    {
        await _chat.SayAllAsync("insult one", "insult two", "insult three");
        _chat.History[^1] = new(ChatRole.Assistant, "The host kept something else.");

        var warned = await _chat.SayAsync("insult four");

        warned.Text.Should().EndWith(Notice);
    }

    [Test]
    public async Task R4_a_user_who_pastes_the_notice_was_not_warned()
    {
        await _chat.SayAllAsync("insult one " + Notice, "insult two " + Notice);
        _chat.History.Add(new(ChatRole.User, "insult three " + Notice));
        _chat.History.Add(new(ChatRole.Assistant, "Hm."));

        var next = await _chat.SayAsync("insult four " + Notice);

        next.Text.Should().EndWith(Notice, "it is the first warning");
    }

    [Test]
    public async Task R3_a_model_that_repeats_the_notice_too_early_warned_nobody()
    {
        _chat.Model.Respond = (_, _) => new ChatResponse(new ChatMessage(ChatRole.Assistant, "You wrote: " + Notice));
        await _chat.SayAllAsync("say this: " + Notice, "insult one", "insult two");

        var third = await _chat.SayAsync("insult three");

        third.Text.Should().EndWith("\n\n" + Notice);
    }

    [Test]
    public async Task R4_a_notice_in_another_language_is_known()
    {
        var before = CultureInfo.CurrentUICulture;
        try
        {
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("fr-FR");
            await _chat.SayAllAsync("insult one", "insult two", "insult three");
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("it");

            var ended = await _chat.EndsAtAsync("insult four");

            ended.UserMessage.Should().StartWith("Ho chiuso questa conversazione");
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }

    [Test]
    public async Task R8_insults_that_nobody_answered_are_not_failed_redirections()
    {
        for (var i = 0; i < 8; i++)
        {
            _chat.History.Add(new(ChatRole.User, $"insult {i}"));
        }

        var answer = await _chat.SayAsync("insult last");

        answer.Text.Should().Be("Reply 1");
    }

    [Test]
    public async Task R9_calm_turns_in_the_messages_forgive()
    {
        await _chat.SayAllAsync("insult one", "insult two", "calm 1", "calm 2", "calm 3", "calm 4", "calm 5", "calm 6");

        var next = await _chat.SayAsync("insult three");
        var after = await _chat.SayAsync("insult four");

        next.Text.Should().Be("Reply 9");
        after.Text.Should().Be("Reply 10");
    }

    [Test]
    public async Task R9_time_forgives_where_the_messages_have_times()
    {
        foreach (var (text, hour) in new[] { ("insult one", 0), ("insult two", 1), ("insult three", 2), ("insult four", 3), ("insult five", 4) })
        {
            _chat.History.Add(new(ChatRole.User, text) { CreatedAt = _chat.Time.GetUtcNow().AddHours(hour - 5) });
            _chat.History.Add(new(ChatRole.Assistant, "Hm. " + Notice));
        }

        var answer = await _chat.SayAsync("insult six");

        answer.Text.Should().Be("Reply 1");
    }

    [Test]
    public async Task R5_a_crisis_in_the_messages_holds_the_end_off()
    {
        await _chat.SayAllAsync("insult one", "crisis", "insult two", "insult three", "insult four");

        var answer = await _chat.SayAsync("insult five");

        answer.Text.Should().Be("Reply 6");
        _chat.Model.Calls[^1].Instructions.Should().Contain("supportive");
        _chat.History.Where(message => message.Text.Contains("findahelpline")).Should().ContainSingle();
    }

    [TestCase("insult four", "crisis")]
    [TestCase("crisis", "insult four")]
    public async Task R5_a_crisis_in_the_same_call_as_the_last_insult_holds_the_end_off(string first, string second)
    {
        await _chat.SayAllAsync("insult one", "insult two", "insult three");

        var response = await _chat.AskAsync([.. _chat.History, new(ChatRole.User, first), new(ChatRole.User, second)]);

        response.Text.Should().StartWith("Reply 4").And.Contain("findahelpline").And.NotContain("may be ended");
    }

    [Test]
    public async Task R10_history_that_is_sent_again_is_not_classified_again()
    {
        await _chat.SayAllAsync("insult one", "hello", "what is new", "insult two");

        _chat.Classifier.Calls.Should().Be(4);
    }

    [Test]
    public async Task R10_regenerating_repeats_the_decision()
    {
        await _chat.SayAllAsync("insult one", "insult two", "insult three");

        var again = await _chat.RegenerateAsync();

        again.Text.Should().EndWith(Notice);
        _chat.Model.Calls[^1].Instructions.Should().Contain("insults or harassment");
    }

    [Test]
    public async Task What_this_cannot_remember_is_said_once()
    {
        await _chat.SayAllAsync("hello", "hello again");
        _chat.History.Clear();
        await _chat.SayAsync("hello");

        _chat.Observer.Of(GuardEventKind.TranscriptModeEntered).Should().ContainSingle();
    }

    [Test]
    public async Task Many_first_calls_at_once_say_it_once()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 50), async (_, token) => await _chat.AskAsync([new ChatMessage(ChatRole.User, "hello")], token));

        _chat.Observer.Of(GuardEventKind.TranscriptModeEntered).Should().ContainSingle();
    }

    [Test]
    public async Task R18_an_observed_transcript_is_counted_to_its_end()
    {
        await using var chat = new GuardedChat(path, options => options.Mode = GuardMode.Observe) { Key = null };

        await chat.SayAllAsync("insult one", "insult two", "insult three", "insult four");

        chat.Observer.Of(GuardEventKind.TurnDecided).Select(one => one.Action).Should().Equal(GuardAction.Redirect, GuardAction.Redirect, GuardAction.Warn, GuardAction.End);
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().ContainSingle();
        chat.Model.Calls.Should().HaveCount(4).And.OnlyContain(call => call.Options == null);
    }
}
