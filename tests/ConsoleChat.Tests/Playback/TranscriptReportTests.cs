using ConsoleChat.Playback;
using ConversationGuard.ChatCompletion;
using ConversationGuard.Hosting;
using ConversationGuard.Transcripts;
using Microsoft.Extensions.AI;

namespace ConsoleChat.Tests.Playback;

public sealed class TranscriptReportTests
{
    [Test]
    public async Task A_redirected_report_is_a_plain_table_of_fixed_width()
    {
        var report = await ReportAsync("Hello, [bold]is[/] there\u001b[31m anyone who \n listens to a long story?", "ABUSE one", "ABUSE two", "ABUSE three", "ABUSE four", "Hello?");

        report.Should().Be(
            """
            Conversation the-id
            +--------------------------------------------------------------------------------------------------------+
            | turn | user                                 | decision | category               | score | rules        |
            |------+--------------------------------------+----------+------------------------+-------+--------------|
            |    1 | Hello, [bold]is[/] there[31m anyo... | continue | -                      |     - | -            |
            |    2 | ABUSE one                            | redirect | harassment             |  0.97 | R3           |
            |    3 | ABUSE two                            | redirect | harassment             |  0.97 | R3           |
            |    4 | ABUSE three                          | warn     | harassment             |  0.97 | R3 R4        |
            |    5 | ABUSE four                           | end      | harassment             |  0.97 | R1 R2        |
            +--------------------------------------------------------------------------------------------------------+
            Ended at turn 5 (persistent abuse). 1 later user turn not sent.

            1 conversation: 1 ended.

            """);
    }

    [Test]
    public async Task A_crisis_is_shown_as_one()
    {
        var report = await ReportAsync("CRISIS", "ABUSE");

        report.Should().MatchRegex(@"1 \| CRISIS +\| crisis +\| self-harm/intent +\|  0\.97 \|").And.MatchRegex(@"2 \| ABUSE +\| crisis ");
        report.Should().Contain("Crisis hold: no warning and no end; the bot is asked for support.").And.EndWith("1 conversation: 1 in crisis hold.\n");
    }

    [Test]
    public async Task A_conversation_without_user_turns_has_no_table() =>
        (await ReportAsync()).Should().Be("Conversation the-id\nActive: the conversation goes on.\n\n1 conversation: 1 active.\n");

    [Test]
    public async Task R18_An_end_that_was_only_observed_is_told_as_such() =>
        (await ReportAsync(options => options.Mode = GuardMode.Observe, "ABUSE", "ABUSE", "ABUSE", "ABUSE", "ABUSE"))
            .Should().Contain("Would have ended at turn 4 (persistent abuse). 1 later user turn not sent.");

    private static Task<string> ReportAsync(params string[] turns) => ReportAsync(_ => { }, turns);

    private static async Task<string> ReportAsync(Action<ConversationGuardOptions> configure, params string[] turns)
    {
        using var eliza = new GuardedEliza(configure);
        using var output = new StringWriter { NewLine = "\n" };
        var report = new TranscriptReport(output, interactive: false);
        var played = await PlayedConversation.PlayAsync(
            new TranscriptPlayer(eliza.Client, eliza.Observer), new RecordedConversation(1, new LineId("the-id"), [.. turns.Select(turn => new ChatMessage(ChatRole.User, turn))]));
        report.Show(played);
        report.ShowSum([played]);
        return output.ToString();
    }
}
