namespace ConsoleChat.Eliza;

/// <summary>Replaces words and phrases in one pass, the longest phrase first, so that what was put in is not replaced again.</summary>
internal sealed class WordSubstitution
{
    /// <summary>In a phrase, stands for the end of the words: "you $" is a "you" that nothing follows.</summary>
    private const string End = "$";

    private readonly Dictionary<string, string[]> _replacements;
    private readonly int _longest;

    public WordSubstitution(IEnumerable<KeyValuePair<string, string>> replacements)
    {
        _replacements = replacements.ToDictionary(pair => pair.Key, pair => Words(pair.Value), StringComparer.Ordinal);
        _longest = _replacements.Keys.Select(phrase => Words(phrase).Length).DefaultIfEmpty().Max();
    }

    public IReadOnlyList<string> Apply(IReadOnlyList<string> words)
    {
        var result = new List<string>(words.Count);
        var at = 0;
        while (at < words.Count)
        {
            at += Replace(words, at, result);
        }

        return result;
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Writes the replacement of what stands at a place, or the word itself, and returns how many words that took.</summary>
    private int Replace(IReadOnlyList<string> words, int at, List<string> result)
    {
        for (var length = Math.Min(_longest, words.Count - at + 1); length > 0; length--)
        {
            var toEnd = length == words.Count - at + 1;
            var phrase = words.Skip(at).Take(length);
            if (_replacements.TryGetValue(string.Join(' ', toEnd ? phrase.Append(End) : phrase), out var replacement))
            {
                result.AddRange(replacement);
                return toEnd ? length - 1 : length;
            }
        }

        result.Add(words[at]);
        return 1;
    }
}
