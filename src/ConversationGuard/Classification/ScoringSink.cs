#if NET8_0_OR_GREATER
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
#endif

namespace ConversationGuard.Classification;

/// <summary>The sums of one scan, reused per thread.</summary>
internal sealed class ScoringBuffers
{
    [ThreadStatic]
    private static ScoringBuffers? _current;

    public static ScoringBuffers Current => _current ??= new ScoringBuffers();

    public ScanBuffers Scan { get; } = new();

    public int[] Chunk { get; } = new int[ClassifierModel.Lanes];

    public int[] PreviousChunk { get; } = new int[ClassifierModel.Lanes];

    /// <summary>The sums of the hidden units: a chunk is too short for them to exceed 16 bits.</summary>
    public short[] Hidden { get; } = new short[HiddenLayer.Units];

    public short[] PreviousHidden { get; } = new short[HiddenLayer.Units];

    public float[] Logits { get; } = new float[ClassifierModel.Lanes];

    public float[] Best { get; } = new float[ClassifierModel.Outputs];
}

/// <summary>Adds up the weights of what the scanner finds, in windows of two chunks, and keeps each output's best window.</summary>
internal struct ScoringSink : IFeatureSink, IGramSink
{
    private readonly ClassifierModel _model;
    private readonly ScoringBuffers _buffers;
    private int _words;
    private int _previousWords;
    private bool _hasWindow;
#if NET8_0_OR_GREATER
    private int _features;
    private Vector128<short> _low;
    private Vector128<short> _high;
#endif

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
            AddWord(id * ClassifierModel.Outputs);
            AddHidden(id * HiddenLayer.Units);
            return;
        }

        Add(hash);
        if (!word.IsEmpty && word.Length <= CharacterGrams.LongestWord)
        {
            CharacterGrams.Of(word, ref this);
        }
    }

    public void Gram(ulong hash) => Add(hash);

    public void Feature(ulong hash, FeatureKind kind) => Add(hash);

    private void Add(ulong hash)
    {
        var row = _model.FindRow(hash);
        if (row >= 0)
        {
            AddRow(row);
        }
    }

    public void EndChunk()
    {
        EndWord();
        if (_words == 0 && _hasWindow)
        {
            return;
        }

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

#if NET8_0_OR_GREATER
    public void EndWord()
    {
        // 16-bit sums hold what a word and its features can weigh, not what a chunk can.
        ref var sums = ref MemoryMarshal.GetArrayDataReference(_buffers.Chunk);
        var (a, b) = Vector128.Widen(_low);
        var (c, d) = Vector128.Widen(_high);
        (Vector128.LoadUnsafe(ref sums) + a).StoreUnsafe(ref sums);
        (Vector128.LoadUnsafe(ref sums, 4) + b).StoreUnsafe(ref sums, 4);
        (Vector128.LoadUnsafe(ref sums, 8) + c).StoreUnsafe(ref sums, 8);
        (Vector128.LoadUnsafe(ref sums, 12) + d).StoreUnsafe(ref sums, 12);
        _low = default;
        _high = default;
        _features = 0;
    }

    private void AddRow(int offset)
    {
        // The table has room for a whole vector behind its last row; the lane too many is never read.
        var (low, high) = Vector128.Widen(Vector128.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(_model.Rows), (nuint)offset));
        _low += low;
        _high += high;
        if (++_features == 200)
        {
            EndWord();
        }
    }

    private void AddWord(int offset)
    {
        ref var rows = ref MemoryMarshal.GetArrayDataReference(_model.WordRows);
        _low += Vector128.LoadUnsafe(ref rows, (nuint)offset);
        _high += Vector128.LoadUnsafe(ref rows, (nuint)offset + 8);
    }

    private readonly void AddHidden(int offset)
    {
        ref var rows = ref MemoryMarshal.GetArrayDataReference(_model.Hidden.Rows);
        ref var sums = ref MemoryMarshal.GetArrayDataReference(_buffers.Hidden);
        for (nuint unit = 0; unit < HiddenLayer.Units; unit += 16)
        {
            var (low, high) = Vector128.Widen(Vector128.LoadUnsafe(ref rows, (nuint)offset + unit));
            (Vector128.LoadUnsafe(ref sums, unit) + low).StoreUnsafe(ref sums, unit);
            (Vector128.LoadUnsafe(ref sums, unit + 8) + high).StoreUnsafe(ref sums, unit + 8);
        }
    }
#else
    public readonly void EndWord()
    {
    }

    private readonly void AddRow(int offset)
    {
        var rows = _model.Rows;
        var sums = _buffers.Chunk;
        for (var i = 0; i < ClassifierModel.Outputs; i++)
        {
            sums[i] += rows[offset + i];
        }
    }

    private readonly void AddWord(int offset)
    {
        var rows = _model.WordRows;
        var sums = _buffers.Chunk;
        for (var i = 0; i < ClassifierModel.Outputs; i++)
        {
            sums[i] += rows[offset + i];
        }
    }

    private readonly void AddHidden(int offset)
    {
        var rows = _model.Hidden.Rows;
        var sums = _buffers.Hidden;
        for (var unit = 0; unit < HiddenLayer.Units; unit++)
        {
            sums[unit] += rows[offset + unit];
        }
    }
#endif
}
