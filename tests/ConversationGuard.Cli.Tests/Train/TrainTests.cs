using System.Text.Json;
using ConversationGuard.Cli.Tests.Doubles;

namespace ConversationGuard.Cli.Tests.Train;

public sealed class TrainTests
{
    private TemporaryFolder _folder = null!;
    private string _project = null!;

    [SetUp]
    public void Create()
    {
        _folder = new TemporaryFolder();
        _project = _folder["project"];
        _folder.Write("project/Templates.txt", "# none");
        _folder.Write("project/WordClasses.txt", "# none");
        _folder.Write("project/Corpus/small.jsonl", [.. Lines(["idiot", "moron"], "[\"harassment\"]", 60), .. Lines(["friend", "helper"], "[]", 60)]);
    }

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public async Task The_same_data_give_the_same_file_bit_for_bit()
    {
        var first = await TrainAsync("first.model");
        var second = await TrainAsync("second.model");

        first.ExitCode.Should().Be(0);
        first.Output.Should().BeEmpty();
        first.Errors.Should().StartWith("120 texts, 0 of them your own\n").And.MatchRegex("sha256 [0-9a-f]{64}\n$");
        second.ExitCode.Should().Be(0);
        File.ReadAllBytes(_folder["second.model"]).Should().Equal(File.ReadAllBytes(_folder["first.model"]));
    }

    [Test]
    public async Task One_s_own_lines_are_learnt_and_their_model_judges_by_configuration()
    {
        var own = _folder.Write("own.jsonl", [.. Lines(["spoon", "teapot"], "[\"harassment\"]", 60), .. Lines(["spoons", "tea"], "{\"harassment\":0}", 60)]);
        await TrainAsync("without.model");
        var run = await TrainAsync("own.model", "--add", own);

        run.ExitCode.Should().Be(0);
        run.Errors.Should().StartWith("240 texts, 120 of them your own\n");
        (await HarassmentAsync("without.model")).Should().BeLessThan(0.6, "that is the default threshold");
        (await HarassmentAsync("own.model")).Should().BeGreaterThan(0.7);

        var settings = _folder.Write("appsettings.json", $$"""{ "ConversationGuard": { "ClassifierModelFile": {{JsonSerializer.Serialize(_folder["own.model"])}} } }""");
        var replayed = await ProgramRun.PipeAsync("""{"messages":[{"role":"user","content":"you are such a spoon, number 3"}]}""", "replay", "-", "--config", settings);
        replayed.Lines.Single().GetProperty("turns")[0].GetProperty("decision").GetString().Should().Be("redirect");
    }

    [Test]
    public async Task A_bad_line_of_one_s_own_is_told_and_skipped()
    {
        var own = _folder.Write(
            "own.jsonl", """{"text":"secret"}""", """{"text":"secret","label":1}""", """{"text":"secret","labels":[],"group":1}""", """{"text":"fine","labels":[],"lang":"de","group":"g"}""");

        var run = await TrainAsync("own.model", "--add", own);

        run.ExitCode.Should().Be(1);
        run.Errors.Should().StartWith(
            """
            Line 1 skipped: no "label" and no "labels".
            Line 2 skipped: no "labels": a plain label does not say in which category the text is.
            Line 3 skipped: "group" is not a text.
            121 texts, 1 of them your own

            """);
        File.Exists(_folder["own.model"]).Should().BeTrue();
    }

    [Test]
    public async Task A_model_file_with_the_shipped_corpus_knows_an_insult()
    {
        var run = await ProgramRun.StartAsync("train", "--output", _folder["corpus.model"]);

        run.ExitCode.Should().Be(0);
        var verdict = (await ProgramRun.StartAsync("classify", "Shut up, you stupid idiot.", "--model", _folder["corpus.model"])).Lines.Single();
        verdict.GetProperty("violation").GetBoolean().Should().BeTrue();
    }

    [Test]
    public async Task Data_sets_that_are_not_there_are_told()
    {
        Directory.CreateDirectory(_folder["data"]);

        var run = await ProgramRun.StartAsync("train", _folder["data"], "--output", _folder["a.model"]);

        run.ExitCode.Should().Be(2);
        run.Errors.Should().Contain(_folder["data"]);
        File.Exists(_folder["a.model"]).Should().BeFalse();
    }

    [Test]
    public async Task A_folder_that_is_not_there_is_told() =>
        (await ProgramRun.StartAsync("train", _folder["no"], "--output", _folder["a.model"])).Should().Be(new ProgramRun(2, "", $"There is no folder {_folder["no"]}.\n"));

    [Test]
    public async Task A_model_file_that_cannot_be_written_is_told()
    {
        var run = await TrainAsync("no/folder/a.model");

        run.ExitCode.Should().Be(2);
        run.Errors.Should().EndWith($"There is no folder {_folder["no/folder"]}.\n");
    }

    [Test]
    public async Task Where_to_write_must_be_said() => (await ProgramRun.StartAsync("train")).ExitCode.Should().Be(2);

    private Task<ProgramRun> TrainAsync(string output, params string[] more) => ProgramRun.StartAsync(["train", "--project", _project, "--output", _folder[output], .. more]);

    private async Task<double> HarassmentAsync(string model) =>
        (await ProgramRun.StartAsync("classify", "you are such a spoon, number 3", "--model", _folder[model])).Lines.Single().GetProperty("scores").GetProperty("harassment").GetDouble();

    private static IEnumerable<string> Lines(string[] nouns, string labels, int count) =>
        Enumerable.Range(0, count).Select(i => $$"""{"id":"{{nouns[0]}}-{{i}}","text":"you are such a {{nouns[i % nouns.Length]}}, number {{i}}","labels":{{labels}},"lang":"en"}""");
}
