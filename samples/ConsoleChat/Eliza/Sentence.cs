using System.Globalization;

namespace ConsoleChat.Eliza;

/// <summary>Cuts a message into clauses and words, in lower case as the machine of 1966 had but one.</summary>
internal static class Sentence
{
    /// <summary>The words of one clause that are looked at; nobody wants to hear more of their own words.</summary>
    public const int MaximumWords = 40;

    /// <summary>Cuts a message at punctuation and at "but".</summary>
    /// <param name="text">The message.</param>
    /// <returns>The words of each clause that has any.</returns>
    public static IEnumerable<IReadOnlyList<string>> Clauses(string text)
    {
        var words = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var length = WordLength(text.AsSpan(at));
            var word = text.Substring(at, length).Replace('\u2019', '\'').Trim('\'', '-').ToLowerInvariant();
            var ends = length == 0 ? text[at] is '.' or ',' or ';' or ':' or '!' or '?' or '\n' : word == "but";
            if (!ends && word.Length > 0 && words.Count < MaximumWords)
            {
                words.Add(word);
            }
            else if (ends && words.Count > 0)
            {
                yield return words;
                words = [];
            }

            at += Math.Max(1, length);
        }

        if (words.Count > 0)
        {
            yield return words;
        }
    }

    private static int WordLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && IsWordCharacter(text[length]))
        {
            length++;
        }

        return length;
    }

    private static bool IsWordCharacter(char character) =>
        char.IsLetterOrDigit(character) || character is '\'' or '\u2019' or '-' || char.GetUnicodeCategory(character) is UnicodeCategory.NonSpacingMark;
}
