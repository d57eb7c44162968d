using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using ConversationGuard.Classification;

namespace ConversationGuard.Training;

/// <summary>Collects what the classifier would add up: the hashes of a text's features, chunk by chunk.</summary>
internal sealed class FeatureCollector
{
    private readonly ScanBuffers _buffers = new();

    public List<ulong> Hashes { get; } = [];

    /// <summary>What each of them is made of.</summary>
    public List<FeatureKind> Kinds { get; } = [];

    /// <summary>Whether the text is in a language that the vocabulary does not know.</summary>
    public bool IsUnsure { get; private set; }

    /// <summary>The words of the text that the vocabulary knows, by number.</summary>
    public List<int> WordIds { get; } = [];

    /// <summary>Where each chunk ends in <see cref="Hashes"/> and in <see cref="WordIds"/>, and how many words it has.</summary>
    public List<(int End, int WordsEnd, int Words)> Chunks { get; } = [];

    /// <summary>Reads a text.</summary>
    public void Collect(Vocabulary vocabulary, string text, Action<string>? onWord = null)
    {
        Hashes.Clear();
        Kinds.Clear();
        WordIds.Clear();
        Chunks.Clear();
        var scanner = new TextScanner<Sink>(vocabulary, _buffers, new Sink(this, vocabulary, onWord));
        scanner.Scan(text);
        IsUnsure = EmbeddedClassifier.IsUnknownLanguage(in scanner);
    }

    private struct Sink(FeatureCollector collector, Vocabulary vocabulary, Action<string>? onWord) : IFeatureSink, IGramSink
    {
        private int _words;

        public void Word(ReadOnlySpan<char> word, ulong hash, int id)
        {
            _words++;
            Feature(hash, FeatureKind.Word);
            if (id >= 0)
            {
                collector.WordIds.Add(id);
                if (vocabulary.ClassOf(id) is > WordClass.LastOfForm and var wordClass)
                {
                    Feature(FeatureHash.OfClass(wordClass), FeatureKind.Class);
                }

                if (WordGroup.Of(vocabulary.TraitsOf(id)) is not WordGroup.None and var group)
                {
                    Feature(FeatureHash.OfGroup(group), FeatureKind.Group);
                }
            }

            if (!word.IsEmpty && word.Length <= CharacterGrams.LongestWord)
            {
                CharacterGrams.Of(word, ref this);
                onWord?.Invoke(word.ToString());
            }
        }

        public readonly void Gram(ulong hash) => Feature(hash, FeatureKind.Gram);

        public readonly void Feature(ulong hash, FeatureKind kind)
        {
            collector.Hashes.Add(hash);
            collector.Kinds.Add(kind);
        }

        public void EndChunk()
        {
            if (_words > 0 || collector.Chunks.Count == 0)
            {
                collector.Chunks.Add((collector.Hashes.Count, collector.WordIds.Count, _words));
            }

            _words = 0;
        }
    }
}

/// <summary>A text as numbers of features, by chunks.</summary>
/// <param name="Chunks">The features of each chunk.</param>
/// <param name="Words">The number of words of each chunk.</param>
/// <param name="WordIds">The known words of each chunk, by number.</param>
/// <param name="IsUnsure">Whether the text is in an unknown language.</param>
internal sealed record FeatureVector(int[][] Chunks, int[] Words, int[][] WordIds, bool IsUnsure);

/// <summary>Numbers the features that occur often enough to learn from.</summary>
internal sealed partial class FeatureSpace
{
    /// <summary>A word of a class has its place in the vocabulary before others that occur a little more often: it has a meaning even where it never occurs.</summary>
    private const int WorthOfClass = 4;

    private readonly Dictionary<ulong, int> _ids = [];
    private readonly HashSet<ulong> _ofWords;

    private FeatureSpace(IReadOnlyList<string> words, Vocabulary vocabulary)
    {
        Words = words;
        Vocabulary = vocabulary;
        var each = Enumerable.Range(0, byte.MaxValue + 1).Select(i => (byte)i).ToList();
        _ofWords = [.. words.Where(word => word.Length > 1).Select(word => FeatureHash.Of(word)), .. each.Select(FeatureHash.OfClass), .. each.Select(FeatureHash.OfGroup)];
    }

    /// <summary>The words of the vocabulary. The model file holds their hashes alone.</summary>
    public IReadOnlyList<string> Words { get; }

    public Vocabulary Vocabulary { get; }

    public List<ulong> Hashes { get; } = [];

    public List<int> Counts { get; } = [];

    public List<FeatureKind> Kinds { get; } = [];

    public static FeatureSpace Build(IReadOnlyList<LabelledText> texts, IEnumerable<string> lexicon, IReadOnlyDictionary<string, byte> classes, IReadOnlyDictionary<byte, byte> groups, int minimumCount, int maximumWords)
    {
        var (words, vocabulary) = BuildVocabulary(texts, lexicon, classes, groups, maximumWords);
        var space = new FeatureSpace(words, vocabulary);
        var collector = new FeatureCollector();
        var counts = new Dictionary<ulong, (int Count, int Last, FeatureKind Kind)>();
        for (var i = 0; i < texts.Count; i++)
        {
            collector.Collect(space.Vocabulary, texts[i].Text);
            for (var k = 0; k < collector.Hashes.Count; k++)
            {
                var hash = collector.Hashes[k];
                ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, hash, out var exists);
                if (!exists || entry.Last != i)
                {
                    entry = (entry.Count + 1, i, collector.Kinds[k]);
                }
            }
        }

        foreach (var (hash, (count, _, kind)) in counts)
        {
            if (count >= minimumCount)
            {
                space._ids.Add(hash, space.Hashes.Count);
                space.Hashes.Add(hash);
                space.Counts.Add(count);
                space.Kinds.Add(kind);
            }
        }

        return space;
    }

    /// <summary>Whether a feature is a known word, a class or a group as such: the row of the word has it, and nobody looks it up. Not a word of a single letter: within a longer word that one is looked up.</summary>
    public bool IsOfWord(int feature) => _ofWords.Contains(Hashes[feature]);

    /// <summary>Finds the number of a feature that occurs often enough.</summary>
    public bool TryFind(ulong hash, out int feature) => _ids.TryGetValue(hash, out feature);

    public FeatureVector[] Vectors(IReadOnlyList<LabelledText> texts)
    {
        var collector = new FeatureCollector();
        var vectors = new FeatureVector[texts.Count];
        for (var i = 0; i < vectors.Length; i++)
        {
            vectors[i] = Vector(collector, texts[i].Text);
        }

        return vectors;
    }

    public FeatureVector Vector(FeatureCollector collector, string text)
    {
        collector.Collect(Vocabulary, text);
        var chunks = new int[collector.Chunks.Count][];
        var words = new int[chunks.Length];
        var wordIds = new int[chunks.Length][];
        var (start, wordStart) = (0, 0);
        for (var c = 0; c < chunks.Length; c++)
        {
            var (end, wordsEnd, count) = collector.Chunks[c];
            words[c] = count;
            var ids = new List<int>(end - start);
            for (var k = start; k < end; k++)
            {
                if (TryFind(collector.Hashes[k], out var id))
                {
                    ids.Add(id);
                }
            }

            chunks[c] = [.. ids];
            wordIds[c] = [.. collector.WordIds[wordStart..wordsEnd]];
            (start, wordStart) = (end, wordsEnd);
        }

        return new FeatureVector(chunks, words, wordIds, collector.IsUnsure);
    }

    private static (IReadOnlyList<string> Words, Vocabulary Vocabulary) BuildVocabulary(IReadOnlyList<LabelledText> texts, IEnumerable<string> lexicon, IReadOnlyDictionary<string, byte> classes, IReadOnlyDictionary<byte, byte> groups, int maximumWords)
    {
        // A language counts as taught where abuse as well as harm has enough examples.
        var taughtLanguages = texts.Where(text => text.Source == "corpus" && text.Labels.Overlaps(CategorySet.Violations))
            .GroupBy(text => text.Language).Where(group => group.Count() >= 50).Select(group => group.Key).ToHashSet(StringComparer.Ordinal);
        var collector = new FeatureCollector();
        var counts = new Dictionary<string, (int Taught, int Foreign)>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var stretched = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            foreach (var word in StretchedWord().Matches(text.Text.ToLowerInvariant()).Select(match => LetterRun().Replace(match.Value, "$1$1")).Distinct())
            {
                CollectionsMarshal.GetValueRefOrAddDefault(stretched, word, out _)++;
            }

            var taught = taughtLanguages.Contains(text.Language);
            seen.Clear();
            collector.Collect(Vocabulary.Empty, text.Text, word =>
            {
                if (seen.Add(word))
                {
                    ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, word, out _);
                    count = taught ? (count.Taught + 1, count.Foreign) : (count.Taught, count.Foreign + 1);
                }
            });
        }

        foreach (var word in lexicon)
        {
            if (word.Length is >= 3 and <= CharacterGrams.LongestWord && word.All(c => c is >= 'a' and <= 'z'))
            {
                ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, word, out _);
                count = (Math.Max(count.Taught, 3) + 1, count.Foreign);
            }
        }

        foreach (var word in classes.Keys)
        {
            ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, word, out _);
            count = (count.Taught + 2, count.Foreign);
        }

        // "fuuuck" is read as "fuuck" if that is a word, and as "fuck" if not: what people only ever stretch is none.
        bool IsStretched(string word, int count) => stretched.GetValueOrDefault(word) * 2 >= count && counts.ContainsKey(LetterPair().Replace(word, "$1"));

        var words = counts
            .Where(entry => (entry.Value.Taught + entry.Value.Foreign >= 3 && !IsStretched(entry.Key, entry.Value.Taught + entry.Value.Foreign)) || classes.ContainsKey(entry.Key))
            .OrderByDescending(entry => entry.Value.Taught + entry.Value.Foreign + (classes.ContainsKey(entry.Key) ? WorthOfClass : 0))
            .ThenBy(entry => entry.Key, StringComparer.Ordinal)
            .Take(maximumWords)
            .Select(entry => (Word: entry.Key, Entry: EntryOf(entry.Key, entry.Value.Taught, entry.Value.Foreign)))
            .ToList();

        // Within a bucket the more frequent words stay first.
        var ordered = words.OrderBy(word => Vocabulary.BucketOf(word.Entry, words.Count)).ToList();
        return (ordered.ConvertAll(word => word.Word), new Vocabulary([.. ordered.Select(word => word.Entry)]));

        ulong EntryOf(string word, int taught, int foreign)
        {
            var wordClass = classes.GetValueOrDefault(word);
            var traits = (taught >= 2 && taught * 20 >= foreign ? WordTraits.Taught : WordTraits.None)
                | (foreign >= 2 ? WordTraits.Foreign : WordTraits.None)
                | WordGroup.TraitsOf(groups.GetValueOrDefault(wordClass));
            return Vocabulary.Entry(word.AsSpan(), traits, wordClass);
        }
    }

    [GeneratedRegex("[a-z]*([a-z])\\1\\1[a-z]*", RegexOptions.CultureInvariant)]
    private static partial Regex StretchedWord();

    [GeneratedRegex("([a-z])\\1\\1+", RegexOptions.CultureInvariant)]
    private static partial Regex LetterRun();

    [GeneratedRegex("([a-z])\\1", RegexOptions.CultureInvariant)]
    private static partial Regex LetterPair();
}
