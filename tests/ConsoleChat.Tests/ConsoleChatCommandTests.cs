using ConsoleChat.Eliza;
using Microsoft.Extensions.AI;

namespace ConsoleChat.Tests;

/// <summary>The whole program with input and output redirected: what a pipe sees.</summary>
public sealed class ConsoleChatCommandTests
{
    private readonly List<string> _files = [];

    [TearDown]
    public void Delete() => _files.ForEach(File.Delete);

    [Test]
    public async Task A_pipe_gets_one_answer_a_line_and_nothing_else()
    {
        var run = await ProgramRun.StartAsync([], ["Hello", "My dog died", "Hm"]);

        run.ExitCode.Should().Be(0);
        run.Errors.Should().BeEmpty();
        run.Output.TrimEnd('\n').Split('\n').Should().HaveCount(3).And.OnlyContain(line => !line.Contains('\u001b') && !line.StartsWith("bot>"))
            .And.HaveElementAt(1, "Your dog died?");
    }

    [Test]
    public async Task Without_input_nothing_is_said()
    {
        var run = await ProgramRun.StartAsync([], []);

        run.Should().Be(new ProgramRun(0, "", ""));
    }

    [TestCase("--provider", "openai", "--model", "m", "OPENAI_API_KEY")]
    [TestCase("--provider", "anthropic", "--model", "m", "ANTHROPIC_API_KEY")]
    [TestCase("--provider", "ollama", "--endpoint", "http://localhost", "--model")]
    [TestCase("--provider", "eliza", "--model", "m", "--provider openai")]
    [TestCase("--provider", "nobody", "--model", "m", "nobody")]
    public async Task What_is_missing_to_start_is_told_with_exit_code_2(string option1, string value1, string option2, string value2, string told)
    {
        var run = await ProgramRun.StartAsync([option1, value1, option2, value2], ["Hello"]);

        run.ExitCode.Should().Be(2);
        run.Errors.Should().Contain(told);
        run.Output.Should().NotContain("Hello");
    }

    [Test]
    public async Task A_settings_file_that_does_not_exist_is_told()
    {
        var run = await ProgramRun.StartAsync(["--config", "no-such-settings.json"], ["Hello"]);

        run.Should().Be(new ProgramRun(2, "", $"There is no settings file {Path.GetFullPath("no-such-settings.json")}.\n"));
    }

    [Test]
    public async Task A_settings_file_that_is_not_JSON_is_told()
    {
        var run = await ProgramRun.StartAsync(["--config", Write("{\"ConversationGuard\":")], ["Hello"]);

        run.ExitCode.Should().Be(2);
        run.Errors.Should().Contain("cannot be read");
    }

    [Test]
    public async Task A_transcript_file_that_does_not_exist_is_told()
    {
        var run = await ProgramRun.StartAsync(["--transcript", "no-such-file.jsonl"], []);

        run.Should().Be(new ProgramRun(2, "", $"There is no transcript file {Path.GetFullPath("no-such-file.jsonl")}.\n"));
    }

    [Test]
    public async Task A_directory_is_no_transcript()
    {
        var run = await ProgramRun.StartAsync(["--transcript", Path.GetTempPath()], []);

        run.ExitCode.Should().Be(2);
        run.Errors.Should().Contain("cannot be read");
    }

    [Test]
    public async Task An_empty_transcript_has_no_conversations()
    {
        var run = await ProgramRun.StartAsync(["--transcript", Write("")], []);

        run.Should().Be(new ProgramRun(0, "0 conversations.\n", ""));
    }

    [Test]
    public async Task A_bad_line_is_told_and_skipped_with_exit_code_1()
    {
        var run = await ProgramRun.StartAsync(["--transcript", Write("{\"id\":\"kept\",\"messages\":[]}\nnonsense\n")], []);

        run.ExitCode.Should().Be(1);
        run.Errors.Should().Be("Line 2 skipped: not valid JSON (at byte 1).\n");
        run.Output.Should().Contain("Conversation kept").And.EndWith("1 conversation: 1 active.\n");
    }

    [Test]
    public async Task An_unreachable_provider_fails_in_a_transcript_with_its_kind_of_error_and_exit_code_1()
    {
        var run = await ProgramRun.StartAsync(
            ["--provider", "ollama", "--model", "m", "--endpoint", "http://127.0.0.1:1", "--transcript", Write("""{"messages":[{"role":"user","content":"Hello"},{"role":"user","content":"again"}]}""")], []);

        run.ExitCode.Should().Be(1);
        run.Output.Should().Contain("Stopped at turn 1: no answer could be had (HttpRequestException). 1 later user turn not sent.");
    }

    [Test]
    public async Task The_example_transcript_ends_for_abuse_only_and_never_in_a_crisis()
    {
        var run = await ProgramRun.StartAsync(["--transcript", Path.Combine(AppContext.BaseDirectory, "transcripts", "example.jsonl")], []);

        run.ExitCode.Should().Be(0);
        run.Errors.Should().BeEmpty();
        run.Output.Should().MatchRegex(@"Conversation persistent-abuse[^E]*Ended at turn 5 \(persistent abuse\)");
        run.Output.Should().Contain("1 active, 1 ended, 1 in crisis hold");
        run.Output.Split('\n').Should().OnlyContain(line => line.Length <= 112 && !line.Contains('\u001b'));
    }

    [Test]
    public async Task R2_With_the_embedded_classifier_persistent_abuse_is_redirected_warned_and_ended()
    {
        var run = await ProgramRun.StartAsync([], ["Hello", "Shut up, you stupid idiot.", "I hate you, you pathetic moron.", "You worthless stupid bitch.", "Go to hell, you idiot."]);

        run.ExitCode.Should().Be(0);
        run.Output.Should().MatchRegex("(?s)What is on your mind.*may be ended if this goes on.*I have ended this conversation.*Type /new");
    }

    [Test]
    public async Task R7_With_the_embedded_classifier_anger_disagreement_and_profanity_without_a_target_are_left_alone()
    {
        string[] talk = ["What a fucking awful day.", "I am so angry about this damn printer!", "No, you are wrong about that.", "Oh shit, now it rains.", "Hell, I hate Mondays.", "You did not answer my question."];

        var run = await ProgramRun.StartAsync([], talk);

        run.Output.Should().Be(await ElizaAloneAsync(talk));
    }

    private static async Task<string> ElizaAloneAsync(string[] talk)
    {
        using var eliza = new ElizaChatClient();
        var history = new List<ChatMessage>();
        foreach (var text in talk)
        {
            history.Add(new ChatMessage(ChatRole.User, text));
            history.AddMessages(await eliza.GetResponseAsync(history));
        }

        return string.Concat(history.Where(message => message.Role == ChatRole.Assistant).Select(message => message.Text + "\n"));
    }

    private string Write(string text)
    {
        var path = Path.GetTempFileName();
        _files.Add(path);
        File.WriteAllText(path, text);
        return path;
    }
}
