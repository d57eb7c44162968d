using ConsoleChat.Chat;
using Microsoft.Extensions.AI;

namespace ConsoleChat.Tests.Chat;

public sealed class ChatLoopTests
{
    [Test]
    public async Task Every_line_is_answered_until_the_input_ends()
    {
        using var client = new ScriptedChatClient("one ", "two");

        var chat = await ChatAsync(client, "a", "b");

        chat.Should().Be(new Result(0, "one two\none two\n", ""), "a pipe gets the bare answers");
        Texts(client.Requests[1]).Should().Equal("a", "one two", "b");
    }

    [Test]
    public async Task Blank_lines_are_not_sent()
    {
        using var client = new ScriptedChatClient("answer");

        (await ChatAsync(client, "", "  ", "a")).Output.Should().Be("answer\n");
        client.Requests.Should().ContainSingle();
    }

    [Test]
    public async Task No_input_at_all_is_no_conversation()
    {
        using var client = new ScriptedChatClient();

        (await ChatAsync(client)).Should().Be(new Result(0, "", ""));
    }

    [Test]
    public async Task Quit_leaves()
    {
        using var client = new ScriptedChatClient("answer");

        (await ChatAsync(client, "a", " /quit ", "b")).Output.Should().Be("answer\n");
        client.Requests.Should().ContainSingle();
    }

    [Test]
    public async Task New_begins_another_conversation_with_another_key()
    {
        using var client = new ScriptedChatClient("answer");

        await ChatAsync(client, "a", "b", "/new", "c");

        client.Requests.Select(messages => string.Join('|', Texts(messages))).Should().Equal("a", "a|answer|b", "c");
        client.Options[0].Should().BeSameAs(client.Options[1]);
        client.Options[0]!.AdditionalProperties.Should().NotBeEquivalentTo(client.Options[2]!.AdditionalProperties);
    }

    [Test]
    public async Task Each_turn_has_an_id_of_its_own_so_that_the_same_words_are_two_turns()
    {
        using var client = new ScriptedChatClient("answer");

        await ChatAsync(client, "a", "a");

        client.Requests[1].Where(message => message.Role == ChatRole.User).Select(message => message.MessageId).Should().OnlyHaveUniqueItems().And.NotContainNulls();
    }

    [Test]
    public async Task Commands_are_not_sent_but_a_sentence_with_a_slash_is()
    {
        using var client = new ScriptedChatClient("answer");

        var chat = await ChatAsync(client, "/help", "/nonsense", "/etc is a directory, isn't it?");

        chat.Output.Should().Contain("/quit leaves").And.Contain("no command /nonsense").And.EndWith("answer\n");
        client.Requests.Should().ContainSingle();
    }

    [Test]
    public async Task A_failure_is_told_and_the_conversation_goes_on()
    {
        using var client = new ScriptedChatClient("half an ");
        client.AfterTheWords = _ => client.Requests.Count == 1 ? throw new HttpRequestException("no route") : Task.CompletedTask;

        var chat = await ChatAsync(client, "a", "b");

        chat.Should().Be(new Result(1, "half an \nhalf an \n", "No answer could be had: no route\n"));
        Texts(client.Requests[1]).Should().Equal("a", "half an ", "b");
    }

    [Test]
    public async Task Ctrl_C_stops_the_running_answer_and_keeps_what_came_of_it()
    {
        using var ctrlC = new CtrlC();
        using var client = new ScriptedChatClient("half an ");
        client.AfterTheWords = async cancellationToken =>
        {
            if (client.Requests.Count == 1)
            {
                ctrlC.Press().Should().BeTrue("an answer is running");
                ctrlC.Press().Should().BeFalse("it was told to stop already, so this one means: leave");
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
        };

        var chat = await ChatAsync(client, ctrlC, "a", "b");

        chat.Should().Be(new Result(0, "half an \nStopped.\nhalf an \n", ""));
        Texts(client.Requests[1]).Should().Equal("a", "half an ", "b");
        ctrlC.Press().Should().BeFalse("nothing runs any more");
    }

    [Test]
    public async Task What_the_bot_says_cannot_rewrite_the_terminal()
    {
        using var client = new ScriptedChatClient("\u001b[2J", "x");

        (await ChatAsync(client, "a")).Output.Should().Be("[2Jx\n");
    }

    private static IEnumerable<string> Texts(IEnumerable<ChatMessage> messages) => messages.Select(message => message.Text);

    private static async Task<Result> ChatAsync(IChatClient client, params string[] lines)
    {
        using var ctrlC = new CtrlC();
        return await ChatAsync(client, ctrlC, lines);
    }

    private static async Task<Result> ChatAsync(IChatClient client, CtrlC ctrlC, params string[] lines)
    {
        using var input = new StringReader(string.Join('\n', lines));
        using var output = new StringWriter { NewLine = "\n" };
        using var errors = new StringWriter { NewLine = "\n" };
        var exitCode = await new ChatLoop(client, input, new ChatScreen(output, errors, interactive: false), ctrlC).RunAsync();
        return new Result(exitCode, output.ToString(), errors.ToString());
    }

    private sealed record Result(int ExitCode, string Output, string Errors);
}
