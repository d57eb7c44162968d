#if NET8_0_OR_GREATER
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
#endif

namespace ConversationGuard.Classification;

/// <summary>The sums of one scan, reused per thread. Fields, as in <see cref="ScanBuffers"/>.</summary>
internal sealed class ScoringBuffers
{
    [ThreadStatic]
    private static ScoringBuffers? _current;

    public static ScoringBuffers Current => _current ??= new ScoringBuffers();

    public readonly ScanBuffers Scan = new();
    public readonly int[] Chunk = new int[ClassifierModel.Lanes];
    public readonly int[] PreviousChunk = new int[ClassifierModel.Lanes];

    /// <summary>The sums of the hidden units: a chunk is too short for them to exceed 16 bits.</summary>
    public readonly short[] Hidden = new short[HiddenLayer.Units];
    public readonly short[] PreviousHidden = new short[HiddenLayer.Units];

    /// <summary>The known words of the chunk, by number, and the features since the sums were last added to.</summary>
    public readonly int[] Words = new int[TextScanner.ChunkLength];
    public readonly ulong[] Features = new ulong[ScoringSink.MaxFeatures];
    public readonly int[] Rows = new int[ScoringSink.MaxFeatures];
    public readonly float[] Logits = new float[ClassifierModel.Lanes];
    public readonly float[] Best = new float[ClassifierModel.Outputs];
}

/// <summary>Adds up the weights of what the scanner finds, in windows of two chunks, and keeps each output's best window.</summary>
/// <remarks>What was found is noted first and looked up together: one after the other they would each wait for memory, together they wait once.</remarks>
internal struct ScoringSink : IFeatureSink, IGramSink
{
    /// <summary>How many features are looked up together: no more than a sum of 16 bits holds.</summary>
    public const int MaxFeatures = short.MaxValue / sbyte.MaxValue;

    private readonly ClassifierModel _model;
    private readonly ScoringBuffers _buffers;
    private int _words;
    private int _previousWords;
    private int _knownWords;
    private int _features;
    private bool _hasWindow;

    public ScoringSink(ClassifierModel model, ScoringBuffers buffers)
    {
        _model = model;
        _buffers = buffers;
        Array.Clear(buffers.Chunk, 0, buffers.Chunk.Length);
        Array.Clear(buffers.PreviousChunk, 0, buffers.PreviousChunk.Length);
        Array.Clear(buffers.Hidden, 0, buffers.Hidden.Length);
        Array.Clear(buffers.PreviousHidden, 0, buffers.PreviousHidden.Length);
    }

    public void Word(ReadOnlySpan<char> word, ulong hash, int id)
    {
        _words++;
        if (id >= 0)
        {
            _buffers.Words[_knownWords++] = id;
            return;
        }

        Gram(hash);
        if (!word.IsEmpty && word.Length <= CharacterGrams.LongestWord)
        {
            CharacterGrams.Of(word, ref this);
        }
    }

    public void Feature(ulong hash, FeatureKind kind) => Gram(hash);

    public void Gram(ulong hash)
    {
        _buffers.Features[_features] = hash;
        if (++_features == MaxFeatures)
        {
            AddFeatures();
        }
    }

    public void EndChunk()
    {
        if (_words == 0 && _hasWindow)
        {
            return;
        }

        AddFeatures();
        AddWords();
        var damping = _model.DampingOf(_words + _previousWords);
        var chunk = _buffers.Chunk;
        var previous = _buffers.PreviousChunk;
        var logits = _buffers.Logits;
        var best = _buffers.Best;
        for (var output = 0; output < best.Length; output++)
        {
            logits[output] = _model.Logit(output, chunk[output] + previous[output], damping);
        }

        _model.Hidden.AddTo(logits, _buffers.Hidden, _buffers.PreviousHidden, damping);
        for (var output = 0; output < best.Length; output++)
        {
            best[output] = _hasWindow && best[output] > logits[output] ? best[output] : logits[output];
        }

        _hasWindow = true;
        _previousWords = _words;
        _words = 0;
        Array.Copy(chunk, previous, chunk.Length);
        Array.Clear(chunk, 0, chunk.Length);
        Array.Copy(_buffers.Hidden, _buffers.PreviousHidden, HiddenLayer.Units);
        Array.Clear(_buffers.Hidden, 0, HiddenLayer.Units);
    }

    private void AddFeatures()
    {
        var count = _model.FindRows(_buffers.Features.AsSpan(0, _features), _buffers.Rows);
        _features = 0;
        AddRows(_buffers.Rows.AsSpan(0, count));
    }

#if NET8_0_OR_GREATER
    private readonly void AddRows(ReadOnlySpan<int> rows)
    {
        ref var first = ref MemoryMarshal.GetReference(_model.Rows.Span);
        var (low, high) = (Vector128<short>.Zero, Vector128<short>.Zero);
        foreach (var row in rows)
        {
            // Two outputs in a byte; the half that is left holds the factor, and the lane that it makes is never read.
            var packed = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, row));
            var halves = Vector128.WidenLower(Vector128.CreateScalarUnsafe(packed).AsByte()).AsInt16();
            var factor = Vector128.Create((short)(1 + (packed >> 60)));
            low += ((halves << 12) >> 12) * factor;
            high += ((halves << 8) >> 12) * factor;
        }

        ref var sums = ref MemoryMarshal.GetArrayDataReference(_buffers.Chunk);
        Widen(ref sums, 0, low, 1);
        Widen(ref sums, 8, high, 1);
    }

    private void AddWords()
    {
        ref var first = ref MemoryMarshal.GetReference(_model.Words.Span);
        var (low, high) = (Vector128<short>.Zero, Vector128<short>.Zero);
        var (units0, units8, units16, units24) = (Vector128<short>.Zero, Vector128<short>.Zero, Vector128<short>.Zero, Vector128<short>.Zero);
        foreach (var id in _buffers.Words.AsSpan(0, _knownWords))
        {
            // The factor of the units stands in the lane that is never read.
            ref var line = ref Unsafe.Add(ref first, id * ClassifierModel.WordLength);
            var (below, above) = Vector128.Widen(Vector128.LoadUnsafe(ref line).AsSByte());
            low += below;
            high += above;
            var factor = Vector128.Create((short)Unsafe.Add(ref line, ClassifierModel.FactorPlace));
            var (left, right) = Vector128.Widen(Vector128.LoadUnsafe(ref line, ClassifierModel.HiddenStart));
            units0 += ((left.AsInt16() << 12) >> 12) * factor;
            units8 += ((right.AsInt16() << 12) >> 12) * factor;
            units16 += ((left.AsInt16() << 8) >> 12) * factor;
            units24 += ((right.AsInt16() << 8) >> 12) * factor;
        }

        ref var sums = ref MemoryMarshal.GetArrayDataReference(_buffers.Chunk);
        Widen(ref sums, 0, low, ClassifierModel.WordStep);
        Widen(ref sums, 8, high, ClassifierModel.WordStep);
        ref var units = ref MemoryMarshal.GetArrayDataReference(_buffers.Hidden);
        units0.StoreUnsafe(ref units);
        units8.StoreUnsafe(ref units, 8);
        units16.StoreUnsafe(ref units, 16);
        units24.StoreUnsafe(ref units, 24);
        _knownWords = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(ref int sums, nuint at, Vector128<short> values, int step)
    {
        var (low, high) = Vector128.Widen(values);
        (Vector128.LoadUnsafe(ref sums, at) + (low * step)).StoreUnsafe(ref sums, at);
        (Vector128.LoadUnsafe(ref sums, at + 4) + (high * step)).StoreUnsafe(ref sums, at + 4);
    }
#else
    private readonly void AddRows(ReadOnlySpan<int> rows)
    {
        foreach (var row in rows)
        {
            _model.AddRow(row, _buffers.Chunk);
        }
    }

    private void AddWords()
    {
        foreach (var id in _buffers.Words.AsSpan(0, _knownWords))
        {
            var outputs = _model.OutputsOf(id);
            for (var output = 0; output < outputs.Length; output++)
            {
                _buffers.Chunk[output] += outputs[output] * ClassifierModel.WordStep;
            }

            _model.AddUnits(id, _buffers.Hidden);
        }

        _knownWords = 0;
    }
#endif
}
