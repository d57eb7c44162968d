using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace ConversationGuard.Classification;

/// <summary>Remembers verdicts by a keyed hash of the text, so that re-sent history is not classified again. It holds no text (R19).</summary>
/// <remarks>
/// Bounded: when the young half is full it becomes the old one, and what was old is forgotten. A verdict that is used again
/// becomes young again.
/// </remarks>
internal sealed class ClassificationCache(int capacity)
{
    // Keyed with a value of this process alone, so that nobody can prepare two texts with one hash.
    private readonly KeyedHash _hash = KeyedHash.With(Guid.NewGuid().ToByteArray());
    private ConcurrentDictionary<(long, long), MessageClassification> _young = new();
    private ConcurrentDictionary<(long, long), MessageClassification> _old = new();

    public bool TryGet(string text, out MessageClassification classification, out (long, long) hash)
    {
        hash = Hash(text);
        if (_young.TryGetValue(hash, out classification!))
        {
            return true;
        }

        if (!_old.TryGetValue(hash, out classification!))
        {
            return false;
        }

        Add(hash, classification);
        return true;
    }

    public void Add((long, long) hash, MessageClassification classification)
    {
        var young = _young;
        young[hash] = classification;
        if (young.Count > capacity / 2 && Interlocked.CompareExchange(ref _young, new(), young) == young)
        {
            _old = young;
        }
    }

    private (long High, long Low) Hash(string text)
    {
        Span<byte> hash = stackalloc byte[KeyedHash.Length];
        _hash.Compute(text, hash);
        return (MemoryMarshal.Read<long>(hash), MemoryMarshal.Read<long>(hash.Slice(sizeof(long))));
    }
}
