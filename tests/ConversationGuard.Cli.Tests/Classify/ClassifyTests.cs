using System.Text;
using System.Text.Json;
using ConversationGuard.Classification;
using ConversationGuard.Cli.Tests.Doubles;

namespace ConversationGuard.Cli.Tests.Classify;

public sealed class ClassifyTests
{
    private const string Abuse = "Shut up, you stupid idiot.";

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TemporaryFolder();

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public async Task Each_line_gets_a_probability_for_every_category_and_what_the_guard_makes_of_it()
    {
        var input = _folder.Write(
            "in.jsonl",
            $$"""{"id":"abuse","text":"{{Abuse}}"}""",
            """{"id":2,"text":"I don't want to live anymore. I want to kill myself.","more":[1]}""",
            """{"text":"What a fucking awful day. The train was late again."}""",
            """{"id":"ħ\"","text":"Ez egy magyar mondat, amelyet a modell nem ismer."}""");

        var run = await ProgramRun.StartAsync("classify", input, _folder["out.jsonl"]);

        run.Should().Be(new ProgramRun(0, "", ""));
        var lines = new ProgramRun(0, _folder.Read("out.jsonl"), "").Lines;
        lines.Select(line => line.GetProperty("id").ToString()).Should().Equal("abuse", "2", "line 3", "ħ\"");
        lines[1].GetProperty("id").ValueKind.Should().Be(JsonValueKind.Number);
        lines.Select(line => (line.GetProperty("violation").GetBoolean(), line.GetProperty("crisis").GetBoolean(), line.GetProperty("unsure").GetBoolean()))
            .Should().Equal((true, false, false), (false, true, false), (false, false, false), (false, false, true));
        foreach (var line in lines)
        {
            line.EnumerateObject().Select(property => property.Name).Should().Equal("id", "scores", "violation", "crisis", "unsure");
            line.GetProperty("scores").EnumerateObject().Select(score => score.Name).Should().Equal(HarmCategory.WellKnown.Select(category => category.Value));
            line.GetProperty("scores").EnumerateObject().Should().OnlyContain(score => score.Value.GetDouble() >= 0 && score.Value.GetDouble() <= 1);
        }

        lines[0].GetProperty("scores").GetProperty("harassment").GetDouble().Should().BeGreaterThan(0.9);
    }

    [Test]
    public async Task The_scores_are_those_of_the_embedded_classifier_to_the_last_digit()
    {
        var run = await ProgramRun.StartAsync("classify", Abuse);

        var scores = new float[HarmCategory.WellKnown.Count];
        EmbeddedClassifier.Default.Score(Abuse, scores, out _);
        run.Lines.Single().GetProperty("scores").EnumerateObject().Select(score => score.Value.GetSingle()).Should().Equal(scores);
    }

    [TestCase("you are stupid")]
    [TestCase("@bot you are stupid")]
    [TestCase("you.stupid")]
    public async Task A_text_on_the_command_line_is_classified(string text)
    {
        var run = await ProgramRun.StartAsync("classify", text);

        run.ExitCode.Should().Be(0);
        run.Errors.Should().BeEmpty();
        run.Lines.Single().GetProperty("id").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Test]
    public async Task The_standard_input_is_read_and_the_standard_output_written()
    {
        var run = await ProgramRun.PipeAsync("{\"id\":1,\"text\":\"a\"}\r\n\r\n{\"id\":2,\"text\":\"b\"}", "classify", "-", "-");

        run.ExitCode.Should().Be(0);
        run.Lines.Select(line => line.GetProperty("id").GetInt32()).Should().Equal(1, 2);
    }

    [Test]
    public async Task A_bad_line_is_told_by_its_number_alone_and_skipped_and_the_exit_code_says_so()
    {
        var run = await ProgramRun.PipeAsync(
            """
            {"id":1,"text":"a"}
            {"id":2,"text":["secret"]}
            {"id":3}
            secret
            {"id":5,"text":"secret \udc00"}
            {"id":{},"text":"secret"}
            {"id":7,"text":""}
            """,
            "classify",
            "-");

        run.ExitCode.Should().Be(1);
        run.Lines.Select(line => line.GetProperty("id").GetInt32()).Should().Equal(1, 7);
        run.Errors.Should().Be(
            """
            Line 2 skipped: "text" is not a text.
            Line 3 skipped: no "text".
            Line 4 skipped: not valid JSON (at byte 0).
            Line 5 skipped: "text" is not valid Unicode.
            Line 6 skipped: "id" is not a text.

            """);
    }

    [Test]
    public async Task An_empty_file_gives_an_empty_file()
    {
        var run = await ProgramRun.StartAsync("classify", _folder.Write("empty.jsonl"), _folder["out.jsonl"]);

        run.Should().Be(new ProgramRun(0, "", ""));
        _folder.Read("out.jsonl").Should().BeEmpty();
    }

    [Test]
    public async Task A_byte_order_mark_is_no_part_of_the_first_line() =>
        (await ProgramRun.PipeAsync("\uFEFF{\"id\":1,\"text\":\"a\"}\n", "classify", "-")).Lines.Should().ContainSingle();

    [Test]
    public async Task A_line_of_ten_megabytes_is_a_line()
    {
        var run = await ProgramRun.PipeAsync($"{{\"id\":1,\"text\":\"{new string('a', 10_000_000)}\"}}\n{{\"id\":2,\"text\":\"{Abuse}\"}}\n", "classify", "-");

        run.ExitCode.Should().Be(0);
        run.Lines.Select(line => line.GetProperty("violation").GetBoolean()).Should().Equal(false, true);
    }

    [TestCase("missing.jsonl")]
    [TestCase("missing", "out.jsonl")]
    public async Task A_file_that_is_not_there_is_told_and_not_taken_for_a_text(params string[] files)
    {
        var run = await ProgramRun.StartAsync(["classify", .. files.Select(file => _folder[file])]);

        run.Should().Be(new ProgramRun(2, "", $"There is no file {_folder[files[0]]}.\n"));
    }

    [Test]
    public async Task A_folder_is_no_file() => (await ProgramRun.StartAsync("classify", Path.GetTempPath())).Should().Be(new ProgramRun(2, "", $"{Path.GetTempPath()} is a directory.\n"));

    [Test]
    public async Task A_file_is_not_overwritten_by_what_is_read_from_it()
    {
        var input = _folder.Write("in.jsonl", """{"id":1,"text":"a"}""");

        var run = await ProgramRun.StartAsync("classify", input, Path.Combine(Path.GetDirectoryName(input)!, ".", "in.jsonl"));

        run.ExitCode.Should().Be(2);
        run.Errors.Should().Contain("cannot be both read and written");
        _folder.Read("in.jsonl").Should().NotBeEmpty();
    }

    [Test]
    public async Task An_output_that_cannot_be_written_is_told()
    {
        var run = await ProgramRun.StartAsync("classify", _folder.Write("in.jsonl", """{"id":1,"text":"a"}"""), _folder["no/such/folder.jsonl"]);

        run.ExitCode.Should().Be(2);
        run.Errors.Should().Be($"There is no folder {_folder["no/such"]}.\n");
    }

    [Test]
    public async Task Utf_16_is_refused()
    {
        var input = _folder.Write("in.jsonl", [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("{\"text\":\"a\"}\n")]);

        var run = await ProgramRun.StartAsync("classify", input);

        run.ExitCode.Should().Be(2);
        run.Errors.Should().Contain("UTF-16");
    }

    [Test]
    public async Task A_file_that_is_no_model_is_told()
    {
        var model = _folder.Write("not-a.model", "nonsense");

        var run = await ProgramRun.StartAsync("classify", "hello", "--model", model);

        run.ExitCode.Should().Be(2);
        run.Errors.Should().Contain(model).And.Contain("not a model file");
    }

    [Test]
    public async Task Ctrl_C_leaves_the_lines_that_were_done_and_no_half_one()
    {
        using var cancel = new CancellationTokenSource();
        var input = new ChunkedStream("{\"id\":1,\"text\":\"a\"}\n{\"id\":2,\"text\":\"b\"}\n{\"id\":3,"u8.ToArray(), chunk: 25, cancel.Cancel);

        var run = await ProgramRun.StartAsync(input, cancel.Token, "classify", "-");

        run.ExitCode.Should().Be(130);
        run.Output.Should().EndWith("}\n");
        run.Lines.Select(line => line.GetProperty("id").GetInt32()).Should().Equal(1, 2);
    }

    [Test]
    public async Task What_is_done_goes_out_before_more_input_is_waited_for()
    {
        using var output = new MemoryStream();
        var written = 0L;
        var input = new ChunkedStream("{\"text\":\"a\"}\n"u8.ToArray(), chunk: 100, () => written = output.Length);

        await GuardCommand.RunAsync(["classify", "-"], new Surroundings(input, output, TextWriter.Null, IsErrorTerminal: false));

        written.Should().BePositive().And.Be(output.Length);
    }

    [TestCase("classify")]
    [TestCase("classify", "a", "b", "c")]
    [TestCase("clasify", "a")]
    [TestCase]
    public async Task Wrong_usage_has_an_exit_code_of_its_own_and_nothing_on_the_standard_output_of_a_pipe(params string[] args)
    {
        var run = await ProgramRun.StartAsync(args);

        run.ExitCode.Should().Be(2);
        run.Errors.Should().NotBeEmpty();
    }

    [TestCase("classify")]
    [TestCase("replay")]
    [TestCase("evaluate")]
    [TestCase("train")]
    public async Task Help_has_examples_and_the_exit_codes(string command)
    {
        var run = await ProgramRun.StartAsync(command, "--help");

        run.ExitCode.Should().Be(0);
        run.Output.Should().Contain($"conversation-guard {command} ").And.Contain("Examples:").And.Contain("Exit codes:");
    }
}
