using ConversationGuard.Classification;

namespace ConversationGuard.Tests.Classification;

[TestFixture]
public sealed class ModelFileTests
{
    [Test]
    public void A_saved_model_loads_and_scores_the_same()
    {
        using var file = Saved();

        var loaded = EmbeddedClassifier.Load(file);

        var expected = new float[HarmCategory.WellKnown.Count];
        var actual = new float[HarmCategory.WellKnown.Count];
        EmbeddedClassifier.Default.Score("you are an idiot", expected, out _);
        loaded.Score("you are an idiot", actual, out _);
        actual.Should().Equal(expected);
    }

    [TestCase(1, 3)]
    [TestCase(1, -127)]
    [TestCase(30, 127)]
    public void What_a_word_adds_to_an_output_counts_in_steps_of_its_row(int words, int steps)
    {
        var row = new byte[ClassifierModel.WordLength];
        row[2] = (byte)(sbyte)steps;
        var scales = Enumerable.Repeat(1 / 8192f, ClassifierModel.Outputs).ToArray();
        var model = new SmallModel { WordRow = row, Scales = scales }.Build();
        var scores = new float[ClassifierModel.Categories];

        new EmbeddedClassifier(model).Score(string.Join(" ", Enumerable.Repeat("dog", words)), scores, out _);

        var sum = words * steps * ClassifierModel.WordStep * ClassifierModel.Damping(words, 2, 0.5f) / 8192;
        scores[2].Should().BeApproximately((float)(1 / (1 + Math.Exp(-sum))), 1e-5f);
        scores[1].Should().Be(0.5f);
    }

    [Test]
    public void A_model_loads_from_a_path()
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():N}.model");
        try
        {
            using (var file = Saved())
            {
                File.WriteAllBytes(path, file.ToArray());
            }

            EmbeddedClassifier.FromFile(path).Should().NotBeNull();
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void An_empty_file_is_refused()
    {
        using var file = new MemoryStream();

        Loading(file).Should().Throw<InvalidDataException>().WithMessage("*not a model file*");
    }

    [Test]
    public void Another_kind_of_file_is_refused()
    {
        using var file = new MemoryStream(new byte[100_000]);

        Loading(file).Should().Throw<InvalidDataException>().WithMessage("*not a model file*");
    }

    [TestCase(10)]
    [TestCase(200)]
    [TestCase(100_000)]
    [TestCase(2_200_000)]
    public void A_file_that_is_cut_short_is_refused(int length)
    {
        using var whole = Saved();
        using var file = new MemoryStream(whole.ToArray()[..length]);

        Loading(file).Should().Throw<InvalidDataException>();
    }

    [Test]
    public void A_file_of_another_format_version_is_refused_by_its_number()
    {
        using var whole = Saved();
        var bytes = whole.ToArray();
        bytes[7] = 99;
        using var file = new MemoryStream(bytes);

        Loading(file).Should().Throw<InvalidDataException>().WithMessage("*version 99*");
    }

    [Test]
    public void The_resource_is_read_where_it_lies_and_says_the_same_as_a_copy()
    {
        using var resource = typeof(EmbeddedClassifier).Assembly.GetManifestResourceStream("ConversationGuard.Classification.embedded.model")!;
        using var content = new MemoryStream();
        resource.CopyTo(content);
        using var whole = Saved();

        whole.ToArray().Should().Equal(content.ToArray());
    }

    [Test]
    public void Words_out_of_order_are_refused()
    {
        var words = new[] { "a", "b", "c" }.Select(word => Vocabulary.Entry(word.AsSpan(), WordTraits.Taught, WordClass.None)).Order().ToArray();

        new Vocabulary(words).Contains("b".AsSpan()).Should().BeTrue();
        new Vocabulary(words).Contains("d".AsSpan()).Should().BeFalse();
        words.Invoking(of => new Vocabulary([.. of.Reverse()])).Should().Throw<ArgumentException>();
    }

    [Test]
    public void R5_the_signs_of_a_crisis_are_known_by_their_places() =>
        Enumerable.Range(0, HarmCategory.WellKnown.Count).Where(category => (EmbeddedClassifier.CrisisCategories & (1 << category)) != 0).Select(category => HarmCategory.WellKnown[category])
            .Should().Equal(HarmCategory.ViolenceIntent, HarmCategory.SelfHarmIntent, HarmCategory.SelfHarmInstructions);

    [Test]
    public void A_damaged_file_never_brings_anything_but_invalid_data()
    {
        using var whole = Saved();
        var original = whole.ToArray();
        var random = new Random(17);
        for (var i = 0; i < 200; i++)
        {
            var bytes = (byte[])original.Clone();
            bytes[random.Next(600)] ^= (byte)random.Next(1, 256);
            using var file = new MemoryStream(bytes);
            var load = () =>
            {
                try
                {
                    EmbeddedClassifier.Load(file);
                }
                catch (InvalidDataException)
                {
                    // The only failure a caller has to expect.
                }
            };
            load.Should().NotThrow();
        }
    }

    [Test]
    public void Every_well_known_category_has_a_default_threshold()
    {
        DefaultThresholds.All.Keys.Should().BeEquivalentTo(HarmCategory.WellKnown);
        DefaultThresholds.All.Values.Should().OnlyContain(threshold => threshold > 0 && threshold < 1);
    }

    private static Action Loading(Stream stream) => () => EmbeddedClassifier.Load(stream);

    private static MemoryStream Saved()
    {
        var stream = new MemoryStream();
        EmbeddedClassifier.Default.Model.Save(stream);
        stream.Position = 0;
        return stream;
    }
}
