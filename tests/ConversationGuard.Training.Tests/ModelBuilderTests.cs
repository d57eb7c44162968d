using System.Text;
using ConversationGuard.Classification;

namespace ConversationGuard.Training.Tests;

/// <summary>A small corpus, all the way to a model.</summary>
[TestFixture]
public sealed class ModelBuilderTests
{
    private static readonly TrainingSettings _small = new() { Buckets = 1000, MaximumWords = 12_000, MinimumCount = 2 };

    [Test]
    public void Two_trainings_give_the_same_file_bit_for_bit()
    {
        using var folder = Project();

        Train(folder.Path).Should().Equal(Train(folder.Path));
    }

    [Test]
    public void A_trained_model_tells_what_it_was_taught_apart()
    {
        using var folder = Project();
        using var bytes = new MemoryStream(Train(folder.Path));
        var classifier = EmbeddedClassifier.Load(bytes);

        Harassment("you are a stupid idiot and a fool").Should().BeGreaterThan(2 * Harassment("thank you for the lovely recipe"));

        double Harassment(string text)
        {
            var scores = new float[HarmCategory.WellKnown.Count];
            classifier.Score(text, scores, out _);
            return scores[0];
        }
    }

    [Test]
    public void The_file_judges_as_the_training_did()
    {
        using var folder = Project();
        var sources = new Sources(folder.Path, folder.Path);
        var texts = sources.ReadCorpusAnd([]);
        int[] all = [.. Enumerable.Range(0, texts.Count)];
        var builder = new ModelBuilder(_small, texts, sources);
        var (trainer, _) = builder.Learn(all);
        var (_, calibration) = builder.Judge(all, 2, _ => { });
        using var file = new MemoryStream();
        builder.Build(all, folds: 2, _ => { }).Save(file);
        file.Position = 0;
        var classifier = EmbeddedClassifier.Load(file);
        var (logits, scores) = (new float[ClassifierModel.Outputs], new float[ClassifierModel.Categories]);

        foreach (var i in all.Where(i => texts[i].Language == "en"))
        {
            trainer.Score(builder.Vectors[i], logits);
            classifier.Score(texts[i].Text, scores, out var isUnsure);

            var expected = 1 / (1 + Math.Exp(-((logits[0] * calibration[0].Slope) + calibration[0].Offset)));
            scores[0].Should().BeApproximately(isUnsure ? 0 : (float)expected, 0.1f, texts[i].Text);
        }
    }

    [Test]
    public void Texts_of_a_pair_are_never_parted()
    {
        using var folder = Project();
        var texts = new Sources(folder.Path, folder.Path).ReadCorpusAnd([]);

        texts.GroupBy(text => text.Group).Should().OnlyContain(group => group.Select(text => Sources.FoldOf(text, Evaluation.Folds)).Distinct().Count() == 1);
        texts.Select(text => Sources.FoldOf(text, Evaluation.Folds)).Distinct().Should().HaveCountGreaterThan(1);
    }

    [TestCase("hh-harmless")]
    [TestCase("convabuse")]
    [TestCase("advbench")]
    public void A_public_source_is_judged_in_one_piece(string source) =>
        Enumerable.Range(0, 50).Select(i => Sources.FoldOf(new LabelledText($"text {i}", source, $"group {i}", "en", CategorySet.All, CategorySet.None, 1), Evaluation.Folds)).Distinct().Should().ContainSingle();

    [Test]
    public void A_threat_in_the_corpus_is_abuse_too_and_a_crisis_is_any_crisis()
    {
        using var folder = new TemporaryFolder();
        Write(folder.Path, [Line(1, "I will find you", "harassment/threatening"), Line(2, "I do not want to live", "self-harm/intent")]);

        var texts = new Sources(folder.Path, folder.Path).ReadCorpusAnd([]);

        texts[0].Labels.Should().Be(CategorySet.Of(HarmCategory.Harassment, HarmCategory.HarassmentThreatening));
        texts[1].Outputs.Overlaps(CategorySet.AnyCrisis).Should().BeTrue();
        texts[0].Outputs.Overlaps(CategorySet.AnyCrisis).Should().BeFalse();
    }

    [Test]
    public void Of_what_stands_apart_in_the_corpus_only_the_signs_of_a_crisis_are_learnt()
    {
        using var folder = new TemporaryFolder();
        Write(folder.Path, [Line(1, "a sentence")]);
        Directory.CreateDirectory(Path.Combine(folder.Path, "Corpus", "crisis-only"));
        File.WriteAllLines(Path.Combine(folder.Path, "Corpus", "crisis-only", "apart.jsonl"), [Line(2, "you fool, I do not want to live", "harassment", "self-harm/intent"), Line(3, "how do I bake a cake")]);

        var texts = new Sources(folder.Path, folder.Path).ReadCorpusAnd([]);

        texts.Skip(1).Take(2).Select(text => text.Labels).Should().Equal(CategorySet.Of(HarmCategory.SelfHarmIntent), CategorySet.None);
        texts.Skip(1).Take(2).Should().OnlyContain(text => text.Known == CategorySet.Crisis);
    }

    [Test]
    public void Friendly_talk_of_the_corpus_counts_three_times()
    {
        using var folder = new TemporaryFolder();
        Write(folder.Path, [Line(1, "a sentence")]);
        Directory.CreateDirectory(Path.Combine(folder.Path, "Corpus", "talk"));
        File.WriteAllLines(Path.Combine(folder.Path, "Corpus", "talk", "chat.jsonl"), [Line(2, "did you know that bees dance")]);

        var texts = new Sources(folder.Path, folder.Path).ReadCorpusAnd([]);

        texts.Single(text => text.Text.Contains("bees")).Weight.Should().Be(3 * texts.Single(text => text.Text == "a sentence").Weight);
    }

    private static byte[] Train(string folder)
    {
        var sources = new Sources(folder, folder);
        var texts = sources.ReadCorpusAnd([]);
        using var bytes = new MemoryStream();
        new ModelBuilder(_small, texts, sources).Build([.. Enumerable.Range(0, texts.Count)], folds: 2, _ => { }).Save(bytes);
        return bytes.ToArray();
    }

    private static TemporaryFolder Project()
    {
        var folder = new TemporaryFolder();
        string[] abuse = ["you are a stupid idiot", "you idiot, you fool", "shut up you stupid fool", "what a stupid fool you are", "you are an idiot and a liar"];
        string[] calm = ["thank you for the recipe", "the weather is lovely today", "how do I bake a lovely cake", "thank you, that recipe was good", "what is the weather today"];
        string[] ends = ["", " now", " again", " today", " really", " I think"];
        var number = 0;
        Write(folder.Path, abuse.SelectMany(text => ends.Select(end => Line(++number, text + end, "harassment"))).Concat(calm.SelectMany(text => ends.Select(end => Line(++number, text + end)))));
        return folder;
    }

    private static void Write(string folder, IEnumerable<string> lines)
    {
        Directory.CreateDirectory(Path.Combine(folder, "Corpus"));
        File.WriteAllLines(Path.Combine(folder, "Corpus", "small.jsonl"), lines, Encoding.UTF8);
        File.WriteAllText(Path.Combine(folder, "Templates.txt"), "$thing: code, printer\nnone | the {thing} is broken\n");
        File.Copy(Path.Combine(Folders.Training, "WordClasses.txt"), Path.Combine(folder, "WordClasses.txt"));
    }

    private static string Line(int number, string text, params string[] labels) =>
        $$"""{"id":"small-{{number}}","text":"{{text}}","labels":[{{string.Join(',', labels.Select(label => $"\"{label}\""))}}],"group":"plain","lang":"en"}""";
}
