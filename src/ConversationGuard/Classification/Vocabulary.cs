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
    private const ulong HashBits = ~0xFFFFUL;

    private readonly ulong[] _entries;
    private readonly int[] _starts;
    private readonly int _shift;

    /// <param name="entries">What <see cref="Entry"/> makes of each word, in the order of <see cref="BucketOf"/>; what stands first in a bucket is found first.</param>
    /// <exception cref="ArgumentException">They are not in order.</exception>
    public Vocabulary(ulong[] entries)
    {
        _entries = entries;
        _shift = ShiftOf(entries.Length);
        _starts = new int[(1 << (64 - _shift)) + 1];
        var last = 0;
        for (var id = 0; id < entries.Length; id++)
        {
            var bucket = (int)(entries[id] >> _shift);
            if (bucket < last)
            {
                throw new ArgumentException("The words are not in order.", nameof(entries));
            }

            while (last < bucket)
            {
                _starts[++last] = id;
            }
        }

        while (++last < _starts.Length)
        {
            _starts[last] = entries.Length;
        }
    }

    public static Vocabulary Empty { get; } = new([]);

    public int Count => _entries.Length;

    /// <summary>The entries: a word's place in them is its number.</summary>
    internal ReadOnlySpan<ulong> Entries => _entries;

    /// <summary>What is known about a word: of its hash as much as tells it from others, its traits, its class.</summary>
    public static ulong Entry(ReadOnlySpan<char> word, WordTraits traits, byte wordClass) =>
        (FeatureHash.Finish(FeatureHash.Of(word)) & HashBits) | ((ulong)traits << 8) | wordClass;

    /// <summary>Where a word stands in a vocabulary of this size.</summary>
    public static int BucketOf(ulong entry, int count) => (int)(entry >> ShiftOf(count));

    /// <summary>Finds a word by its hash; -1 if it is unknown.</summary>
    public int Find(ulong hash)
    {
        var finished = FeatureHash.Finish(hash);
        var start = (int)(finished >> _shift);
        for (var id = _starts[start]; id < _starts[start + 1]; id++)
        {
            if (((_entries[id] ^ finished) & HashBits) == 0)
            {
                return id;
            }
        }

        return -1;
    }

    public bool Contains(ReadOnlySpan<char> word) => Find(FeatureHash.Of(word)) >= 0;

    public WordTraits TraitsOf(int id) => (WordTraits)(byte)(_entries[id] >> 8);

    /// <summary>Gets the class of a word; 0 if it has none.</summary>
    public byte ClassOf(int id) => (byte)_entries[id];

    /// <summary>A bucket holds one or two words on the average.</summary>
    private static int ShiftOf(int count)
    {
        var bits = 1;
        while (count >> (bits + 1) != 0)
        {
            bits++;
        }

        return 64 - bits;
    }
}
