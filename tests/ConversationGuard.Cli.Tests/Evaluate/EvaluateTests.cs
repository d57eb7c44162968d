using System.Text.Json;
using ConversationGuard.Cli.Tests.Doubles;

namespace ConversationGuard.Cli.Tests.Evaluate;

public sealed class EvaluateTests
{
    private const string Abuse = "Shut up, you stupid idiot.";
    private const string Risk = "I don't want to live anymore. I want to kill myself.";
    private const string Talk = "What a fucking awful day. The train was late again.";

    [Test]
    public async Task A_plain_label_says_whether_the_text_is_a_violation()
    {
        var (run, figures) = await EvaluateAsync([Plain(Abuse, 1), Plain(Talk, 1), Plain(Talk, 0), Plain(Abuse, 0), Plain("Hello!", 0), Plain("Good morning.", 0)]);

        run.ExitCode.Should().Be(0);
        run.Errors.Should().MatchRegex(@"6 lines, 0 unsure").And.MatchRegex(@"violation +\|\s+2 \|\s+4 \| 0\.500 \|\s+0\.500 \| 0\.500 \| 0\.2500 ");
        figures.GetProperty("targets").EnumerateObject().Select(target => target.Name).Should().Equal("violation");
        var violation = figures.GetProperty("targets").GetProperty("violation");
        Of(violation, "positives", "negatives", "truePositives", "falsePositives", "precision", "recall", "f1", "falsePositiveRate").Should().Equal("2", "4", "1", "1", "0.5", "0.5", "0.5", "0.25");
        violation.EnumerateObject().Select(figure => figure.Name).Should().Contain(
            ["averagePrecision", "rocAuc", "recallAt1PercentFalsePositives", "recallAt0.1PercentFalsePositives", "brier", "expectedCalibrationError", "calibration"]);
    }

    [Test]
    public async Task Labels_by_category_judge_each_category_and_what_they_amount_to()
    {
        var (run, figures) = await EvaluateAsync(
        [
            """{"text":"Shut up, you stupid idiot.","labels":["harassment"]}""", """{"text":"I don't want to live anymore. I want to kill myself.","labels":["self-harm/intent"]}""",
            """{"text":"Hello!","labels":[]}""", """{"text":"Good morning.","labels":{"hate":0}}""",
        ]);

        var targets = figures.GetProperty("targets");
        Of(targets.GetProperty("violation"), "positives", "negatives", "recall", "falsePositiveRate").Should().Equal("1", "3", "1", "0");
        Of(targets.GetProperty("crisis"), "positives", "negatives", "recall", "falsePositiveRate").Should().Equal("1", "2", "1", "0");
        Of(targets.GetProperty("harassment"), "positives", "negatives", "recall").Should().Equal("1", "2", "1");
        Of(targets.GetProperty("hate"), "positives", "negatives", "recall").Should().Equal("0", "4", "");
        run.Errors.Should().Contain("harassment").And.NotContain("hate", "nobody spoke of it");
    }

    [Test]
    public async Task A_category_alone_is_judged_and_a_plain_label_is_about_it()
    {
        var (_, figures) = await EvaluateAsync([Plain(Risk, 1), Plain(Talk, 0), """{"text":"Shut up, you stupid idiot.","labels":["harassment"]}"""], "--category", "crisis");

        figures.GetProperty("targets").EnumerateObject().Select(target => target.Name).Should().Equal("crisis");
        Of(figures.GetProperty("targets").GetProperty("crisis"), "positives", "negatives", "truePositives").Should().Equal("1", "2", "1");
    }

    [TestCase("0.0001", "1", "1")]
    [TestCase("1", "0", "0")]
    public async Task Another_threshold_takes_the_place_of_the_default_ones(string threshold, string truePositives, string falsePositives)
    {
        var (_, figures) = await EvaluateAsync([Plain(Abuse, 1), Plain(Talk, 0)], "--threshold", threshold, "--category", "harassment");

        Of(figures.GetProperty("targets").GetProperty("harassment"), "truePositives", "falsePositives").Should().Equal(truePositives, falsePositives);
    }

    [Test]
    public async Task Disguised_texts_are_counted_by_disguise()
    {
        var (run, figures) = await EvaluateAsync([Plain(Abuse, 1), Plain("You are a worthless piece of garbage.", 1), Plain(Talk, 0)], "--evasion");

        var evasion = figures.GetProperty("evasion");
        evasion.GetProperty("target").GetString().Should().Be("violation");
        evasion.GetProperty("plain").GetProperty("recall").GetDouble().Should().Be(1);
        var disguises = evasion.GetProperty("disguises").EnumerateArray().ToList();
        disguises.Should().HaveCount(13);
        var mixedCase = disguises.Single(disguise => disguise.GetProperty("name").GetString() == "mixed case");
        Of(mixedCase.GetProperty("everyWord"), "recall", "lost", "addedFalsePositives").Should().Equal("1", "0", "0");
        foreach (var disguise in disguises.SelectMany(disguise => new[] { disguise.GetProperty("oneWord"), disguise.GetProperty("everyWord") }))
        {
            disguise.GetProperty("recall").GetDouble().Should().Be(1 - (disguise.GetProperty("lost").GetInt32() / 2.0), "what is not lost is found");
        }

        run.Errors.Should().Contain("violation in disguise").And.Contain("zero-width");
    }

    [Test]
    public async Task A_bad_line_is_skipped_and_told()
    {
        var (run, figures) = await EvaluateAsync([Plain(Abuse, 1), """{"text":"secret","label":"yes"}""", Plain(Talk, 0)]);

        run.ExitCode.Should().Be(1);
        run.Errors.Should().StartWith("Line 2 skipped: \"label\" is neither 0 nor 1.\n").And.NotContain("secret");
        figures.GetProperty("lines").GetInt32().Should().Be(2);
    }

    [Test]
    public async Task Nothing_to_judge_has_no_figures()
    {
        var (run, figures) = await EvaluateAsync([]);

        run.ExitCode.Should().Be(0);
        figures.GetProperty("targets").EnumerateObject().Should().BeEmpty();
    }

    [TestCase("--category", "rudeness")]
    [TestCase("--threshold", "0")]
    [TestCase("--threshold", "1.5")]
    [TestCase("--threshold", "NaN")]
    [TestCase("--threshold", "much")]
    public async Task Wrong_usage_is_told(string option, string value)
    {
        var run = await ProgramRun.StartAsync("evaluate", "-", option, value);

        run.ExitCode.Should().Be(2);
        run.Errors.Should().NotBeEmpty();
    }

    private static async Task<(ProgramRun Run, JsonElement Figures)> EvaluateAsync(string[] lines, params string[] options)
    {
        var run = await ProgramRun.PipeAsync(string.Join('\n', lines), ["evaluate", "-", "--json", "-", .. options]);
        return (run, run.Lines.Single());
    }

    private static string Plain(string text, int label) => $$"""{"text":"{{text}}","label":{{label}}}""";

    private static string[] Of(JsonElement line, params string[] names) => [.. names.Select(name => line.GetProperty(name).ToString())];
}
