using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ConversationGuard.Classification;

namespace ConversationGuard.Training;

/// <summary>What decides how the weights are learnt.</summary>
internal sealed record TrainingSettings
{
    public int Epochs { get; init; } = 10;

    public int FineTuningEpochs { get; init; } = 5;

    public float LearningRate { get; init; } = 0.035f;

    /// <summary>The share of a text's features that is left out whenever it is learnt from, so that no few of them decide alone.</summary>
    public float Dropout { get; init; } = 0.3f;

    public float Decay { get; init; } = 0.0007f;

    public float DampingOffset { get; init; } = 2;

    public float DampingPower { get; init; } = 0.5f;

    /// <summary>How often a feature must occur to be learnt.</summary>
    public int MinimumCount { get; init; } = 3;

    public int MaximumWords { get; init; } = 50_000;

    /// <summary>Buckets of the table. Each holds eight features: the model keeps those that weigh most and find a place. A bucket takes 80 bytes of the file, a word 40.</summary>
    public int Buckets { get; init; } = 49_500;

    public float MaximumPositiveWeight { get; init; } = 3;

    /// <summary>How fast the hidden units learn; 0 for none.</summary>
    public float HiddenRate { get; init; } = 0.015f;

    public float HiddenDecay { get; init; } = 0.005f;

    /// <summary>The share of the hidden units that is left out whenever a text is learnt from.</summary>
    public float HiddenDropout { get; init; } = 0.1f;
}

/// <summary>Logistic regressions for all categories at once, with hidden units beside them, by AdaGrad. A text is as bad as its worst window.</summary>
internal sealed class LinearTrainer
{
    private const int Lanes = ClassifierModel.Lanes;
    private const int Outputs = ClassifierModel.Outputs;

    private readonly TrainingSettings _settings;
    private readonly HiddenTrainer? _hidden;
    private readonly float[] _weights;
    private readonly float[] _squares;
    private readonly float[] _biases = new float[Lanes];
    private readonly float[] _biasSquares = new float[Lanes];
    private readonly bool[] _allowed;
    private readonly float[] _rates;
    private readonly float[] _positiveWeights = new float[Outputs];
    private readonly float[] _gradient = new float[Lanes];
    private readonly int[] _best = new int[Outputs];
    private float _gain = 1;
    private float[] _chunkSums = new float[Lanes * 8];

    public LinearTrainer(TrainingSettings settings, IReadOnlyList<FeatureKind> kinds, Vocabulary vocabulary)
    {
        _hidden = settings.HiddenRate > 0 ? new HiddenTrainer(settings, vocabulary) : null;
        var features = kinds.Count;
        _settings = settings;
        _rates = [.. kinds.Select(RateOf)];
        _weights = new float[features * Lanes];
        _squares = new float[features * Lanes];
        _allowed = new bool[features];
        Array.Fill(_allowed, true);
        Array.Fill(_squares, 1e-2f);
        Array.Fill(_biasSquares, 1f);
    }

    public ReadOnlySpan<float> Weights => _weights;

    public ReadOnlySpan<float> Biases => _biases.AsSpan(0, Outputs);

    public HiddenTrainer? Hidden => _hidden;

    /// <summary>Learns from some of the texts.</summary>
    public void Train(IReadOnlyList<LabelledText> texts, FeatureVector[] vectors, IReadOnlyList<int> chosen, int epochs, float rate, ulong seed)
    {
        SetPositiveWeights(texts, chosen);
        var order = chosen.ToArray();
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            Shuffle(order, ref seed);
            var epochRate = rate * (1 - (0.8f * epoch / epochs));
            foreach (var i in order)
            {
                Step(texts[i], Thin(vectors[i], ref seed), epochRate);
            }
        }
    }

    /// <summary>Forgets all features but the given ones.</summary>
    public void Restrict(IEnumerable<int> features)
    {
        Array.Clear(_allowed);
        foreach (var feature in features)
        {
            _allowed[feature] = true;
        }

        for (var feature = 0; feature < _allowed.Length; feature++)
        {
            if (!_allowed[feature])
            {
                _weights.AsSpan(feature * Lanes, Lanes).Clear();
            }
        }
    }

    /// <summary>Computes each category's logit, of its best window.</summary>
    public void Score(FeatureVector vector, Span<float> logits)
    {
        _gain = 1;
        _hidden?.Score(vector, window => Damping(vector, window), learns: false);
        SumChunks(vector);
        FindBest(vector, logits);
    }

    /// <summary>What holds for many words is learnt faster than what holds for one.</summary>
    private static float RateOf(FeatureKind kind) => kind switch
    {
        FeatureKind.Class or FeatureKind.ClassInContext or FeatureKind.ClassPair or FeatureKind.ClassForm or FeatureKind.Group => 2,
        FeatureKind.Word or FeatureKind.ClassAndWord => 1.5f,
        _ => 1,
    };

    /// <summary>Leaves out some of the features, by chance.</summary>
    private FeatureVector Thin(FeatureVector vector, ref ulong state)
    {
        var limit = (uint)(_settings.Dropout * 65536);
        var chunks = new int[vector.Chunks.Length][];
        for (var k = 0; k < chunks.Length; k++)
        {
            var features = vector.Chunks[k];
            var kept = new int[features.Length];
            var count = 0;
            foreach (var feature in features)
            {
                if (((Next(ref state) >> 20) & 0xFFFF) >= limit)
                {
                    kept[count++] = feature;
                }
            }

            chunks[k] = kept.AsSpan(0, count).ToArray();
        }

        return vector with { Chunks = chunks };
    }

    internal static ulong Next(ref ulong state)
    {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return state;
    }

    private static void Shuffle(int[] order, ref ulong state)
    {
        for (var i = order.Length - 1; i > 0; i--)
        {
            var j = (int)(Next(ref state) % (ulong)(i + 1));
            (order[i], order[j]) = (order[j], order[i]);
        }
    }

    private void SetPositiveWeights(IReadOnlyList<LabelledText> texts, IReadOnlyList<int> chosen)
    {
        Span<float> positive = stackalloc float[Outputs];
        Span<float> negative = stackalloc float[Outputs];
        foreach (var i in chosen)
        {
            for (var c = 0; c < Outputs; c++)
            {
                if (texts[i].KnownOutputs.Has(c))
                {
                    if (texts[i].Outputs.Has(c))
                    {
                        positive[c] += texts[i].Weight;
                    }
                    else
                    {
                        negative[c] += texts[i].Weight;
                    }
                }
            }
        }

        for (var c = 0; c < Outputs; c++)
        {
            _positiveWeights[c] = positive[c] == 0 ? 1 : Math.Clamp(MathF.Sqrt(negative[c] / positive[c]), 1, _settings.MaximumPositiveWeight);
            if (_biases[c] == 0)
            {
                _biases[c] = MathF.Log((positive[c] + 0.1f) / (negative[c] + 1));
            }
        }
    }

    private void SumChunks(FeatureVector vector)
    {
        if (_chunkSums.Length < vector.Chunks.Length * Lanes)
        {
            _chunkSums = new float[vector.Chunks.Length * Lanes * 2];
        }

        ref var weights = ref MemoryMarshal.GetArrayDataReference(_weights);
        for (var k = 0; k < vector.Chunks.Length; k++)
        {
            var low = Vector256<float>.Zero;
            var high = Vector256<float>.Zero;
            foreach (var feature in vector.Chunks[k])
            {
                low += Vector256.LoadUnsafe(ref weights, (nuint)(feature * Lanes));
                high += Vector256.LoadUnsafe(ref weights, (nuint)(feature * Lanes) + 8);
            }

            low.CopyTo(_chunkSums, k * Lanes);
            high.CopyTo(_chunkSums, (k * Lanes) + 8);
        }
    }

    private void FindBest(FeatureVector vector, Span<float> logits)
    {
        // Window k is the chunks k and k + 1; a text of one chunk is one window.
        var windows = Math.Max(1, vector.Chunks.Length - 1);
        for (var k = 0; k < windows; k++)
        {
            var two = k + 1 < vector.Chunks.Length;
            var damping = Damping(vector, k);
            for (var c = 0; c < Outputs; c++)
            {
                var sum = _chunkSums[(k * Lanes) + c] + (two ? _chunkSums[((k + 1) * Lanes) + c] : 0);
                var logit = (sum * damping) + _biases[c] + (_hidden?.Logit(k, c) ?? 0);
                if (k == 0 || logit > logits[c])
                {
                    logits[c] = logit;
                    _best[c] = k;
                }
            }
        }
    }

    private float Damping(FeatureVector vector, int window)
    {
        var words = vector.Words[window] + (window + 1 < vector.Words.Length ? vector.Words[window + 1] : 0);
        return _gain * ClassifierModel.Damping(Math.Min(words, 255), _settings.DampingOffset, _settings.DampingPower);
    }

    private void Step(LabelledText text, FeatureVector vector, float rate)
    {
        Span<float> logits = stackalloc float[Outputs];
        _gain = 1 / (1 - _settings.Dropout);
        _hidden?.Score(vector, window => Damping(vector, window), learns: true);
        SumChunks(vector);
        FindBest(vector, logits);
        Span<float> errors = stackalloc float[Outputs];
        Span<float> own = stackalloc float[Outputs];
        var any = false;
        for (var c = 0; c < Outputs; c++)
        {
            if (!text.KnownOutputs.Has(c))
            {
                continue;
            }

            var positive = text.Outputs.Has(c);
            var probability = 1 / (1 + MathF.Exp(-logits[c]));
            var error = (probability - (positive ? 1 : 0)) * text.Weight * (positive ? _positiveWeights[c] : 1);

            // What is settled teaches nothing more.
            if (MathF.Abs(error) > 0.002f)
            {
                errors[c] = error;
                any = true;
            }
        }

        if (!any)
        {
            return;
        }

        var windows = Math.Max(1, vector.Chunks.Length - 1);
        for (var k = 0; k < windows; k++)
        {
            var used = false;
            Array.Clear(_gradient);
            own.Clear();
            var damping = Damping(vector, k);
            for (var c = 0; c < Outputs; c++)
            {
                if (_best[c] == k && errors[c] != 0)
                {
                    own[c] = errors[c];
                    _gradient[c] = errors[c] * damping;
                    _biasSquares[c] += errors[c] * errors[c];
                    _biases[c] -= rate * errors[c] / MathF.Sqrt(_biasSquares[c]);
                    used = true;
                }
            }

            if (used)
            {
                _hidden?.Learn(k, own, rate / _settings.LearningRate * _settings.HiddenRate);
                Update(vector.Chunks[k], rate);
                if (k + 1 < vector.Chunks.Length)
                {
                    Update(vector.Chunks[k + 1], rate);
                }
            }
        }
    }

    private void Update(int[] features, float rate)
    {
        ref var weights = ref MemoryMarshal.GetArrayDataReference(_weights);
        ref var squares = ref MemoryMarshal.GetArrayDataReference(_squares);
        var decay = Vector256.Create(_settings.Decay);
        for (var half = 0; half < Lanes; half += 8)
        {
            var gradient = Vector256.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(_gradient), (nuint)half);
            if (gradient == Vector256<float>.Zero)
            {
                continue;
            }

            var mask = ~Vector256.Equals(gradient, Vector256<float>.Zero);
            var square = gradient * gradient;
            var step = gradient * rate;
            foreach (var feature in features)
            {
                if (!_allowed[feature])
                {
                    continue;
                }

                var offset = (nuint)((feature * Lanes) + half);
                var sum = Vector256.LoadUnsafe(ref squares, offset) + square;
                sum.StoreUnsafe(ref squares, offset);
                var weight = Vector256.LoadUnsafe(ref weights, offset);
                var change = (step + ((weight * decay) & mask)) / Vector256.Sqrt(sum);
                (weight - (change * _rates[feature])).StoreUnsafe(ref weights, offset);
            }
        }
    }
}
