using System.Text.RegularExpressions;
using ConsoleChat.Chat;
using ConsoleChat.Eliza;
using ConversationGuard.ChatCompletion;
using Microsoft.Extensions.AI;

namespace ConsoleChat.Tests.Chat;

/// <summary>What somebody who chats sees of the guard.</summary>
public sealed partial class GuardedChatLoopTests
{
    private const string Notice = "Please note: this conversation may be ended if this goes on";
    private const string Over = "I have ended this conversation because of repeated abuse";

    [Test]
    public async Task R2_Persistent_abuse_is_redirected_twice_then_warned_then_ended_and_told_why_and_what_now()
    {
        var output = await ChatAsync(new GuardedEliza(), "ABUSE one", "ABUSE two", "ABUSE three", "ABUSE four");

        var redirections = DoctorScript.Instance.Redirections;
        output.Should().StartWith($"{redirections[0]}\n{redirections[1]}\n{redirections[2]}");
        output.Should().Contain(Notice).And.Contain(Over).And.Contain("start a new conversation");
        output.IndexOf(Notice, StringComparison.Ordinal).Should().BeGreaterThan(output.IndexOf(redirections[2], StringComparison.Ordinal));
        output.Should().EndWith("Type /new to start a new conversation.\n");
        output.Should().NotContain("ABUSE", "an insult is never quoted");
    }

    [Test]
    public async Task R11_An_ended_conversation_stays_ended_and_a_new_one_starts_at_once()
    {
        var output = await ChatAsync(new GuardedEliza(), "ABUSE", "ABUSE", "ABUSE", "ABUSE", "Hello", "/new", "Hello");

        output.Split(Over).Should().HaveCount(3, "the end and its repetition");
        output.Should().EndWith("A new conversation.\nHello. What is on your mind?\n");
    }

    [Test]
    public async Task R7_An_ordinary_conversation_is_left_alone()
    {
        string[] talk = ["Hello", "I am angry", "My printer ate my thesis", "No, you are wrong", "Hm"];
        using var unguarded = new ElizaChatClient();

        (await ChatAsync(new GuardedEliza(), talk)).Should().Be(await LoopAsync(unguarded, talk));
    }

    [Test]
    public async Task R5_Someone_at_risk_is_comforted_and_never_warned_or_ended()
    {
        var output = await ChatAsync(new GuardedEliza(), "CRISIS", "ABUSE", "ABUSE", "ABUSE", "ABUSE", "ABUSE");

        output.Should().StartWith(DoctorScript.Instance.Comforts[0]).And.Contain("emergency number");
        output.Should().NotContain(Notice).And.NotContain(Over);
    }

    [Test]
    public async Task An_end_that_comes_as_a_reply_is_shown_as_one()
    {
        var output = await ChatAsync(new GuardedEliza(options => options.EndBehavior = EndBehavior.Respond), "ABUSE", "ABUSE", "ABUSE", "ABUSE");

        output.Should().Contain(Over).And.EndWith("Type /new to start a new conversation.\n");
    }

    [Test]
    public async Task In_a_terminal_there_are_prompts_and_the_end_stands_out()
    {
        using var eliza = new GuardedEliza();

        var output = Colours().Replace(await LoopAsync(eliza.Client, interactive: true, "Hello", "ABUSE", "ABUSE", "ABUSE", "ABUSE"), string.Empty);

        output.Should().StartWith("you> bot> Hello. What is on your mind?\nyou> bot> ").And.MatchRegex("This conversation is over(.|\n)*ended this conversation(.|\n)*Type /new");
        output.Should().EndWith("you> ");
    }

    [GeneratedRegex(@"\u001b\[[0-9;]*m")]
    private static partial Regex Colours();

    private static async Task<string> ChatAsync(GuardedEliza eliza, params string[] lines)
    {
        using (eliza)
        {
            return await LoopAsync(eliza.Client, lines);
        }
    }

    private static Task<string> LoopAsync(IChatClient client, params string[] lines) => LoopAsync(client, interactive: false, lines);

    private static async Task<string> LoopAsync(IChatClient client, bool interactive, params string[] lines)
    {
        using var input = new StringReader(string.Join('\n', lines));
        using var output = new StringWriter { NewLine = "\n" };
        using var errors = new StringWriter { NewLine = "\n" };
        using var ctrlC = new CtrlC();
        (await new ChatLoop(client, input, new ChatScreen(output, errors, interactive), ctrlC).RunAsync()).Should().Be(0);
        errors.ToString().Should().BeEmpty();
        return output.ToString();
    }
}
