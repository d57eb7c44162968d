using ConversationGuard.ChatCompletion;
using ConversationGuard.DeEscalation;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Tests.ChatCompletion;

[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class HelpResourcesTests(ChatPath path)
{
    private const string Vienna = "- TelefonSeelsorge: 142";

    [Test]
    public async Task R5_someone_at_risk_is_given_the_numbers_of_the_region()
    {
        await using var chat = new GuardedChat(path, options => options.Culture = "de-AT");

        var response = await chat.SayAsync("crisis one");

        response.Text.Should().StartWith("Reply 1\n\nWenn du").And.Contain("112 / 144 (AT)").And.Contain(Vienna);
    }

    [Test]
    public async Task R5_the_set_region_comes_before_that_of_the_culture()
    {
        await using var chat = new GuardedChat(path, options => (options.Culture, options.Region) = ("en-US", "at"));

        var response = await chat.SayAsync("crisis one");

        response.Text.Should().Contain("If you or someone else").And.Contain("(AT)").And.Contain(Vienna).And.NotContain("911");
    }

    [Test]
    public async Task R5_the_resources_come_once_per_hold_and_again_whenever_they_are_asked_for()
    {
        await using var chat = new GuardedChat(path, options => options.Culture = "de-AT");
        await chat.SayAsync("crisis one");

        var other = await chat.SayAsync("crisis two");
        var asked = await chat.SayAsync("Wie war die Nummer?");
        var after = await chat.SayAsync("danke");
        var askedAgain = await chat.SayAsync("crisis, wen kann ich anrufen?");

        other.Text.Should().Be("Reply 2");
        asked.Text.Should().StartWith("Reply 3\n\n").And.Contain(Vienna);
        after.Text.Should().Be("Reply 4");
        askedAgain.Text.Should().Contain(Vienna);
    }

    [Test]
    public async Task R5_a_request_changes_nothing_about_the_hold_and_the_support()
    {
        await using var chat = new GuardedChat(path, options => options.Culture = "de-AT");
        await chat.SayAsync("crisis one");
        await chat.SayAsync("die Nummer?");

        (await chat.Guard.GetStatusAsync("conversation-1")).State.Should().BeEquivalentTo(new { IsCrisisHold = true, AreResourcesDelivered = true });
        chat.Model.Calls[1].Instructions.Should().Contain("Be warm, calm and supportive");
    }

    [Test]
    public async Task R5_they_are_given_on_request_however_abusive_the_request_is()
    {
        await using var chat = new GuardedChat(path, options => options.Culture = "de-AT");
        await chat.SayAsync("crisis one");

        var response = await chat.SayAsync("insult give me the number, hotline, whatever");

        response.Text.Should().Contain(Vienna).And.NotContain("beendet");
    }

    [Test]
    public async Task Outside_a_hold_nobody_is_given_numbers()
    {
        await using var chat = new GuardedChat(path, options => options.Culture = "de-AT");

        var calm = await chat.SayAsync("what is the number of the helpline?");
        var insult = await chat.SayAsync("insult what is your hotline");

        calm.Text.Should().Be("Reply 1");
        insult.Text.Should().Be("Reply 2");
    }

    [Test]
    public async Task R18_in_observe_mode_nothing_is_appended_on_request()
    {
        await using var chat = new GuardedChat(path, options => options.Mode = GuardMode.Observe);
        await chat.SayAsync("crisis one");

        (await chat.SayAsync("is there a helpline?")).Text.Should().Be("Reply 2");
    }

    [Test]
    public async Task R10_a_request_that_is_regenerated_is_answered_with_the_numbers_again()
    {
        await using var chat = new GuardedChat(path, options => options.Culture = "de-AT");
        await chat.SayAllAsync("crisis one", "die Nummer?");

        var again = await chat.AskAsync(chat.History.Take(3));

        again.Text.Should().Contain(Vienna);
    }

    [Test]
    public async Task R5_the_numbers_come_with_the_reply_after_a_tool_call()
    {
        await using var chat = new GuardedChat(path, options => options.Culture = "de-AT");
        await chat.SayAsync("crisis one");
        chat.Model.Respond = (messages, _) => new ChatResponse(messages[^1].Role == ChatRole.Tool
            ? new ChatMessage(ChatRole.Assistant, "Done.")
            : new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("1", "look_up")]));
        List<ChatMessage> history = [.. chat.History, new(ChatRole.User, "look up a helpline")];

        var step = await chat.AskAsync(history);
        var reply = await chat.AskAsync([.. history, .. step.Messages, new(ChatRole.Tool, [new FunctionResultContent("1", "none")])]);

        step.Text.Should().BeEmpty();
        reply.Text.Should().StartWith("Done.").And.Contain(Vienna);
    }

    [Test]
    public async Task Without_a_key_they_are_given_on_request_too()
    {
        await using var chat = new GuardedChat(path, options => options.Culture = "de-AT") { Key = null };
        await chat.SayAsync("crisis one");

        (await chat.SayAsync("ok")).Text.Should().Be("Reply 2");
        (await chat.SayAsync("ein Notruf?")).Text.Should().Contain(Vienna);
    }

    [Test]
    public async Task R5_only_the_one_at_risk_is_heard_where_each_has_a_record()
    {
        await using var chat = new GuardedChat(path, options => (options.Culture, options.PerAuthor) = ("de-AT", true));
        await chat.AskAsync([new(ChatRole.User, "crisis one") { AuthorName = "Ann" }]);

        var other = await chat.AskAsync([new(ChatRole.User, "the helpline of your shop?") { AuthorName = "Bob" }]);
        var asked = await chat.AskAsync([new(ChatRole.User, "die Nummer?") { AuthorName = "Ann" }]);

        other.Text.Should().Be("Reply 2");
        asked.Text.Should().Contain(Vienna);
    }

    [Test]
    public async Task R5_the_guards_own_reply_carries_them_too()
    {
        await using var chat = new GuardedChat(path, options => (options.Culture, options.RedirectionStyle) = ("de-AT", RedirectionStyle.Reply));
        await chat.SayAsync("crisis one");

        var asked = await chat.SayAsync("crisis two, wo finde ich Hilfe?");

        asked.Text.Should().StartWith(BuiltInTexts.ByCulture["de"].SupportReply).And.Contain(Vienna);
        chat.Model.Calls.Should().BeEmpty();
    }
}
