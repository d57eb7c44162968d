using ConversationGuard.Classification;

namespace ConversationGuard.Tests.Classification;

[TestFixture]
public class HiddenLayerTests
{
    private const int Lanes = ClassifierModel.Lanes;
    private const int Largest = ClassifierModel.LargestPart * ClassifierModel.LargestFactor;

    [Test]
    public void Two_words_together_mean_what_neither_means_alone()
    {
        // The first unit needs both words, and speaks for the third output.
        var layer = Layer(scale: 1, bias: -5, weight: 2, output: 3);

        Said(layer, First(4), First(4), damping: 1)[3].Should().Be(2 * ((4 + 4) - 5));
        Said(layer, First(4), First(0), damping: 1)[3].Should().Be(0, "a unit that does not weigh enough says nothing");
    }

    [Test]
    public void It_adds_to_what_the_outputs_were()
    {
        var layer = Layer(scale: 0.5f, bias: 1, weight: 2, output: 0);
        var outputs = new float[Lanes];
        outputs[0] = 10;

        layer.AddTo(outputs, First(4), First(2), damping: 0.5f);

        outputs[0].Should().Be(10 + (2 * ((6 * 0.5f * 0.5f) + 1)));
        outputs.Skip(1).Should().OnlyContain(value => value == 0);
    }

    [Test]
    public void A_silent_layer_says_nothing() =>
        Said(HiddenLayer.Silent(), First(100), First(100), damping: 1).Should().OnlyContain(value => value == 0);

    [Test]
    public void It_survives_a_file_unchanged()
    {
        var layer = Layer(scale: 0.25f, bias: -1, weight: 3, output: 7);
        using var file = new MemoryStream();
        Model("word", [.. Enumerable.Range(0, HiddenLayer.Units).Select(i => (i % 15) - 7f)], layer).Save(file);
        file.Position = 0;

        var read = ClassifierModel.Load(file);

        UnitsOf(read).Should().Equal(Enumerable.Range(0, HiddenLayer.Units).Select(i => (i % 15) - 7));
        read.Hidden.Scales.ToArray().Should().Equal(layer.Scales.ToArray());
        read.Hidden.Biases.ToArray().Should().Equal(layer.Biases.ToArray());
        read.Hidden.Weights.ToArray().Should().Equal(layer.Weights.ToArray());
    }

    [Test]
    public void What_fits_into_four_bits_survives_exactly_and_of_the_rest_as_little_as_can_be_is_lost([Range(1, 16)] int factor)
    {
        var units = Enumerable.Range(0, HiddenLayer.Units).Select(i => (float)(((i % 15) - 7) * factor)).ToArray();

        UnitsOf(Model("word", units, HiddenLayer.Silent())).Should().Equal(units.Select(unit => (int)unit));
        UnitsOf(Model("word", [.. units.Select(unit => unit * 100)], HiddenLayer.Silent())).Should().OnlyContain(unit => Math.Abs(unit) <= Largest);
    }

    [TestCase(1)]
    [TestCase(40)]
    [TestCase(5000)]
    public void What_words_add_is_summed_over_a_window_however_many_and_short_they_are(int words)
    {
        // Words of one character, each with the heaviest row there is: a window holds a hundred at most.
        var model = Model("\u6211", [.. Enumerable.Repeat((float)Largest, HiddenLayer.Units)], Layer(scale: 1 / 4096f, bias: 0, weight: 1, output: 0));
        var scores = new float[ClassifierModel.Categories];

        new EmbeddedClassifier(model).Score(new string('\u6211', words), scores, out _);

        var window = Math.Min(words, TextScanner.ChunkLength);
        scores[0].Should().BeApproximately((float)(1 / (1 + Math.Exp(-window * Largest / 4096.0 * ClassifierModel.Damping(window, 2, 0.5f)))), 1e-4f);
    }

    /// <summary>A model of one word that only the hidden units know.</summary>
    private static ClassifierModel Model(string word, float[] units, HiddenLayer layer)
    {
        var row = new byte[ClassifierModel.WordLength];
        ClassifierModel.PackUnits(units, row);
        return new SmallModel { Word = word, WordRow = row, Hidden = layer }.Build();
    }

    private static IEnumerable<int> UnitsOf(ClassifierModel model)
    {
        var units = new short[HiddenLayer.Units];
        model.AddUnits(0, units);
        return units.Select(unit => (int)unit);
    }

    private static HiddenLayer Layer(float scale, float bias, float weight, int output)
    {
        var (scales, biases, weights) = (new float[HiddenLayer.Units], new float[HiddenLayer.Units], new float[HiddenLayer.Units * Lanes]);
        (scales[0], biases[0], weights[output]) = (scale, bias, weight);
        return new HiddenLayer(scales, biases, weights);
    }

    private static short[] First(short value)
    {
        var units = new short[HiddenLayer.Units];
        units[0] = value;
        return units;
    }

    private static float[] Said(HiddenLayer layer, short[] chunk, short[] previous, float damping)
    {
        var outputs = new float[Lanes];
        layer.AddTo(outputs, chunk, previous, damping);
        return outputs;
    }
}
