using System.Buffers.Binary;
using ConversationGuard.Classification;

namespace ConversationGuard.Training;

/// <summary>Turns labelled texts into a model: learn, keep what matters, learn again, round to bytes, calibrate.</summary>
internal sealed class ModelBuilder
{
    private const int Lanes = ClassifierModel.Lanes;
    private const int Outputs = ClassifierModel.Outputs;
    private const ulong Seed = 0x9E3779B97F4A7C15;

    private readonly TrainingSettings _settings;
    private readonly IReadOnlyList<LabelledText> _texts;
    private readonly FeatureSpace _space;
    private readonly FeatureVector[] _vectors;

    public ModelBuilder(TrainingSettings settings, IReadOnlyList<LabelledText> texts, Sources sources)
    {
        _settings = settings;
        _texts = texts;
        _space = FeatureSpace.Build(texts, sources.ReadLexicon(), sources.ReadWordClasses(), sources.ReadWordGroups(), settings.MinimumCount, settings.MaximumWords);
        _vectors = _space.Vectors(texts);
    }

    public int FeatureCount => _space.Hashes.Count;

    public int WordCount => _space.Words.Count;

    public FeatureVector[] Vectors => _vectors;

    public FeatureSpace Space => _space;

    /// <summary>Learns from the chosen texts; the weights are not calibrated.</summary>
    public (LinearTrainer Trainer, List<int> Kept) Learn(IReadOnlyList<int> chosen)
    {
        var trainer = new LinearTrainer(_settings, _space.Kinds, _space.Vocabulary);
        trainer.Train(_texts, _vectors, chosen, _settings.Epochs, _settings.LearningRate, Seed);
        var kept = Choose(trainer);
        trainer.Restrict(kept);
        trainer.Train(_texts, _vectors, chosen, _settings.FineTuningEpochs, _settings.LearningRate * 0.3f, Seed ^ 1);
        return (trainer, kept);
    }

    /// <summary>Builds the calibrated model. Its scores are calibrated on sources that the folds' weights had not seen.</summary>
    public ClassifierModel Build(IReadOnlyList<int> chosen, int folds, Action<string> log)
    {
        var (_, calibration) = Judge(chosen, folds, log);
        var (trainer, kept) = Learn(chosen);
        return Quantise(trainer, kept, calibration);
    }

    /// <summary>Scores every text by weights that saw nothing of its source, and calibrates these scores.</summary>
    /// <param name="chosen">The texts to learn from.</param>
    /// <param name="folds">Into how many folds the sources are divided.</param>
    /// <param name="log">Takes what is to be said of the progress.</param>
    /// <param name="onFold">Takes each fold's number and its weights.</param>
    public (float[][] Logits, (float Slope, float Offset)[] Calibration) Judge(IReadOnlyList<int> chosen, int folds, Action<string> log, Action<int, LinearTrainer>? onFold = null)
    {
        var logits = new float[_texts.Count][];
        for (var fold = 0; fold < folds; fold++)
        {
            var (trainer, _) = Learn([.. chosen.Where(i => Sources.FoldOf(_texts[i], folds) != fold)]);
            for (var i = 0; i < _texts.Count; i++)
            {
                if (Sources.FoldOf(_texts[i], folds) == fold)
                {
                    logits[i] = new float[Outputs];
                    trainer.Score(_vectors[i], logits[i]);
                }
            }

            onFold?.Invoke(fold, trainer);
            log($"  judged fold {fold + 1} of {folds}");
        }

        var calibration = new (float Slope, float Offset)[Outputs];
        for (var c = 0; c < Outputs; c++)
        {
            var known = chosen.Where(i => _texts[i].KnownOutputs.Has(c)).ToList();
            calibration[c] = Calibration.Fit(
                [.. known.Select(i => (double)logits[i][c])], [.. known.Select(i => _texts[i].Outputs.Has(c))], [.. known.Select(i => (double)_texts[i].Weight)]);
        }

        return (logits, calibration);
    }

    /// <summary>The features that weigh most, as many as find a place in the table, and those that need none.</summary>
    private List<int> Choose(LinearTrainer trainer)
    {
        var importance = new float[_space.Hashes.Count];
        var weights = trainer.Weights;
        for (var feature = 0; feature < importance.Length; feature++)
        {
            var largest = 0f;
            foreach (var weight in weights.Slice(feature * Lanes, Outputs))
            {
                largest = MathF.Max(largest, MathF.Abs(weight));
            }

            importance[feature] = largest * MathF.Sqrt(MathF.Min(_space.Counts[feature], 400));
        }

        var order = Enumerable.Range(0, importance.Length).OrderByDescending(feature => importance[feature]).ThenBy(feature => feature);
        var filled = new byte[_settings.Buckets];
        var taken = new HashSet<(int, ushort)>();
        var kept = new List<int>();
        foreach (var feature in order)
        {
            if (_space.IsOfWord(feature))
            {
                kept.Add(feature);
                continue;
            }

            var finished = FeatureHash.Finish(_space.Hashes[feature]);
            var bucket = ClassifierModel.BucketOf(finished, filled.Length);
            if (importance[feature] > 0.01f && filled[bucket] < ClassifierModel.BucketSize && taken.Add((bucket, ClassifierModel.FingerprintOf(finished))))
            {
                filled[bucket]++;
                kept.Add(feature);
            }
        }

        return kept;
    }

    /// <summary>Adds up, for each word of the vocabulary, its own weights and those of its character n-grams, its class and its group.</summary>
    private byte[] AddUpWords(LinearTrainer trainer, float[] steps)
    {
        var words = new byte[_space.Words.Count * ClassifierModel.WordLength];
        var sums = new float[Outputs];
        for (var id = 0; id < _space.Words.Count; id++)
        {
            Array.Clear(sums);
            var sum = new WeightSum(_space, trainer, sums);
            sum.Gram(FeatureHash.Of(_space.Words[id]));
            CharacterGrams.Of(_space.Words[id], ref sum);
            if (_space.Vocabulary.ClassOf(id) is > WordClass.LastOfForm and var wordClass)
            {
                sum.Gram(FeatureHash.OfClass(wordClass));
            }

            if (WordGroup.Of(_space.Vocabulary.TraitsOf(id)) is not WordGroup.None and var group)
            {
                sum.Gram(FeatureHash.OfGroup(group));
            }

            for (var c = 0; c < Outputs; c++)
            {
                words[(id * ClassifierModel.WordLength) + c] = (byte)Rounding.ToByte(sums[c], steps[c] * ClassifierModel.WordStep);
            }
        }

        return words;
    }

    private readonly struct WeightSum(FeatureSpace space, LinearTrainer trainer, float[] sums) : IGramSink
    {
        public void Gram(ulong hash)
        {
            if (!space.TryFind(hash, out var feature))
            {
                return;
            }

            for (var c = 0; c < sums.Length; c++)
            {
                sums[c] += trainer.Weights[(feature * Lanes) + c];
            }
        }
    }

    private ClassifierModel Quantise(LinearTrainer trainer, List<int> kept, (float Slope, float Offset)[] calibration)
    {
        var buckets = _settings.Buckets;
        var fingerprints = new byte[buckets * ClassifierModel.PlacesLength];
        var rows = new byte[buckets * ClassifierModel.LineLength];
        var filled = new byte[buckets];
        var weights = trainer.Weights;
        var steps = new float[Outputs];
        var placed = kept.FindAll(feature => !_space.IsOfWord(feature));
        for (var c = 0; c < Outputs; c++)
        {
            var values = new float[placed.Count];
            for (var k = 0; k < values.Length; k++)
            {
                values[k] = MathF.Abs(weights[(placed[k] * Lanes) + c]);
            }

            steps[c] = Rounding.StepOf(values, ClassifierModel.LargestPart * ClassifierModel.LargestFactor);
        }

        var row = new float[Outputs];
        foreach (var feature in placed)
        {
            var finished = FeatureHash.Finish(_space.Hashes[feature]);
            var bucket = ClassifierModel.BucketOf(finished, buckets);
            var slot = filled[bucket]++;
            BinaryPrimitives.WriteUInt16LittleEndian(fingerprints.AsSpan(((bucket * ClassifierModel.BucketSize) + slot) * sizeof(ushort)), ClassifierModel.FingerprintOf(finished));
            for (var c = 0; c < Outputs; c++)
            {
                row[c] = weights[(feature * Lanes) + c] / steps[c];
            }

            ClassifierModel.Pack(row, rows.AsSpan((bucket * ClassifierModel.LineLength) + (slot * ClassifierModel.RowLength)));
        }

        var scales = new float[Outputs];
        var biases = new float[Outputs];
        for (var c = 0; c < Outputs; c++)
        {
            scales[c] = steps[c] * calibration[c].Slope;
            biases[c] = (trainer.Biases[c] * calibration[c].Slope) + calibration[c].Offset;
        }

        var words = AddUpWords(trainer, steps);
        var hidden = trainer.Hidden?.Quantise([.. calibration.Select(of => of.Slope)], words) ?? HiddenLayer.Silent();
        return new ClassifierModel(_space.Vocabulary, words, fingerprints, rows, scales, biases, hidden, _settings.DampingOffset, _settings.DampingPower);
    }
}

/// <summary>From weights to signed bytes.</summary>
internal static class Rounding
{
    /// <summary>What a byte's step is worth. The few largest weights are cut, so that the many small ones keep their difference.</summary>
    /// <param name="magnitudes">The weights without their signs; they are sorted.</param>
    /// <param name="largest">How many steps the largest weight may take.</param>
    public static float StepOf(float[] magnitudes, int largest = sbyte.MaxValue)
    {
        Array.Sort(magnitudes);
        return magnitudes.Length == 0 ? 1 : MathF.Max(1e-6f, magnitudes[(int)(magnitudes.Length * 0.9995)] / largest);
    }

    public static sbyte ToByte(float weight, float step) => (sbyte)Math.Clamp(MathF.Round(weight / step), -sbyte.MaxValue, sbyte.MaxValue);
}

/// <summary>Platt's method: a logistic curve from scores to probabilities.</summary>
internal static class Calibration
{
    private const int Bins = 10;

    /// <summary>Says how far probabilities are from what happens, on the average: the difference in each tenth of the scale, by weight.</summary>
    public static double ExpectedError(IReadOnlyCollection<(double Probability, bool IsTrue, double Weight)> predictions) =>
        predictions.GroupBy(one => Math.Min(Bins - 1, (int)(one.Probability * Bins))).Sum(bin => Math.Abs(bin.Sum(one => (one.Probability - (one.IsTrue ? 1 : 0)) * one.Weight)))
        / predictions.Sum(one => one.Weight);

    public static (float Slope, float Offset) Fit(double[] scores, bool[] labels, double[] weights)
    {
        var positives = 0;
        foreach (var label in labels)
        {
            positives += label ? 1 : 0;
        }

        if (positives < 10)
        {
            // Nothing to learn from: never claim anything.
            return (0, -10);
        }

        // Platt's targets keep the curve from becoming a step.
        var high = (positives + 1.0) / (positives + 2.0);
        var low = 1.0 / (labels.Length - positives + 2.0);
        double slope = 1, offset = 0;
        for (var iteration = 0; iteration < 50; iteration++)
        {
            double gs = 0, go = 0, hss = 1e-6, hso = 0, hoo = 1e-6;
            for (var i = 0; i < scores.Length; i++)
            {
                var p = 1 / (1 + Math.Exp(-((slope * scores[i]) + offset)));
                var error = (p - (labels[i] ? high : low)) * weights[i];
                var curvature = Math.Max(p * (1 - p), 1e-9) * weights[i];
                gs += error * scores[i];
                go += error;
                hss += curvature * scores[i] * scores[i];
                hso += curvature * scores[i];
                hoo += curvature;
            }

            var determinant = (hss * hoo) - (hso * hso);
            var ds = ((hoo * gs) - (hso * go)) / determinant;
            var dz = ((hss * go) - (hso * gs)) / determinant;
            var limit = Math.Min(1, 2 / Math.Max(1e-9, Math.Max(Math.Abs(ds), Math.Abs(dz))));
            slope = Math.Max(0.05, slope - (ds * limit));
            offset -= dz * limit;
            if (Math.Abs(ds) + Math.Abs(dz) < 1e-7)
            {
                break;
            }
        }

        return ((float)slope, (float)offset);
    }
}
