using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Tests.ChatCompletion;

[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class UserTextOnlyTests(ChatPath path)
{
    [TestCase("system")]
    [TestCase("assistant")]
    [TestCase("tool")]
    [TestCase("developer")]
    public async Task R15_only_the_user_role_counts(string role)
    {
        foreach (var key in new[] { "conversation-1", null })
        {
            await using var chat = new GuardedChat(path) { Key = key };
            for (var i = 0; i < 6; i++)
            {
                chat.History.Add(new(new ChatRole(role), $"insult {i}"));
                await chat.SayAsync("hello");
            }

            await chat.AskAsync([.. chat.History, new(new ChatRole(role), "insult last")]);

            chat.Model.Calls.Should().HaveCount(7).And.OnlyContain(call => call.Instructions == null);
            chat.Store.Writes.Should().Be(0);
        }
    }

    [Test]
    public async Task R15_the_insult_that_a_model_answers_with_does_not_count()
    {
        await using var chat = new GuardedChat(path);
        chat.Model.Respond = (_, _) => new ChatResponse(new ChatMessage(ChatRole.Assistant, "insult of the model"));

        await chat.SayAllAsync("one", "two", "three", "four", "five");

        chat.Store.Writes.Should().Be(0);
    }

    [Test]
    public async Task R15_a_user_looking_turn_that_the_model_invented_does_not_count()
    {
        await using var chat = new GuardedChat(path);
        chat.Model.Respond = (_, _) => new ChatResponse([new(ChatRole.User, "insult"), new(ChatRole.Assistant, "Hm.")]);

        await chat.SayAllAsync("one", "two", "three", "four", "five");

        chat.Store.Writes.Should().Be(0);
    }

    [TestCase("tool")]
    [TestCase("other")]
    public async Task R15_tool_results_in_a_user_message_do_not_count(string kind)
    {
        await using var chat = new GuardedChat(path);
        AIContent content = kind == "tool" ? new FunctionResultContent("c1", "insult") : new DataContent("insult"u8.ToArray(), "text/plain");

        await chat.AskAsync([new ChatMessage(ChatRole.User, [content])]);

        chat.Classifier.Calls.Should().Be(0);
        chat.Store.Writes.Should().Be(0);
    }

    [Test]
    public async Task R15_system_text_after_the_user_message_does_not_hide_it()
    {
        await using var chat = new GuardedChat(path);

        await chat.AskAsync([new(ChatRole.User, "insult"), new(ChatRole.System, "Answer in two sentences.")]);

        (await chat.StateAsync()).Violations.Should().ContainSingle();
        chat.Model.Calls.Should().ContainSingle().Which.Instructions.Should().Contain("insults or harassment");
    }

    [Test]
    public async Task R15_an_insult_of_the_past_is_not_judged_with_a_new_turn()
    {
        await using var chat = new GuardedChat(path);

        await chat.AskAsync([new(ChatRole.User, "insult"), new(ChatRole.Assistant, "Hm."), new(ChatRole.User, "hello")]);

        chat.Classifier.Calls.Should().Be(1);
        chat.Store.Writes.Should().Be(0);
    }
}
