namespace ConversationGuard.Classification;

/// <summary>What is known about a frequent word.</summary>
[Flags]
internal enum WordTraits : byte
{
    None = 0,

    /// <summary>A word of a language in which the classifier was taught what harm is.</summary>
    Taught = 1,

    /// <summary>A word of another language of which some was seen.</summary>
    Foreign = 2,
}

/// <summary>Classes of words that play a like part share a group: a deed, whom it is done to, what makes it harmless. A group sees the deed even where its class was never seen in such company.</summary>
internal static class WordGroup
{
    public const byte None = 0;

    /// <summary>How many there can be: a group lies in the bits of <see cref="WordTraits"/> that have no name.</summary>
    public const byte Last = byte.MaxValue >> Bits;

    private const int Bits = 2;

    public static byte Of(WordTraits traits) => (byte)((byte)traits >> Bits);

    public static WordTraits TraitsOf(byte group) => (WordTraits)(group << Bits);
}

/// <summary>Words that play the same part share a class. The model file numbers them; of these the scanner knows the meaning.</summary>
internal static class WordClass
{
    public const byte None = 0;
    public const byte Me = 1;
    public const byte My = 2;
    public const byte You = 3;
    public const byte Your = 4;
    public const byte They = 5;
    public const byte Their = 6;

    /// <summary>Up to this one they say who and in which form; those after it say what.</summary>
    public const byte LastOfForm = 18;

    /// <summary>Forms that say what the whole text is, not only the sentence: fiction, a test, a question about a harm, protection from it.</summary>
    public const int LastingForms = 8 | 16;

    public const byte Say = 13;
    public const byte InsultNoun = 20;
    public const byte InsultAdjective = 21;
    public const byte ShutUp = 23;

    /// <summary>What <see cref="PersonOf"/> says of "they" and "their".</summary>
    public const int ThirdPerson = 3;

    private const byte Not = 9;
    private const byte How = 10;
    private const byte Want = 11;
    private const byte Ask = 12;
    private const byte Fiction = 14;
    private const byte Prevent = 15;
    private const byte About = 16;
    private const byte Test = 17;

    /// <summary>Gets the person that a word up to <see cref="Their"/> speaks of: 1, 2 or 3.</summary>
    public static int PersonOf(byte wordClass) => (wordClass + 1) >> 1;

    /// <summary>Gets the form of a sentence that a word shows, as a bit; 0 if it shows none.</summary>
    public static int FormOf(byte wordClass) => wordClass switch
    {
        How or Want or Ask => 1,
        Not => 2,
        Say => 4,
        Fiction or Test => 8,
        Prevent or About => 16,
        _ => 0,
    };
}

/// <summary>The words that the model knows as such: they undo disguises and tell the language.</summary>
internal sealed class Vocabulary
{
    private readonly uint[] _keys;
    private readonly int[] _ids;
    private readonly int _mask;
    private readonly ulong[] _hashes;
    private readonly WordTraits[] _traits;
    private readonly byte[] _classes;

#if NET8_0_OR_GREATER
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveOptimization)]
#endif
    public Vocabulary(ulong[] hashes, WordTraits[] traits, byte[] classes)
    {
        _hashes = hashes;
        _traits = traits;
        _classes = classes;
        var capacity = 16;
        while (capacity < hashes.Length * 3)
        {
            capacity *= 2;
        }

        _mask = capacity - 1;
        _keys = new uint[capacity];
        _ids = new int[capacity];
        for (var id = 0; id < hashes.Length; id++)
        {
            var key = KeyOf(hashes[id], out var slot);
            while (_keys[slot] != 0)
            {
                slot = (slot + 1) & _mask;
            }

            _keys[slot] = key;
            _ids[slot] = id;
        }
    }

    public static Vocabulary Empty { get; } = new([], [], []);

    public int Count => _hashes.Length;

    public ulong HashOf(int id) => _hashes[id];

    /// <summary>Finds a word by its hash; -1 if it is unknown.</summary>
    public int Find(ulong hash)
    {
        var key = KeyOf(hash, out var slot);
        while (_keys[slot] != 0)
        {
            if (_keys[slot] == key)
            {
                return _ids[slot];
            }

            slot = (slot + 1) & _mask;
        }

        return -1;
    }

    public bool Contains(ReadOnlySpan<char> word) => Find(FeatureHash.Of(word)) >= 0;

    public WordTraits TraitsOf(int id) => _traits[id];

    /// <summary>Gets the class of a word; 0 if it has none.</summary>
    public byte ClassOf(int id) => _classes[id];

    private uint KeyOf(ulong hash, out int slot)
    {
        var finished = FeatureHash.Finish(hash);
        slot = (int)(uint)finished & _mask;
        return (uint)(finished >> 32) | 1;
    }
}
