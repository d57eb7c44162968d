using ConversationGuard.ChatCompletion;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Tests.ChatCompletion;

[TestFixture(ChatPath.Whole, true)]
[TestFixture(ChatPath.Streaming, true)]
[TestFixture(ChatPath.Whole, false)]
[TestFixture(ChatPath.Streaming, false)]
public class ToolLoopTests(ChatPath path, bool isOutermost)
{
    private readonly AIFunction _look = AIFunctionFactory.Create(() => "insult from a tool", "look");

    private GuardedChat NewChat()
    {
        var chat = new GuardedChat(path, build: builder => isOutermost
            ? builder.UseConversationGuard().UseFunctionInvocation()
            : builder.UseFunctionInvocation().UseConversationGuard());
        chat.Model.Respond = CallToolsTwice;
        return chat;
    }

    [Test]
    public async Task R10_a_tool_loop_is_one_turn()
    {
        await using var chat = NewChat();

        var answer = await SayAsync(chat, "insult one");

        answer.Text.Should().EndWith("Done.");
        chat.Model.Calls.Should().HaveCount(3).And.OnlyContain(call => call.Instructions!.Contains("insults or harassment"), "every step is steered");
        (await chat.StateAsync()).Violations.Should().ContainSingle().Which.IsDelivered.Should().BeTrue();
        chat.Classifier.Calls.Should().Be(1);
        chat.Observer.Of(GuardEventKind.TurnDecided).Where(one => !one.IsRepeat).Should().ContainSingle();
    }

    [Test]
    public async Task R4_the_notice_is_on_the_final_answer_alone_and_once()
    {
        await using var chat = NewChat();
        await SayAsync(chat, "insult one");
        await SayAsync(chat, "insult two");

        var warned = await SayAsync(chat, "insult three");
        var end = () => SayAsync(chat, "insult four");

        warned.Messages[^1].Text.Should().StartWith("Done.\n\n").And.Contain("may be ended");
        warned.Text.Split("may be ended").Should().HaveCount(2);
        chat.Model.Calls.SelectMany(call => call.Messages).Where(message => message.Role == ChatRole.Assistant).Should().NotContain(message => message.Text.Contains("may be ended"), "the host keeps its own history");
        await end.Should().ThrowAsync<ConversationEndedException>();
    }

    [Test]
    public async Task R5_help_resources_are_on_the_final_answer_alone_and_once()
    {
        await using var chat = NewChat();

        var answer = await SayAsync(chat, "crisis");

        answer.Text.Split("findahelpline").Should().HaveCount(2);
        answer.Messages[^1].Text.Should().StartWith("Done.").And.Contain("findahelpline");
        chat.Model.Calls.Should().HaveCount(3).And.OnlyContain(call => call.Instructions!.Contains("supportive"));
    }

    [Test]
    public async Task R8_a_loop_that_breaks_is_no_redirection()
    {
        await using var chat = NewChat();
        var calls = 0;
        chat.Model.Before = _ => ++calls == 2 ? throw new HttpRequestException() : Task.CompletedTask;

        var say = () => SayAsync(chat, "insult one");

        await say.Should().ThrowAsync<HttpRequestException>();
        (await chat.StateAsync()).Violations.Should().ContainSingle().Which.IsDelivered.Should().BeFalse();
    }

    [Test]
    public async Task A_calm_loop_passes_untouched()
    {
        await using var chat = NewChat();

        await SayAsync(chat, "hello");

        chat.Model.Calls.Should().HaveCount(3).And.OnlyContain(call => call.Instructions == null);
        chat.Store.Writes.Should().Be(0);
    }

    [Test]
    public async Task R9_a_calm_loop_forgives_as_one_turn()
    {
        await using var chat = NewChat();
        await SayAsync(chat, "insult one");

        await SayAsync(chat, "calm");

        (await chat.StateAsync()).CalmTurns.Should().Be(1);
    }

    [Test]
    public async Task R10_a_loop_without_a_key_is_reported_once()
    {
        await using var chat = NewChat();
        chat.Key = null;

        await chat.AskAsync([new(ChatRole.User, "insult one")], new ChatOptions { Tools = [_look] });

        chat.Model.Calls.Should().HaveCount(3).And.OnlyContain(call => call.Instructions!.Contains("insults or harassment"));
        chat.Observer.Of(GuardEventKind.TurnDecided).Where(one => !one.IsRepeat).Should().ContainSingle();
    }

    [Test]
    public async Task R10_steps_that_the_host_takes_under_a_new_conversation_id_each_are_one_turn()
    {
        await using var chat = new GuardedChat(path) { Key = null };
        chat.Model.Respond = (_, _) =>
        {
            var response = CallToolsTwice([], null, chat.Model.Calls.Count % 3);
            response.ConversationId = $"conv-{chat.Model.Calls.Count}";
            return response;
        };
        string? conversationId = null;
        async Task<ChatResponse> SayAsync(string text)
        {
            var answer = await chat.AskAsync([new(ChatRole.User, text)], new ChatOptions { ConversationId = conversationId });
            while (answer.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().FirstOrDefault() is { } asked)
            {
                conversationId = answer.ConversationId;
                answer.Text.Should().NotContain("may be ended");
                answer = await chat.AskAsync([new(ChatRole.Tool, [new FunctionResultContent(asked.CallId, "insult from a tool")])], new ChatOptions { ConversationId = conversationId });
            }

            conversationId = answer.ConversationId;
            return answer;
        }

        await SayAsync("insult one");
        await SayAsync("insult two");
        var warned = await SayAsync("insult three");

        warned.Text.Should().Contain("may be ended");
        conversationId.Should().Be("conv-9");
        chat.Classifier.Calls.Should().Be(3);
        (await chat.Guard.GetStatusAsync("conv-9")).State.Violations.Should().HaveCount(3).And.OnlyContain(entry => entry.IsDelivered);
        await chat.Awaiting(_ => SayAsync("insult four")).Should().ThrowAsync<ConversationEndedException>();
    }

    [Test]
    public async Task R10_a_loop_whose_messages_the_host_gives_new_ids_in_every_call_is_one_turn()
    {
        await using var chat = new GuardedChat(path);
        chat.Model.Respond = CallToolsTwice;
        var (history, sent) = (new List<ChatMessage>(), 0);
        async Task<ChatResponse> AskAsync()
        {
            // What the user did not write the host makes anew for every call.
            var shown = history.ConvertAll(message => message.Clone());
            shown.FindAll(message => message.Role != ChatRole.User).ForEach(message => message.MessageId = $"made-{++sent}");
            var response = await chat.AskAsync(shown);
            history.AddRange(response.Messages);
            return response;
        }

        async Task<ChatResponse> SayAsync(string text)
        {
            history.Add(new ChatMessage(ChatRole.User, text) { MessageId = text });
            var answer = await AskAsync();
            while (answer.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().FirstOrDefault() is { } asked)
            {
                answer.Text.Should().NotContain("may be ended");
                history.Add(new ChatMessage(ChatRole.Tool, [new FunctionResultContent(asked.CallId, "insult from a tool")]));
                answer = await AskAsync();
            }

            return answer;
        }

        await SayAsync("insult one");
        await SayAsync("insult two");
        var warned = await SayAsync("insult three");

        warned.Text.Should().Contain("may be ended");
        (chat.Model.Calls.Count, chat.Classifier.Calls).Should().Be((9, 3));
        (await chat.StateAsync()).Violations.Should().HaveCount(3).And.OnlyContain(entry => entry.IsDelivered);
        await chat.Awaiting(_ => SayAsync("insult four")).Should().ThrowAsync<ConversationEndedException>();
    }

    [Test]
    public async Task R10_a_loop_over_a_history_held_by_the_server_is_one_turn()
    {
        await using var chat = NewChat();
        chat.Key = null;
        chat.Model.Respond = (messages, options) =>
        {
            var response = CallToolsTwice(messages, options, chat.Model.Calls.Count % 3);
            response.ConversationId = $"conv-{chat.Model.Calls.Count}";
            return response;
        };
        string? conversationId = "conv-0";
        ChatResponse answer = null!;
        for (var i = 0; i < 3; i++)
        {
            answer = await chat.AskAsync([new(ChatRole.User, $"insult {i}")], new ChatOptions { Tools = [_look], ConversationId = conversationId });
            conversationId = answer.ConversationId;
        }

        answer.Text.Should().Contain("may be ended");
        conversationId.Should().Be("conv-9");
        (await chat.Guard.GetStatusAsync("conv-9")).State.Violations.Should().HaveCount(3).And.OnlyContain(entry => entry.IsDelivered);
    }

    private async Task<ChatResponse> SayAsync(GuardedChat chat, string text)
    {
        var message = new ChatMessage(ChatRole.User, text);
        var response = await chat.AskAsync([.. chat.History, message], new ChatOptions { Tools = [_look] }.WithConversationKey("conversation-1"));
        chat.History.AddRange([message, new(ChatRole.Assistant, "Done.")]);
        return response;
    }

    private static ChatResponse CallToolsTwice(IReadOnlyList<ChatMessage> messages, ChatOptions? options) =>
        CallToolsTwice(messages, options, messages.Reverse().TakeWhile(message => message.Role != ChatRole.User).Count(message => message.Role == ChatRole.Tool) is var results and < 2 ? results + 1 : 0);

    private static ChatResponse CallToolsTwice(IReadOnlyList<ChatMessage> messages, ChatOptions? options, int step) =>
        step == 0
            ? new ChatResponse(new ChatMessage(ChatRole.Assistant, "Done.") { MessageId = "done" })
            : new ChatResponse(new ChatMessage(ChatRole.Assistant, [new TextContent("Let me look."), new FunctionCallContent($"c{step}", "look")]) { MessageId = $"m{step}" });
}

public class DeclaredToolTests
{
    [TestCase(ChatPath.Whole)]
    [TestCase(ChatPath.Streaming)]
    public async Task R4_a_reply_that_asks_the_host_for_a_tool_is_not_the_final_answer(ChatPath path)
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two");
        chat.Model.Respond = (_, _) => new ChatResponse(new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("c1", "look")]));

        var asks = await chat.SayAsync("insult three");
        chat.Model.Respond = null;
        chat.History.Add(new(ChatRole.Tool, [new FunctionResultContent("c1", "42")]));
        var answer = await chat.AskAsync([.. chat.History]);

        asks.Text.Should().BeEmpty();
        answer.Text.Should().StartWith("Reply 4\n\n").And.Contain("may be ended");
        (await chat.StateAsync()).Violations.Should().HaveCount(3).And.OnlyContain(entry => entry.IsDelivered);
    }

    [TestCase(ChatPath.Whole)]
    [TestCase(ChatPath.Streaming)]
    public async Task R8_a_tool_call_that_the_service_runs_itself_leaves_nothing_pending(ChatPath path)
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two");
        chat.Model.Respond = (_, _) => new ChatResponse(new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("c1", "web_search") { InformationalOnly = true }, new TextContent("Found it.")]));

        var answer = await chat.SayAsync("insult three");

        answer.Text.Should().StartWith("Found it.").And.Contain("may be ended");
        (await chat.StateAsync()).IsWarned.Should().BeTrue();
    }
}
