using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace ConversationGuard.Classification;

/// <summary>The weights of the embedded classifier, as they lie in a model file.</summary>
/// <remarks>
/// A table of buckets of four; a feature is found by a 16-bit fingerprint, so that one that was never seen weighs nothing.
/// A row holds one signed byte for each output. Words of the vocabulary are kept as hashes,
/// each with its own row and those of its character n-grams, its class and its group added up beforehand, and with a row for the hidden units.
/// </remarks>
internal sealed class ClassifierModel
{
    public const int Categories = 14;

    /// <summary>What is scored: the categories, and behind them whether there is any sign of a crisis.</summary>
    public const int Outputs = Categories + 1;

    public const int BucketSize = 4;

    /// <summary>Lanes of a sum: the outputs, filled up to a whole vector.</summary>
    public const int Lanes = 16;

    private const int FormatVersion = 3;
    private const int MaxBucketBits = 20;
    private const int MaxWords = 1 << 18;
    private static readonly byte[] _magic = "CGMODEL"u8.ToArray();

    private readonly ulong[] _fingerprints;
    private readonly sbyte[] _rows;
    private readonly short[] _wordRows;
    private readonly float[] _scales;
    private readonly float[] _biases;
    private readonly float[] _damping;
    private readonly int _bucketMask;

    public ClassifierModel(Vocabulary vocabulary, short[] wordRows, ulong[] fingerprints, sbyte[] rows, float[] scales, float[] biases, HiddenLayer hidden, float dampingOffset, float dampingPower)
    {
        Vocabulary = vocabulary;
        Hidden = hidden;
        _fingerprints = fingerprints;
        _rows = rows;
        _scales = scales;
        _biases = biases;
        _bucketMask = fingerprints.Length - 1;
        DampingOffset = dampingOffset;
        DampingPower = dampingPower;
        _damping = new float[256];
        for (var i = 0; i < _damping.Length; i++)
        {
            _damping[i] = Damping(i, dampingOffset, dampingPower);
        }

        _wordRows = wordRows;
    }

    public Vocabulary Vocabulary { get; }

    public HiddenLayer Hidden { get; }

    public float DampingOffset { get; }

    public float DampingPower { get; }

    /// <summary>How many features have a weight.</summary>
    internal int FeatureCount => _fingerprints.Sum(bucket => Enumerable.Range(0, BucketSize).Count(slot => (ushort)(bucket >> (16 * slot)) != 0));

    internal ReadOnlySpan<float> Scales => _scales;

    internal ReadOnlySpan<float> Biases => _biases;

    internal sbyte[] Rows => _rows;

    internal short[] WordRows => _wordRows;

    /// <summary>Sums grow with the number of words; this keeps long texts from being judged by their length.</summary>
    public static float Damping(int words, float offset, float power) => (float)Math.Pow(1 + (words / (double)offset), -power);

    /// <summary>Finds the row of a feature: the offset of its first weight, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int FindRow(ulong feature)
    {
        var finished = FeatureHash.Finish(feature);
        var bucket = (int)(uint)finished & _bucketMask;
        var fingerprint = FingerprintOf(finished);
        var stored = _fingerprints[bucket];

        // Zero 16-bit lanes of the difference mark a match.
        var difference = stored ^ (fingerprint * 0x0001000100010001UL);
        var match = (difference - 0x0001000100010001UL) & ~difference & 0x8000800080008000UL;
        if (match == 0)
        {
            return -1;
        }

        // The lowest mark is exact; those above it can be carried over.
        var slot = (match & 0x8000) != 0 ? 0 : (match & 0x80000000) != 0 ? 1 : (match & 0x800000000000) != 0 ? 2 : 3;
        return ((bucket * BucketSize) + slot) * Outputs;
    }

    /// <summary>Gets the 16 bits by which a feature is told from others in its bucket; never 0, which marks a free place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong FingerprintOf(ulong finished)
    {
        var fingerprint = (finished >> 40) & 0xFFFF;
        return fingerprint == 0 ? 1 : fingerprint;
    }

    public float DampingOf(int words) => _damping[Math.Min(words, _damping.Length - 1)];

    public float Logit(int output, int sum, float damping) => _biases[output] + (_scales[output] * sum * damping);

    public void Save(Stream stream)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(_magic);
        writer.Write((byte)FormatVersion);
        writer.Write(Categories);
        foreach (var category in HarmCategory.WellKnown)
        {
            writer.Write(category.Value);
        }

        WriteFloats(writer, _scales);
        WriteFloats(writer, _biases);
        writer.Write(DampingOffset);
        writer.Write(DampingPower);
        writer.Write(_fingerprints.Length);
        var bytes = new byte[_fingerprints.Length * sizeof(ulong)];
        for (var i = 0; i < _fingerprints.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * sizeof(ulong)), _fingerprints[i]);
        }

        writer.Write(bytes);
        var rows = new byte[_fingerprints.Length * BucketSize * Outputs];
        Buffer.BlockCopy(_rows, 0, rows, 0, rows.Length);
        writer.Write(rows);
        writer.Write(Vocabulary.Count);
        for (var id = 0; id < Vocabulary.Count; id++)
        {
            writer.Write(Vocabulary.HashOf(id));
        }

        for (var id = 0; id < Vocabulary.Count; id++)
        {
            writer.Write((byte)Vocabulary.TraitsOf(id));
            writer.Write(Vocabulary.ClassOf(id));
        }

        for (var i = 0; i < Vocabulary.Count * Outputs; i++)
        {
            writer.Write(_wordRows[i]);
        }

        WriteFloats(writer, Hidden.Scales);
        WriteFloats(writer, Hidden.Biases);
        WriteFloats(writer, Hidden.Weights);
        foreach (var value in Hidden.Rows)
        {
            writer.Write(value);
        }

        writer.Write(_magic);
    }

#if NET8_0_OR_GREATER
    // Runs once, in the first moments of a process: too early for the runtime to have noticed its loops.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
#endif
    public static ClassifierModel Load(Stream stream)
    {
        try
        {
            using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
            Require(reader.ReadBytes(_magic.Length).AsSpan().SequenceEqual(_magic), "it does not begin like one");
            var version = reader.ReadByte();
            Require(version == FormatVersion, $"its format is version {version} and version {FormatVersion} is expected");
            Require(reader.ReadInt32() == Categories, "it has another number of categories");
            foreach (var category in HarmCategory.WellKnown)
            {
                var name = reader.ReadString();
                Require(name == category.Value, $"it lacks the category \"{category.Value}\" in its place");
            }

            var scales = ReadFloats(reader, Outputs);
            var biases = ReadFloats(reader, Outputs);
            var dampingOffset = reader.ReadSingle();
            var dampingPower = reader.ReadSingle();
            Require(IsFinite(dampingOffset) && dampingOffset > 0 && IsFinite(dampingPower) && dampingPower >= 0, "its damping is not a number");
            var buckets = reader.ReadInt32();
            Require(buckets > 0 && buckets <= 1 << MaxBucketBits && (buckets & (buckets - 1)) == 0, "its table has an impossible size");
            var fingerprints = ReadUInt64s(reader, buckets);

            // One more, since a row is read as a vector of sixteen.
            var rows = new sbyte[(buckets * BucketSize * Outputs) + Lanes - Outputs];
            var rowBytes = ReadExactly(reader, buckets * BucketSize * Outputs);
            Buffer.BlockCopy(rowBytes, 0, rows, 0, rowBytes.Length);
            var count = reader.ReadInt32();
            Require(count is >= 0 and <= MaxWords, "its vocabulary has an impossible size");
            var hashes = ReadUInt64s(reader, count);
            var traits = new WordTraits[count];
            var classes = new byte[count];
            var traitBytes = ReadExactly(reader, count * 2);
            for (var i = 0; i < count; i++)
            {
                traits[i] = (WordTraits)traitBytes[2 * i];
                classes[i] = traitBytes[(2 * i) + 1];
            }

            var wordRows = new short[(count * Outputs) + Lanes - Outputs];
            var wordBytes = ReadExactly(reader, count * Outputs * sizeof(short));
            for (var i = 0; i < count * Outputs; i++)
            {
                wordRows[i] = BinaryPrimitives.ReadInt16LittleEndian(wordBytes.AsSpan(i * sizeof(short)));
            }

            var hiddenScales = ReadFloats(reader, HiddenLayer.Units);
            var hiddenBiases = ReadFloats(reader, HiddenLayer.Units);
            var hiddenWeights = ReadFloats(reader, HiddenLayer.Units * Lanes);
            var hiddenRows = new sbyte[count * HiddenLayer.Units];
            Buffer.BlockCopy(ReadExactly(reader, hiddenRows.Length), 0, hiddenRows, 0, hiddenRows.Length);
            Require(reader.ReadBytes(_magic.Length).AsSpan().SequenceEqual(_magic), "it does not end like one");
            var hidden = new HiddenLayer(hiddenRows, hiddenScales, hiddenBiases, hiddenWeights);
            return new ClassifierModel(new Vocabulary(hashes, traits, classes), wordRows, fingerprints, rows, scales, biases, hidden, dampingOffset, dampingPower);
        }
        catch (Exception exception) when (exception is EndOfStreamException or FormatException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException("This is not a model file of the embedded classifier: it is cut short or damaged.", exception);
        }
    }

    private static void WriteFloats(BinaryWriter writer, ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            writer.Write(value);
        }
    }

    private static float[] ReadFloats(BinaryReader reader, int count)
    {
        var values = new float[count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = reader.ReadSingle();
            Require(IsFinite(values[i]), "a weight is not a number");
        }

        return values;
    }

#if NET8_0_OR_GREATER
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
#endif
    private static ulong[] ReadUInt64s(BinaryReader reader, int count)
    {
        var bytes = ReadExactly(reader, count * sizeof(ulong));
        var values = new ulong[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(i * sizeof(ulong)));
        }

        return values;
    }

    private static bool IsFinite(float value) => !float.IsNaN(value) && !float.IsInfinity(value);

    private static byte[] ReadExactly(BinaryReader reader, int count)
    {
        var bytes = reader.ReadBytes(count);
        return bytes.Length == count ? bytes : throw new EndOfStreamException();
    }

    private static void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new InvalidDataException($"This is not a model file of the embedded classifier: {problem}.");
        }
    }
}
