using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ConversationGuard.Classification;

namespace ConversationGuard.Training;

/// <summary>Learns the hidden units together with the linear sums, by the same errors. What a word adds to them is its own and its class's, so that rare words speak as the others of their class do.</summary>
internal sealed class HiddenTrainer
{
    private const int Units = HiddenLayer.Units;
    private const int Lanes = ClassifierModel.Lanes;
    private const int Classes = 256;
    private const float FirstClassWeight = 0.1f;
    private const float FirstOutputWeight = 0.3f;

    private readonly TrainingSettings _settings;
    private readonly Vocabulary _vocabulary;
    private readonly float[] _words;
    private readonly float[] _wordSquares;
    private readonly float[] _classes = new float[Classes * Units];
    private readonly float[] _classSquares = Filled(Classes * Units);
    private readonly float[] _biases = new float[Units];
    private readonly float[] _biasSquares = Filled(Units);
    private readonly float[] _weights = new float[Units * Lanes];
    private readonly float[] _weightSquares = Filled(Units * Lanes);
    private readonly float[] _gradient = new float[Units];
    private readonly List<Window> _windows = [];
    private ulong _state = 0x2545F4914F6CDD1D;

    public HiddenTrainer(TrainingSettings settings, Vocabulary vocabulary)
    {
        _settings = settings;
        _vocabulary = vocabulary;
        _words = new float[vocabulary.Count * Units];
        _wordSquares = Filled(_words.Length);
        for (var i = Units; i < _classes.Length; i++)
        {
            _classes[i] = Around(FirstClassWeight);
        }

        Array.Fill(_biases, FirstClassWeight);
        for (var i = 0; i < _weights.Length; i++)
        {
            _weights[i] = i % Lanes < ClassifierModel.Outputs ? Around(FirstOutputWeight) : 0;
        }
    }

    /// <summary>What the units add to an output in a window that was scored last.</summary>
    public float Logit(int window, int output) => _windows[window].Logits[output];

    /// <summary>Scores the windows of a text.</summary>
    /// <param name="vector">The text.</param>
    /// <param name="damping">How much a window's sums are damped.</param>
    /// <param name="learns">Whether some words and units are left out by chance.</param>
    public void Score(FeatureVector vector, Func<int, float> damping, bool learns)
    {
        var windows = Math.Max(1, vector.WordIds.Length - 1);
        while (_windows.Count < windows)
        {
            _windows.Add(new Window());
        }

        for (var k = 0; k < windows; k++)
        {
            var window = _windows[k];
            window.Words.Clear();
            window.Damping = damping(k);
            Choose(window, vector.WordIds[k], learns);
            if (k + 1 < vector.WordIds.Length)
            {
                Choose(window, vector.WordIds[k + 1], learns);
            }

            Score(window, learns);
        }
    }

    /// <summary>Learns from the errors of a window that was scored last.</summary>
    public void Learn(int window, ReadOnlySpan<float> errors, float rate)
    {
        var of = _windows[window];
        var any = false;
        for (var unit = 0; unit < Units; unit++)
        {
            _gradient[unit] = 0;
            var value = of.Values[unit];
            if (value <= 0)
            {
                continue;
            }

            var sum = 0f;
            for (var output = 0; output < errors.Length; output++)
            {
                if (errors[output] != 0)
                {
                    var i = (unit * Lanes) + output;
                    sum += errors[output] * _weights[i];
                    Step(ref _weights[i], ref _weightSquares[i], errors[output] * value, rate, _settings.HiddenDecay);
                }
            }

            Step(ref _biases[unit], ref _biasSquares[unit], sum, rate, 0);
            _gradient[unit] = sum * of.Damping * of.Gain;
            any |= sum != 0;
        }

        if (!any)
        {
            return;
        }

        foreach (var (word, wordClass) in of.Words)
        {
            if (word >= 0)
            {
                StepRow(_words, _wordSquares, word * Units, rate);
            }

            if (wordClass > 0)
            {
                StepRow(_classes, _classSquares, wordClass * Units, rate);
            }
        }
    }

    /// <summary>Rounds what the words add to four bits; the outputs are brought to the scale of the calibrated model.</summary>
    public HiddenLayer Quantise(ReadOnlySpan<float> slopes, Span<byte> words)
    {
        var sums = new float[_words.Length];
        var scales = new float[Units];
        for (var id = 0; id < _vocabulary.Count; id++)
        {
            for (var unit = 0; unit < Units; unit++)
            {
                var wordClass = _vocabulary.ClassOf(id);
                sums[(id * Units) + unit] = _words[(id * Units) + unit] + (wordClass > 0 ? _classes[(wordClass * Units) + unit] : 0);
            }
        }

        for (var unit = 0; unit < Units; unit++)
        {
            var values = new float[_vocabulary.Count];
            for (var id = 0; id < values.Length; id++)
            {
                values[id] = MathF.Abs(sums[(id * Units) + unit]);
            }

            scales[unit] = Rounding.StepOf(values, ClassifierModel.LargestPart * ClassifierModel.LargestFactor);
        }

        var steps = new float[Units];
        for (var id = 0; id < _vocabulary.Count; id++)
        {
            for (var unit = 0; unit < Units; unit++)
            {
                steps[unit] = sums[(id * Units) + unit] / scales[unit];
            }

            ClassifierModel.PackUnits(steps, words.Slice(id * ClassifierModel.WordLength, ClassifierModel.WordLength));
        }

        var weights = new float[_weights.Length];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = i % Lanes < slopes.Length ? _weights[i] * slopes[i % Lanes] : 0;
        }

        return new HiddenLayer(scales, [.. _biases], weights);
    }

    private static float[] Filled(int length)
    {
        var values = new float[length];
        Array.Fill(values, 0.01f);
        return values;
    }

    private static void Step(ref float weight, ref float squares, float gradient, float rate, float decay)
    {
        if (gradient != 0)
        {
            squares += gradient * gradient;
            weight -= rate * (gradient + (decay * weight)) / MathF.Sqrt(squares);
        }
    }

    /// <summary>Takes the words of a chunk; while learning, some are left out, or are known by their class alone.</summary>
    private void Choose(Window window, int[] words, bool learns)
    {
        foreach (var word in words)
        {
            var takesWord = !learns || Chance() >= _settings.Dropout;
            var takesClass = !learns || Chance() >= _settings.Dropout;
            var wordClass = takesClass ? _vocabulary.ClassOf(word) : (byte)0;
            if (takesWord || wordClass > 0)
            {
                window.Words.Add((takesWord ? word : -1, wordClass));
            }
        }
    }

    private void Score(Window window, bool learns)
    {
        var values = window.Values;
        Array.Clear(values);
        foreach (var (word, wordClass) in window.Words)
        {
            if (word >= 0)
            {
                Add(values, _words, word * Units);
            }

            if (wordClass > 0)
            {
                Add(values, _classes, wordClass * Units);
            }
        }

        window.Gain = learns ? 1 / (1 - _settings.HiddenDropout) : 1;
        var logits = window.Logits;
        Array.Clear(logits);
        for (var unit = 0; unit < Units; unit++)
        {
            var value = (values[unit] * window.Damping) + _biases[unit];
            values[unit] = value <= 0 || (learns && Chance() < _settings.HiddenDropout) ? 0 : value * window.Gain;
            for (var output = 0; values[unit] > 0 && output < ClassifierModel.Outputs; output++)
            {
                logits[output] += _weights[(unit * Lanes) + output] * values[unit];
            }
        }
    }

    private static void Add(float[] values, float[] rows, int offset)
    {
        ref var sums = ref MemoryMarshal.GetArrayDataReference(values);
        ref var row = ref MemoryMarshal.GetArrayDataReference(rows);
        for (var unit = 0; unit < Units; unit += 8)
        {
            (Vector256.LoadUnsafe(ref sums, (nuint)unit) + Vector256.LoadUnsafe(ref row, (nuint)(offset + unit))).StoreUnsafe(ref sums, (nuint)unit);
        }
    }

    private void StepRow(float[] rows, float[] squares, int offset, float rate)
    {
        ref var row = ref MemoryMarshal.GetArrayDataReference(rows);
        ref var square = ref MemoryMarshal.GetArrayDataReference(squares);
        ref var gradients = ref MemoryMarshal.GetArrayDataReference(_gradient);
        for (var unit = 0; unit < Units; unit += 8)
        {
            var gradient = Vector256.LoadUnsafe(ref gradients, (nuint)unit);
            var at = (nuint)(offset + unit);
            var sum = Vector256.LoadUnsafe(ref square, at) + (gradient * gradient);
            sum.StoreUnsafe(ref square, at);
            var weight = Vector256.LoadUnsafe(ref row, at);
            var shrink = ~Vector256.Equals(gradient, Vector256<float>.Zero) & (weight * _settings.HiddenDecay);
            (weight - ((gradient + shrink) * rate / Vector256.Sqrt(sum))).StoreUnsafe(ref row, at);
        }
    }

    private float Around(float scale) => (Chance() - 0.5f) * 2 * scale;

    private float Chance() => (LinearTrainer.Next(ref _state) >> 40) / (float)(1 << 24);

    /// <summary>What a window held when it was scored.</summary>
    private sealed class Window
    {
        public List<(int Word, byte Class)> Words { get; } = [];

        public float[] Values { get; } = new float[Units];

        public float[] Logits { get; } = new float[ClassifierModel.Outputs];

        public float Damping { get; set; }

        public float Gain { get; set; }
    }
}
