#if NET8_0_OR_GREATER
using System.Numerics;
#endif
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
#if NET8_0_OR_GREATER
using System.Runtime.Intrinsics;
#endif
using System.Text;

namespace ConversationGuard.Classification;

/// <summary>The weights of the embedded classifier, as they lie in a model file.</summary>
/// <remarks>
/// A table of buckets of eight; a feature is found by a 16-bit fingerprint, so that one that was never seen weighs nothing.
/// Its row holds four signed bits for each output and a factor for all of them: many features in rough steps tell more than half as many in fine ones.
/// Words of the vocabulary have a row each: a byte for each output, in which what the word, its character n-grams, its class and its group weigh is
/// added up beforehand, and four bits for each hidden unit with a factor.
/// A message mostly waits for memory. So the rows of a bucket lie in 64 bytes, all that a word adds lies together, and apart from them what tells whether there is a row.
/// </remarks>
internal sealed class ClassifierModel
{
    public const int Categories = 14;

    /// <summary>What is scored: the categories, and behind them whether there is any sign of a crisis.</summary>
    public const int Outputs = Categories + 1;

    public const int BucketSize = 8;

    /// <summary>Lanes of a sum: the outputs, filled up to a whole vector.</summary>
    public const int Lanes = 16;

    /// <summary>How many bytes the row of a feature has: two outputs in each, and the factor in the half that is left.</summary>
    public const int RowLength = Lanes / 2;

    /// <summary>How many bytes the rows of a bucket have: a cache line.</summary>
    public const int LineLength = BucketSize * RowLength;

    /// <summary>How many bytes the fingerprints of a bucket have.</summary>
    public const int PlacesLength = BucketSize * sizeof(ushort);

    /// <summary>The largest weight that four bits hold, and the largest factor.</summary>
    public const int LargestPart = 7, LargestFactor = 16;

    /// <summary>Where in the row of a word, behind a byte for each output, the factor of what it adds to the hidden units is.</summary>
    public const int FactorPlace = Outputs;

    /// <summary>Where behind it what it adds to them begins, two units in each byte.</summary>
    public const int HiddenStart = Lanes;

    /// <summary>How many bytes the row of a word has.</summary>
    public const int WordLength = HiddenStart + (HiddenLayer.Units / 2);

    /// <summary>What is added up for a word is larger than the row of one feature: its bytes are worth as many steps of a row as this.</summary>
    public const int WordStep = 8;

    private const int FormatVersion = 7;
    private const int MaxBuckets = 1 << 20;
    private const int MaxWords = 1 << 18;
    private static readonly byte[] _magic = "CGMODEL"u8.ToArray();

    private readonly ReadOnlyMemory<byte> _fingerprints;
    private readonly float[] _scales;
    private readonly float[] _biases;
    private readonly float[] _damping;

    /// <param name="vocabulary">The words.</param>
    /// <param name="words">A row for each word.</param>
    /// <param name="fingerprints">For each bucket the fingerprints of its features, 16 bits each.</param>
    /// <param name="rows">For each bucket the rows of its features, one after the other.</param>
    /// <param name="scales">What one step of a row is worth, by output.</param>
    /// <param name="biases">Where each output begins.</param>
    /// <param name="hidden">The hidden units.</param>
    /// <param name="dampingOffset">From how many words on sums are damped.</param>
    /// <param name="dampingPower">How much they are.</param>
    public ClassifierModel(
        Vocabulary vocabulary, ReadOnlyMemory<byte> words, ReadOnlyMemory<byte> fingerprints, ReadOnlyMemory<byte> rows, float[] scales, float[] biases, HiddenLayer hidden, float dampingOffset, float dampingPower)
    {
        Vocabulary = vocabulary;
        Words = words;
        Rows = rows;
        Hidden = hidden;
        _fingerprints = fingerprints;
        _scales = scales;
        _biases = biases;
        DampingOffset = dampingOffset;
        DampingPower = dampingPower;
        _damping = new float[256];
        for (var i = 0; i < _damping.Length; i++)
        {
            _damping[i] = Damping(i, dampingOffset, dampingPower);
        }
    }

    public Vocabulary Vocabulary { get; }

    /// <summary>By the number of a word: what it adds to the outputs and to the hidden units.</summary>
    public ReadOnlyMemory<byte> Words { get; }

    /// <summary>By the number of a bucket: what its features add to the outputs.</summary>
    public ReadOnlyMemory<byte> Rows { get; }

    public HiddenLayer Hidden { get; }

    public float DampingOffset { get; }

    public float DampingPower { get; }

    /// <summary>How many features have a weight.</summary>
    internal int FeatureCount => MemoryMarshal.Cast<byte, ushort>(_fingerprints.Span).ToArray().Count(fingerprint => fingerprint != 0);

    internal ReadOnlySpan<float> Scales => _scales;

    internal ReadOnlySpan<float> Biases => _biases;

    /// <summary>Sums grow with the number of words; this keeps long texts from being judged by their length.</summary>
    public static float Damping(int words, float offset, float power) => (float)Math.Pow(1 + (words / (double)offset), -power);

    /// <summary>Finds the rows of the features that have one.</summary>
    /// <param name="features">The hashes.</param>
    /// <param name="rows">Takes where in <see cref="Rows"/> they begin.</param>
    /// <returns>How many there are.</returns>
    public int FindRows(ReadOnlySpan<ulong> features, Span<int> rows)
    {
        var fingerprints = MemoryMarshal.Cast<byte, ushort>(_fingerprints.Span);
        var buckets = fingerprints.Length / BucketSize;
        var count = 0;
        foreach (var feature in features)
        {
            var finished = FeatureHash.Finish(feature);
            var bucket = BucketOf(finished, buckets);
            var fingerprint = FingerprintOf(finished);
#if NET8_0_OR_GREATER
            // Which have one cannot be foretold, so this does without a branch.
            var places = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(fingerprints), (nuint)(bucket * BucketSize));
            var match = Vector128.Equals(places, Vector128.Create(fingerprint)).AsByte().ExtractMostSignificantBits();

            // Two bits for each place.
            rows[count] = (bucket * LineLength) + ((BitOperations.TrailingZeroCount(match) & (PlacesLength - 1)) * (RowLength / 2));
            count += match != 0 ? 1 : 0;
#else
            var place = fingerprints.Slice(bucket * BucketSize, BucketSize).IndexOf(fingerprint);
            if (place >= 0)
            {
                rows[count++] = (bucket * LineLength) + (place * RowLength);
            }
#endif
        }

        return count;
    }

    /// <summary>Writes the row of a feature.</summary>
    /// <param name="weights">What it adds to each output, in steps.</param>
    /// <param name="row">Takes the row.</param>
    public static void Pack(ReadOnlySpan<float> weights, Span<byte> row)
    {
        var factor = PackParts(weights, row[..RowLength]);
        row[RowLength - 1] |= (byte)((factor - 1) << 4);
    }

    /// <summary>Writes what a word adds to the hidden units into its row.</summary>
    /// <param name="weights">What it adds to each unit, in steps.</param>
    /// <param name="row">The row of the word.</param>
    public static void PackUnits(ReadOnlySpan<float> weights, Span<byte> row) =>
        row[FactorPlace] = (byte)PackParts(weights, row[HiddenStart..WordLength]);

    /// <summary>Adds what a feature weighs to the outputs.</summary>
    /// <param name="start">Where its row begins.</param>
    /// <param name="sums">The outputs.</param>
    public void AddRow(int start, Span<int> sums)
    {
        var row = Rows.Span.Slice(start, RowLength);
        var factor = 1 + (row[RowLength - 1] >> 4);
        for (var output = 0; output < Outputs; output++)
        {
            sums[output] += PartAt(row, output) * factor;
        }
    }

    /// <summary>What a word adds to the outputs, in steps of <see cref="WordStep"/>.</summary>
    public ReadOnlySpan<sbyte> OutputsOf(int word) => MemoryMarshal.Cast<byte, sbyte>(Words.Span.Slice(word * WordLength, Outputs));

    /// <summary>Adds what a word says to the hidden units.</summary>
    public void AddUnits(int word, Span<short> units)
    {
        var row = Words.Span.Slice(word * WordLength, WordLength);
        for (var unit = 0; unit < HiddenLayer.Units; unit++)
        {
            units[unit] += (short)(PartAt(row[HiddenStart..], unit) * row[FactorPlace]);
        }
    }

    /// <summary>Writes four bits for each weight: the first half of them into the lower bits of the bytes, the second into the upper ones.</summary>
    /// <returns>The factor of them all, with which the least is lost.</returns>
    private static int PackParts(ReadOnlySpan<float> weights, Span<byte> bytes)
    {
        var (best, smallest) = (1, float.PositiveInfinity);
        for (var factor = 1; factor <= LargestFactor; factor++)
        {
            var error = 0f;
            foreach (var weight in weights)
            {
                var lost = weight - (PartOf(weight, factor) * factor);
                error += lost * lost;
            }

            (best, smallest) = error < smallest ? (factor, error) : (best, smallest);
        }

        bytes.Clear();
        for (var i = 0; i < weights.Length; i++)
        {
            bytes[i % bytes.Length] |= (byte)((PartOf(weights[i], best) & 0xF) << (i < bytes.Length ? 0 : 4));
        }

        return best;
    }

    private static int PartOf(float weight, int factor) => (int)Math.Max(-LargestPart, Math.Min(LargestPart, Math.Round(weight / factor)));

    private static int PartAt(ReadOnlySpan<byte> bytes, int i) => i < bytes.Length ? (sbyte)(bytes[i] << 4) >> 4 : (sbyte)bytes[i - bytes.Length] >> 4;

    /// <summary>Gets the bucket in which a feature has its place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int BucketOf(ulong finished, int buckets) => (int)(((ulong)(uint)finished * (uint)buckets) >> 32);

    /// <summary>Gets the 16 bits by which a feature is told from others in its bucket; never 0, which marks a free place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort FingerprintOf(ulong finished)
    {
        var fingerprint = (ushort)(finished >> 40);
        return fingerprint == 0 ? (ushort)1 : fingerprint;
    }

    public float DampingOf(int words) => _damping[Math.Min(words, _damping.Length - 1)];

    public float Logit(int output, int sum, float damping) => _biases[output] + (_scales[output] * sum * damping);

    public void Save(Stream stream)
    {
        RequireLittleEndian();
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
        writer.Write(_fingerprints.Length / PlacesLength);
        writer.Write(Vocabulary.Count);
        WriteFloats(writer, Hidden.Scales);
        WriteFloats(writer, Hidden.Biases);
        WriteFloats(writer, Hidden.Weights);
        writer.Flush();
        stream.Write(MemoryMarshal.AsBytes(Vocabulary.Entries));
        stream.Write(_fingerprints.Span);
        stream.Write(Rows.Span);
        stream.Write(Words.Span);
        stream.Write(_magic);
    }

    /// <summary>Reads a model file.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="isResource">Whether it is a resource of this assembly: then most of it stays where it is.</param>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static ClassifierModel Load(Stream stream, bool isResource = false)
    {
        RequireLittleEndian();
        try
        {
            using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
            Require(reader.ReadBytes(_magic.Length).AsSpan().SequenceEqual(_magic), "it does not begin like one");
            var version = reader.ReadByte();
            if (version != FormatVersion)
            {
                throw NotAModel($"its format is version {version} and version {FormatVersion} is expected");
            }

            Require(reader.ReadInt32() == Categories, "it has another number of categories");
            for (var category = 0; category < Categories; category++)
            {
                RequireName(reader, HarmCategory.WellKnown[category].Value);
            }

            var scales = ReadFloats(reader, Outputs);
            var biases = ReadFloats(reader, Outputs);
            var dampingOffset = reader.ReadSingle();
            var dampingPower = reader.ReadSingle();
            Require(IsFinite(dampingOffset) && dampingOffset > 0 && IsFinite(dampingPower) && dampingPower >= 0, "its damping is not a number");
            var buckets = reader.ReadInt32();
            Require(buckets is > 0 and <= MaxBuckets, "its table has an impossible size");
            var count = reader.ReadInt32();
            Require(count is >= 0 and <= MaxWords, "its vocabulary has an impossible size");
            var hidden = new HiddenLayer(ReadFloats(reader, HiddenLayer.Units), ReadFloats(reader, HiddenLayer.Units), ReadFloats(reader, HiddenLayer.Units * Lanes));

            var entries = new ulong[count];
            stream.ReadExactly(MemoryMarshal.AsBytes(entries.AsSpan()));
            var fingerprints = Take(buckets * PlacesLength);
            var rows = Take(buckets * LineLength);
            var words = Take(count * WordLength);
            Require(reader.ReadBytes(_magic.Length).AsSpan().SequenceEqual(_magic), "it does not end like one");
            return new ClassifierModel(new Vocabulary(entries), words, fingerprints, rows, scales, biases, hidden, dampingOffset, dampingPower);
        }
        catch (Exception exception) when (exception is EndOfStreamException or FormatException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException("This is not a model file of the embedded classifier: it is cut short or damaged.", exception);
        }

        ReadOnlyMemory<byte> Take(int length)
        {
            if (isResource && stream is UnmanagedMemoryStream resource)
            {
                return ResourceBytes.Take(resource, length);
            }

            var bytes = new byte[length];
            stream.ReadExactly(bytes);
            return bytes;
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

    /// <summary>Letter by letter: a decoder takes milliseconds to get going.</summary>
    private static void RequireName(BinaryReader reader, string name)
    {
        var isNext = reader.ReadByte() == name.Length;
        for (var i = 0; isNext && i < name.Length; i++)
        {
            isNext = reader.ReadByte() == name[i];
        }

        if (!isNext)
        {
            throw NotAModel($"it lacks the category \"{name}\" in its place");
        }
    }

    private static bool IsFinite(float value) => !float.IsNaN(value) && !float.IsInfinity(value);

    /// <summary>The tables lie in memory as they lie in a file.</summary>
    private static void RequireLittleEndian()
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("The embedded classifier needs a little-endian processor.");
        }
    }

    private static void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw NotAModel(problem);
        }
    }

    private static InvalidDataException NotAModel(string problem) => new($"This is not a model file of the embedded classifier: {problem}.");
}
