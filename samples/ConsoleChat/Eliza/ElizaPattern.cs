namespace ConsoleChat.Eliza;

/// <summary>
/// The shape of a sentence: words; <c>*</c> for any number of words, <c>+</c> for at least one, <c>@group</c> for one word of a
/// group. The parts of a match are what <c>*</c>, <c>+</c> and <c>@group</c> stood for.
/// </summary>
internal sealed class ElizaPattern(string pattern, IReadOnlyDictionary<string, IReadOnlySet<string>> groups)
{
    private readonly string[] _elements = pattern.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Gets the number of parts.</summary>
    public int Parts => _elements.Count(element => IsGap(element) || IsGroup(element));

    /// <summary>Matches a sentence. Each gap but the last is as short as can be.</summary>
    /// <param name="words">The sentence.</param>
    /// <returns>The parts, or null if the sentence has another shape.</returns>
    /// <remarks>When a word does not fit, only the latest gap has to grow: no sentence takes longer than its length times the pattern's.</remarks>
    public IReadOnlyList<IReadOnlyList<string>>? Match(IReadOnlyList<string> words)
    {
        var parts = new List<Range>();
        var (element, word) = (0, 0);
        var (gapElement, gapStart, gapEnd, gapPart) = (-1, 0, 0, 0);

        while (true)
        {
            if (element < _elements.Length && IsGap(_elements[element]))
            {
                (gapElement, gapStart, gapPart) = (element, word, parts.Count);
                gapEnd = word + (_elements[element] == "+" ? 1 : 0);
                if (gapEnd > words.Count)
                {
                    return null;
                }
            }
            else if (element < _elements.Length && word < words.Count && Fits(_elements[element], words[word]))
            {
                if (IsGroup(_elements[element]))
                {
                    parts.Add(word..(word + 1));
                }

                (element, word) = (element + 1, word + 1);
                continue;
            }
            else if (element == _elements.Length && word == words.Count)
            {
                return [.. parts.Select(part => words.Take(part).ToArray())];
            }
            else if (gapElement < 0 || ++gapEnd > words.Count)
            {
                return null;
            }

            parts.RemoveRange(gapPart, parts.Count - gapPart);
            parts.Add(gapStart..gapEnd);
            (element, word) = (gapElement + 1, gapEnd);
        }
    }

    private static bool IsGap(string element) => element is "*" or "+";

    private static bool IsGroup(string element) => element[0] == '@';

    private bool Fits(string element, string word) => IsGroup(element) ? groups[element[1..]].Contains(word) : element == word;
}
