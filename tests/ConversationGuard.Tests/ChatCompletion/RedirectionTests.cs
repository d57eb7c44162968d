using ConversationGuard.DeEscalation;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Tests.ChatCompletion;

[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class RedirectionTests(ChatPath path)
{
    [TestCase("insult", "insults or harassment")]
    [TestCase("threat", "threats")]
    [TestCase("hate", "people deserve respect")]
    [TestCase("harm", "help with something harmful or illegal")]
    [TestCase("weapon", "help with violence or weapons")]
    public async Task Instruct_asks_the_model_with_words_for_the_category(string text, string words)
    {
        await using var chat = new GuardedChat(path);

        var response = await chat.SayAsync(text);

        response.Text.Should().Be("Reply 1");
        chat.Model.Calls.Should().ContainSingle().Which.Instructions.Should().Contain(words).And.NotContain("appended to your reply");
    }

    [Test]
    public async Task Instruct_adds_to_a_clone_and_leaves_the_host_options_as_they_are()
    {
        await using var chat = new GuardedChat(path);
        var options = new ChatOptions { Instructions = "Be brief.", Temperature = 0.5f, ModelId = "m" }.WithConversationKey("c");

        await chat.AskAsync([new(ChatRole.User, "insult")], options);

        var call = chat.Model.Calls.Should().ContainSingle().Which;
        call.Options.Should().NotBeSameAs(options);
        call.Instructions.Should().StartWith("Be brief.\n\n").And.Contain("insults or harassment");
        call.Options!.Temperature.Should().Be(0.5f);
        call.Options.ModelId.Should().Be("m");
        options.Instructions.Should().Be("Be brief.");
    }

    [Test]
    public async Task Instruct_does_not_need_options()
    {
        await using var chat = new GuardedChat(path) { Key = null };

        await chat.SayAsync("insult");

        chat.Model.Calls.Should().ContainSingle().Which.Instructions.Should().Contain("insults or harassment");
    }

    [Test]
    public async Task An_ordinary_turn_hands_on_the_very_options_and_messages()
    {
        await using var chat = new GuardedChat(path);
        var options = new ChatOptions { Instructions = "Be brief." }.WithConversationKey("c");
        var message = new ChatMessage(ChatRole.User, "hello");

        await chat.AskAsync([message], options);

        var call = chat.Model.Calls.Should().ContainSingle().Which;
        call.Options.Should().BeSameAs(options);
        call.Messages.Should().ContainSingle().Which.Should().BeSameAs(message);
    }

    [Test]
    public async Task The_turn_after_a_redirection_is_not_steered_any_more()
    {
        await using var chat = new GuardedChat(path);

        await chat.SayAllAsync("insult", "hello again");

        chat.Model.Calls[1].Options!.Instructions.Should().BeNull();
    }

    [Test]
    public async Task Reply_answers_itself_and_does_not_call_the_model()
    {
        await using var chat = new GuardedChat(path, options => options.RedirectionStyle = RedirectionStyle.Reply);

        var abuse = await chat.SayAsync("insult");
        var harm = await chat.SayAsync("harm");

        chat.Model.Calls.Should().BeEmpty();
        abuse.Text.Should().Contain("I won't go along with insults or harassment");
        harm.Text.Should().StartWith("I can't provide help with something harmful or illegal.");
        abuse.FinishReason.Should().Be(ChatFinishReason.Stop);
        abuse.Messages.Should().ContainSingle().Which.Role.Should().Be(ChatRole.Assistant);
    }

    [TestCase(null)]
    [TestCase("thread-7")]
    [TestCase("_agent_local_chat_history")]
    public async Task Reply_echoes_the_conversation_id_of_the_request(string? conversationId)
    {
        await using var chat = new GuardedChat(path, options => options.RedirectionStyle = RedirectionStyle.Reply) { ConversationId = conversationId };

        var response = await chat.SayAsync("insult");

        response.ConversationId.Should().Be(conversationId);
    }

    [Test]
    public async Task R2_replies_of_the_guard_are_redirections_too()
    {
        await using var chat = new GuardedChat(path, options => options.RedirectionStyle = RedirectionStyle.Reply);

        await chat.SayAllAsync("insult one", "insult two");
        var warned = await chat.SayAsync("insult three");
        var ended = await chat.EndsAtAsync("insult four");

        warned.Text.Should().Contain("I won't go along with").And.Contain("may be ended");
        ended.IsRepeat.Should().BeFalse();
        chat.Model.Calls.Should().BeEmpty();
    }

    [Test]
    public async Task R3_two_insults_before_one_reply_got_one_redirection()
    {
        await using var chat = new GuardedChat(path);

        await chat.SendAsync("insult one", "insult two");
        chat.History.AddRange([new(ChatRole.User, "insult one"), new(ChatRole.User, "insult two"), new(ChatRole.Assistant, "Reply 1")]);
        var second = await chat.SayAsync("insult three");
        var third = await chat.SayAsync("insult four");

        second.Text.Should().Be("Reply 2", "only one redirection was delivered and failed (R3)");
        third.Text.Should().Contain("may be ended");
    }
}
