namespace ConsoleChat;

/// <summary>Makes other people's text safe to show: a control character in it could rewrite the terminal.</summary>
internal static class Printable
{
    /// <summary>Takes control characters out, all but line ends and tabs.</summary>
    /// <param name="text">The text.</param>
    /// <returns>What can be shown.</returns>
    public static string Text(string text) => string.Concat(text.Where(character => !char.IsControl(character) || character is '\n' or '\t'));

    /// <summary>Makes one short line of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="length">The most characters.</param>
    /// <returns>The line, with an ellipsis if the text is longer.</returns>
    public static string Excerpt(string text, int length)
    {
        var line = string.Join(' ', Text(text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (line.Length <= length)
        {
            return line;
        }

        // Half of a surrogate pair cannot be shown.
        var end = char.IsHighSurrogate(line[length - 4]) ? length - 4 : length - 3;
        return string.Concat(line.AsSpan(0, end).TrimEnd(), "...");
    }
}
