using System.Text;
using System.Text.RegularExpressions;

namespace ConversationGuard.Cli.Evaluate;

/// <summary>A way to write words so that people still read them and a filter may not.</summary>
/// <param name="Name">Its name.</param>
/// <param name="OnWord">Disguises one word.</param>
/// <param name="Gap">What stands for a single space between two disguised words, where the reader needs more than that.</param>
internal sealed partial record Disguise(string Name, Func<string, Random, string> OnWord, string Gap = " ")
{
    private const string ZeroWidth = "\u200B\u200C\u200D\u2060\uFEFF\u00AD";
    private const string DirectionMarks = "\u200E\u200F\u061C";

    private static readonly string[] _emoji = ["\U0001F600", "\U0001F602", "\u2764\uFE0F", "\U0001F525", "\U0001F44D", "\U0001F308"];

    private static readonly Dictionary<char, string> _leet = Table("a4@ b8 e3 g9 i1! l1 o0 s5$ t7");

    /// <summary>Cyrillic and Greek letters that look like Latin ones.</summary>
    private static readonly Dictionary<char, string> _lookalikes = Table(
        "a\u0430 c\u0441 d\u0501 e\u0435 h\u04BB i\u0456 j\u0458 k\u03BA o\u043E\u03BF p\u0440\u03C1 s\u0455 u\u03C5 v\u03BD x\u0445 y\u0443 " +
        "A\u0410\u0391 B\u0412\u0392 C\u0421 E\u0415\u0395 H\u041D\u0397 I\u0406\u0399 K\u041A\u039A M\u041C\u039C N\u039D O\u041E\u039F P\u0420\u03A1 S\u0405 T\u0422\u03A4 X\u0425\u03A7 Y\u03A5 Z\u0396");

    /// <summary>Gets every disguise, in the order of the table.</summary>
    public static IReadOnlyList<Disguise> All { get; } =
    [
        new("leet", (word, random) => Replace(word, _leet, random, 0.7)),
        new("homoglyphs", (word, random) => Replace(word, _lookalikes, random, 0.6)),
        new("zero-width", (word, random) => Part(word, _ => ZeroWidth[random.Next(ZeroWidth.Length)].ToString())),
        new("spaces between letters", (word, _) => Part(word, _ => " "), Gap: "   "),
        new("punctuation between letters", (word, random) =>
        {
            var mark = ".-_*"[random.Next(4)].ToString();
            return Part(word, _ => mark);
        }),
        new("stretched letters", (word, random) => Stretch(word, random)),
        new("direction marks", (word, random) => Part(word, _ => DirectionMarks[random.Next(DirectionMarks.Length)].ToString())),
        new("reversed by direction override", (word, _) => $"\u202E{Reverse(word)}\u202C"),
        new("mixed case", (word, _) => string.Concat(word.Select((letter, i) => i % 2 == 0 ? char.ToLowerInvariant(letter) : char.ToUpperInvariant(letter)))),
        new("emoji inserted", (word, random) => word.Insert(Middle(word), _emoji[random.Next(_emoji.Length)])),
        new("mixed scripts", (word, random) => string.Concat(word.Select(letter => InSomeScript(letter, random)))),
        new("word broken over lines", (word, _) => word.Insert(Middle(word), "\n")),
        new("one word a line", (word, _) => $"\n{word}\n"),
    ];

    /// <summary>Finds the words that can be disguised: three letters or more.</summary>
    public static IReadOnlyList<Range> Words(string text) => [.. Word().Matches(text).Select(match => match.Index..(match.Index + match.Length))];

    /// <summary>Writes a text in disguise.</summary>
    /// <param name="text">The text.</param>
    /// <param name="words">The words to disguise, in order.</param>
    /// <returns>The text; the same every time.</returns>
    public string Apply(string text, IReadOnlyList<Range> words)
    {
        // Not for secrets: for the same disguise on every run and platform.
#pragma warning disable CA5394
        var random = new Random(unchecked((int)text.Aggregate(2166136261, (hash, c) => (hash ^ c) * 16777619)));
#pragma warning restore CA5394
        var disguised = new StringBuilder(text.Length * 2);
        var end = 0;
        foreach (var word in words)
        {
            var gap = text[end..word.Start.Value];
            disguised.Append(gap == " " && end > 0 ? Gap : gap).Append(OnWord(text[word], random));
            end = word.End.Value;
        }

        return disguised.Append(text, end, text.Length - end).ToString();
    }

#pragma warning disable CA5394
    /// <summary>Replaces letters by chance, and one at least if one can be.</summary>
    private static string Replace(string word, Dictionary<char, string> by, Random random, double chance)
    {
        var replaceable = Enumerable.Range(0, word.Length).Where(i => by.ContainsKey(word[i]) || by.ContainsKey(char.ToLowerInvariant(word[i]))).ToList();
        var letters = word.ToCharArray();
        var sure = replaceable.Count > 0 ? replaceable[random.Next(replaceable.Count)] : -1;
        foreach (var i in replaceable)
        {
            var choice = by.TryGetValue(word[i], out var exact) ? exact : by[char.ToLowerInvariant(word[i])];
            letters[i] = i == sure || random.NextDouble() < chance ? choice[random.Next(choice.Length)] : letters[i];
        }

        return new string(letters);
    }

    private static string Stretch(string word, Random random)
    {
        var vowels = Enumerable.Range(0, word.Length).Where(i => "aeiouyAEIOUY".Contains(word[i], StringComparison.Ordinal)).ToList();
        var at = vowels.Count > 0 ? vowels[random.Next(vowels.Count)] : word.Length - 1;
        return word.Insert(at, new string(word[at], random.Next(2, 6)));
    }

    /// <summary>Latin, full-width, mathematical, circled, or a look-alike of another alphabet.</summary>
    private static string InSomeScript(char letter, Random random)
    {
        var offset = char.ToLowerInvariant(letter) - 'a';
        return offset is < 0 or > 25 ? letter.ToString() : random.Next(5) switch
        {
            0 => letter.ToString(),
            1 => ((char)(0xFF41 + offset)).ToString(),
            2 => char.ConvertFromUtf32(0x1D41A + offset),
            3 => ((char)(0x24D0 + offset)).ToString(),
            _ => _lookalikes.TryGetValue(char.ToLowerInvariant(letter), out var choice) ? choice[random.Next(choice.Length)].ToString() : letter.ToString(),
        };
    }
#pragma warning restore CA5394

    private static Dictionary<char, string> Table(string entries) => entries.Split(' ').ToDictionary(entry => entry[0], entry => entry[1..]);

    private static string Part(string word, Func<int, string> between) => string.Concat(word.Select((letter, i) => i == 0 ? letter.ToString() : between(i) + letter));

    private static string Reverse(string word)
    {
        var letters = word.ToCharArray();
        Array.Reverse(letters);
        return new string(letters);
    }

    private static int Middle(string word) => char.IsLowSurrogate(word[word.Length / 2]) ? (word.Length / 2) - 1 : word.Length / 2;

    [GeneratedRegex(@"[A-Za-z\u00C0-\u024F][A-Za-z\u00C0-\u024F'\u2019]+[A-Za-z\u00C0-\u024F]")]
    private static partial Regex Word();
}
