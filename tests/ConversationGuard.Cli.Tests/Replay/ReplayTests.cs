using System.Text.Json;
using ConversationGuard.Cli.Tests.Doubles;

namespace ConversationGuard.Cli.Tests.Replay;

public sealed class ReplayTests
{
    private static readonly string[] _abuse =
        ["You are a worthless piece of garbage.", "Shut up, you stupid idiot.", "I hate you, you pathetic moron.", "You disgusting stupid bitch, go to hell.", "You are a stupid idiot."];

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TemporaryFolder();

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public async Task R2_Persistent_abuse_is_redirected_twice_then_warned_then_ended()
    {
        var run = await ProgramRun.PipeAsync(Answered("a", ["Hello!", .. _abuse[..4]]), "replay", "-");

        run.ExitCode.Should().Be(0);
        var line = run.Lines.Single();
        line.EnumerateObject().Select(property => property.Name).Should().Equal("id", "outcome", "phase", "crisis", "endedAtUserTurn", "warnedAtUserTurn", "turns");
        line.GetProperty("turns")[1].EnumerateObject().Select(property => property.Name).Should().Equal("userTurn", "decision", "violation", "category", "score", "rules");
        Of(line, "id", "outcome", "phase", "crisis", "endedAtUserTurn", "warnedAtUserTurn").Should().Equal("a", "ended", "ended", "False", "5", "4");
        Turns(line, "userTurn").Should().Equal("1", "2", "3", "4", "5");
        Turns(line, "decision").Should().Equal("continue", "redirect", "redirect", "warn", "end");
        Turns(line, "violation").Should().Equal("False", "True", "True", "True", "True");
        Turns(line, "category").Should().Equal("", "harassment", "harassment", "harassment", "harassment");
        Turns(line, "rules").Should().Equal("[]", "[\"R3\"]", "[\"R3\"]", "[\"R3\",\"R4\"]", "[\"R1\",\"R2\"]");
        line.GetProperty("turns")[0].GetProperty("score").GetDouble().Should().Be(0);
        line.GetProperty("turns")[1].GetProperty("score").GetDouble().Should().BeInRange(0.6, 1);
    }

    [Test]
    public async Task R11_After_an_end_every_later_turn_is_refused()
    {
        var line = (await ProgramRun.PipeAsync(Answered("a", [.. _abuse, "", "I am sorry."]), "replay", "-")).Lines.Single();

        line.GetProperty("endedAtUserTurn").GetInt32().Should().Be(4, "that is the first end");
        Turns(line, "decision")[3..].Should().Equal("end", "end", "end", "end");
        Turns(line, "violation")[4..].Should().Equal("False", "False", "False");
        Turns(line, "rules")[4..].Should().Equal("[\"R11\"]", "[\"R11\"]", "[\"R11\"]");
    }

    [Test]
    public async Task The_last_user_turn_is_decided_though_the_record_has_no_answer_to_it()
    {
        var line = (await ProgramRun.PipeAsync(Unanswered("a", _abuse[..4]), "replay", "-")).Lines.Single();

        Of(line, "outcome", "endedAtUserTurn").Should().Equal("ended", "4");
    }

    [Test]
    public async Task R8_A_warning_at_the_last_user_turn_goes_out_and_counts_as_delivered()
    {
        var line = (await ProgramRun.PipeAsync(Unanswered("a", _abuse[..3]), "replay", "-")).Lines.Single();

        Of(line, "outcome", "phase", "warnedAtUserTurn", "endedAtUserTurn").Should().Equal("active", "warned", "3", "");
    }

    [Test]
    public async Task R8_Messages_that_no_answer_separates_are_one_turn_to_redirect_and_are_numbered_one_by_one()
    {
        var messages = string.Join(',', _abuse.Select(text => Message("user", text)));

        var line = (await ProgramRun.PipeAsync($$"""{"id":1,"messages":[{{messages}}]}""", "replay", "-")).Lines.Single();

        Of(line, "outcome", "phase").Should().Equal("active", "redirecting");
        Turns(line, "decision").Should().Equal("redirect", "redirect", "redirect", "redirect", "redirect");
        Turns(line, "violation").Should().OnlyContain(violation => violation == "True");
    }

    [Test]
    public async Task R5_Someone_at_risk_is_on_hold_however_abusive()
    {
        var line = (await ProgramRun.PipeAsync(Answered("a", ["I don't want to live anymore. I want to kill myself.", .. _abuse]), "replay", "-")).Lines.Single();

        Of(line, "outcome", "phase", "crisis", "warnedAtUserTurn").Should().Equal("active", "engaged", "True", "");
        Turns(line, "decision").Should().OnlyContain(decision => decision == "continue");
        Turns(line, "category")[0].Should().Be("self-harm/intent");
        Turns(line, "rules").Should().OnlyContain(rules => rules.Contains("R5"));
    }

    [Test]
    public async Task R15_What_system_and_tools_and_the_assistant_say_never_counts()
    {
        var messages = string.Join(',', _abuse.SelectMany(text => new[] { Message("user", "What time is it?"), Message("tool", text), Message("assistant", text), Message("system", text) }));

        var line = (await ProgramRun.PipeAsync($$"""{"messages":[{{Message("system", _abuse[0])}},{{messages}}]}""", "replay", "-")).Lines.Single();

        Of(line, "id", "outcome", "phase").Should().Equal("line 1", "active", "engaged");
        Turns(line, "decision").Should().Equal("continue", "continue", "continue", "continue", "continue");
    }

    [Test]
    public async Task Messages_without_text_are_numbered_and_decide_nothing()
    {
        var line = (await ProgramRun.PipeAsync(
            $$"""{"id":"a","messages":[{{Message("user", " ")}},{"role":"user","content":[{"type":"image_url"}]},{"role":"user","content":[{"type":"text","text":"{{_abuse[0]}}"}]},{"role":"user","content":""}]}""",
            "replay",
            "-")).Lines.Single();

        Turns(line, "decision").Should().Equal("continue", "continue", "redirect", "continue");
        Turns(line, "violation").Should().Equal("False", "False", "True", "False");
    }

    [Test]
    public async Task A_conversation_without_user_turns_is_active()
    {
        var run = await ProgramRun.PipeAsync("{\"id\":\"a\",\"messages\":[]}\n{\"id\":\"b\",\"messages\":[{\"role\":\"assistant\",\"content\":\"Hi\"}]}\n", "replay", "-");

        run.Lines.Should().HaveCount(2).And.OnlyContain(line => line.GetProperty("outcome").GetString() == "active" && line.GetProperty("turns").GetArrayLength() == 0);
    }

    [Test]
    public async Task R9_A_record_without_times_is_not_forgiven_by_time()
    {
        var settings = Settings("""{ "TimeToForgive": "00:00:01" }""");

        var line = (await ProgramRun.PipeAsync(Answered("a", _abuse[..4]), "replay", "-", "--config", settings)).Lines.Single();

        Of(line, "outcome").Should().Equal("ended");
    }

    [TestCase(5, "ended")]
    [TestCase(50, "active")]
    public async Task R9_The_times_of_a_record_are_followed(int minutesBetween, string outcome)
    {
        var messages = _abuse[..4].Select((text, i) => $$"""{"role":"user","content":"{{text}}","createdAt":{{1_700_000_000 + (i * minutesBetween * 60)}}},{{Message("assistant", "Let us go on.")}}""");

        var line = (await ProgramRun.PipeAsync(
            $$"""{"messages":[{{string.Join(',', messages)}}]}""", "replay", "-", "--config", Settings("""{ "TimeToForgive": "00:30:00" }"""))).Lines.Single();

        Of(line, "outcome").Should().Equal(outcome);
    }

    [Test]
    public async Task R11_Conversations_of_one_file_know_nothing_of_each_other_whatever_their_ids()
    {
        var run = await ProgramRun.PipeAsync(string.Join('\n', Enumerable.Repeat(Answered("same", _abuse[..2]), 3)), "replay", "-");

        run.Lines.Should().HaveCount(3).And.OnlyContain(line => line.GetProperty("phase").GetString() == "redirecting");
    }

    [Test]
    public async Task The_settings_of_a_file_hold()
    {
        var line = (await ProgramRun.PipeAsync(Answered("a", _abuse), "replay", "-", "--config", Settings("""{ "Redirections": 1 }"""))).Lines.Single();

        Of(line, "warnedAtUserTurn", "endedAtUserTurn").Should().Equal("2", "3");
    }

    [Test]
    public async Task A_preset_takes_the_place_of_the_file_s_preset_and_what_else_the_file_sets_overrides_it()
    {
        var settings = Settings("""{ "Preset": "Companion", "CalmTurnsToForgive": 3 }""");

        (await DecisionsAsync("--config", settings)).Should().Equal("redirect", "redirect", "redirect", "redirect", "redirect");
        (await DecisionsAsync("--config", settings, "--preset", "balanced")).Should().Equal("redirect", "redirect", "warn", "end", "end");
        (await DecisionsAsync("--preset", "CustomerSupport")).Should().Equal("redirect", "redirect", "redirect", "redirect", "warn");
        (await DecisionsAsync("--preset", "Companion", "--config", Settings("""{ "MostSevereAction": "Warn" }"""))).Should().Equal("redirect", "redirect", "warn", "warn", "warn");

        async Task<string[]> DecisionsAsync(params string[] options) =>
            Turns((await ProgramRun.PipeAsync(Answered("a", _abuse), ["replay", "-", .. options])).Lines.Single(), "decision");
    }

    [TestCase("""{ "Mode": "Observe" }""")]
    [TestCase("""{ "EndBehavior": "Respond" }""")]
    [TestCase("""{ "RedirectionStyle": "Reply" }""")]
    [TestCase("""{ "PerAuthor": true }""")]
    public async Task However_an_end_is_shown_it_is_the_same_end(string settings)
    {
        var line = (await ProgramRun.PipeAsync(Answered("a", _abuse), "replay", "-", "--config", Settings(settings))).Lines.Single();

        Of(line, "outcome", "phase", "warnedAtUserTurn", "endedAtUserTurn").Should().Equal("ended", "ended", "3", "4");
        Turns(line, "decision").Should().Equal("redirect", "redirect", "warn", "end", "end");
    }

    [Test]
    public async Task R18_A_guard_that_is_switched_off_lets_everything_pass()
    {
        var line = (await ProgramRun.PipeAsync(Answered("a", _abuse), "replay", "-", "--config", Settings("""{ "Mode": "Disabled" }"""))).Lines.Single();

        Of(line, "outcome", "phase").Should().Equal("active", "engaged");
        Turns(line, "decision").Should().OnlyContain(decision => decision == "continue");
    }

    [Test]
    public async Task With_a_record_for_each_author_a_turn_has_the_decision_about_its_own_author()
    {
        var messages = _abuse[..4].SelectMany(text => new[]
        {
            $$"""{"role":"user","name":"Ann","content":"Hello everybody."}""", $$"""{"role":"user","name":"Bob","content":"{{text}}"}""",
            $$"""{"role":"user","name":"Ann","content":"How are you?"}""", Message("assistant", "Let us go on."),
        });

        var line = (await ProgramRun.PipeAsync($$"""{"messages":[{{string.Join(',', messages)}}]}""", "replay", "-", "--config", Settings("""{ "PerAuthor": true }"""))).Lines.Single();

        Turns(line, "decision").Should().Equal(
            "continue", "redirect", "continue", "continue", "redirect", "continue", "continue", "warn", "continue", "continue", "end", "continue");
        Of(line, "outcome", "phase", "endedAtUserTurn").Should().Equal("ended", "ended", "11");
    }

    [TestCase("""{ "ConversationGuard": { "Redirections": 0 } }""", "ConversationGuard:Redirections is 0; allowed: 1 to 100.")]
    [TestCase("""{ "ConversationGuard": { "Redirection": 1 } }""", "ConversationGuard:Redirection is not a known key")]
    [TestCase("""{ "Logging": {} }""", "has no section \"ConversationGuard\"")]
    [TestCase("""{ "ConversationGuard": """, "cannot be read")]
    public async Task Settings_that_are_wrong_are_told(string settings, string problem)
    {
        var run = await ProgramRun.PipeAsync(Answered("a", "Hello"), "replay", "-", "--config", _folder.Write("settings.json", settings));

        run.ExitCode.Should().Be(2);
        run.Output.Should().BeEmpty();
        run.Errors.Should().Contain(problem).And.Contain("settings.json");
    }

    [Test]
    public async Task Settings_that_are_not_there_are_told() =>
        (await ProgramRun.StartAsync("replay", "-", "--config", _folder["no.json"])).Should().Be(new ProgramRun(2, "", $"There is no file {_folder["no.json"]}.\n"));

    [Test]
    public async Task A_preset_that_does_not_exist_is_told_with_those_that_do()
    {
        var run = await ProgramRun.StartAsync("replay", "-", "--preset", "Gentle");

        run.ExitCode.Should().Be(2);
        run.Errors.Should().Contain("Gentle").And.Contain("Balanced, AbuseOnly, CustomerSupport, Companion");
    }

    [Test]
    public async Task The_summary_counts_conversations_with_their_bounds()
    {
        var run = await ProgramRun.PipeAsync(
            string.Join('\n', Answered("a", _abuse), "bad", Answered("b", _abuse[..3]), Answered("c", "Hello"), Answered("d", "I want to kill myself.")),
            "replay",
            "-",
            _folder["out.jsonl"],
            "--summary",
            _folder["summary.json"]);

        run.ExitCode.Should().Be(1);
        run.Output.Should().BeEmpty();
        run.Errors.Should().Be(
            """
            Line 2 skipped: not valid JSON (at byte 0).
            +-------------------------------------------------------------------+
            | replayed                 | count |   share | 95 % bounds (Wilson) |
            |--------------------------+-------+---------+----------------------|
            | conversations            |     4 |         |                      |
            | user turns               |    10 |         |                      |
            | redirected               |     2 | 50.00 % |   15.00 % to 85.00 % |
            | warned                   |     2 | 50.00 % |   15.00 % to 85.00 % |
            | ended                    |     1 | 25.00 % |    4.56 % to 69.94 % |
            | in crisis hold           |     1 | 25.00 % |    4.56 % to 69.94 % |
            | violations, of the turns |     7 | 70.00 % |   39.68 % to 89.22 % |
            +-------------------------------------------------------------------+

            """);
        var summary = JsonDocument.Parse(_folder.Read("summary.json")).RootElement;
        Of(summary, "conversations", "userTurns", "interval").Should().Equal("4", "10", "wilson");
        Of(summary.GetProperty("ended"), "count", "share").Should().Equal("1", "0.25");
        summary.GetProperty("ended").GetProperty("high").GetDouble().Should().BeApproximately(0.6994, 0.0001);
    }

    [Test]
    public async Task Nothing_to_replay_has_no_shares()
    {
        var run = await ProgramRun.PipeAsync("", "replay", "-", "--summary", _folder["summary.json"]);

        run.ExitCode.Should().Be(0);
        JsonDocument.Parse(_folder.Read("summary.json")).RootElement.GetProperty("ended").GetProperty("share").ValueKind.Should().Be(JsonValueKind.Null);
    }

    private string Settings(string section) => _folder.Write("appsettings.json", $$"""{ "ConversationGuard": {{section}} }""");

    private static string Answered(string id, params string[] userTurns) => Conversation(id, [.. userTurns.SelectMany(text => new[] { Message("user", text), Message("assistant", "Let us go on.") })]);

    private static string Unanswered(string id, params string[] userTurns) =>
        Conversation(id, [.. userTurns.SelectMany(text => new[] { Message("user", text), Message("assistant", "Let us go on.") }).SkipLast(1)]);

    private static string Conversation(string id, params string[] messages) => $$"""{"id":"{{id}}","messages":[{{string.Join(',', messages)}}]}""";

    private static string Message(string role, string text) => $$"""{"role":"{{role}}","content":"{{text}}"}""";

    private static string[] Of(JsonElement line, params string[] names) => [.. names.Select(name => line.GetProperty(name).ToString())];

    private static string[] Turns(JsonElement line, string name) => [.. line.GetProperty("turns").EnumerateArray().Select(turn => turn.GetProperty(name).ToString())];
}
