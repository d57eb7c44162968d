namespace ConversationGuard.Classification;

/// <summary>What a character is to the scanner.</summary>
internal enum CharKind : byte
{
    /// <summary>Punctuation that always separates words.</summary>
    Separator,

    /// <summary>A Latin letter, folded to a to z.</summary>
    Letter,

    /// <summary>A decimal digit, folded to 0 to 9.</summary>
    Digit,

    /// <summary>White space.</summary>
    Space,

    /// <summary>Ends a sentence; between letters it may be disguise.</summary>
    SentenceEnd,

    /// <summary>Invisible, or a mark on the letter before: as if it were not there.</summary>
    Ignored,

    /// <summary>A double quotation mark.</summary>
    Quote,

    /// <summary>An apostrophe or single quotation mark.</summary>
    Apostrophe,

    /// <summary>Punctuation that inside a word may join, mask or stand for a letter.</summary>
    Symbol,

    /// <summary>A letter of a script that separates words.</summary>
    OtherLetter,

    /// <summary>As <see cref="OtherLetter"/>, and it looks like a Latin letter.</summary>
    Lookalike,

    /// <summary>A letter of a script without spaces between words: a word of its own.</summary>
    SoloLetter,

    /// <summary>An emoji or another pictograph: a word of its own.</summary>
    Pictograph,

    /// <summary>Half of a surrogate pair.</summary>
    Surrogate,
}

/// <summary>Folds characters to what a reader sees: width, style, accents, invisible characters, look-alikes.</summary>
/// <remarks>The tables are fixed, so that a text is read the same on every platform and without ICU.</remarks>
internal static partial class UnicodeFolding
{
    private const char EszettForm = 'ß';

    /// <summary>Marks a letter that is not what the character is folded to, but what it looks like.</summary>
    private const char Looks = '\x80';

    private static readonly ushort[] _ascii = BuildAscii();

    /// <summary>Gets what a character is.</summary>
    public static CharKind KindOf(char c) => (CharKind)(EntryOf(c) >> 8);

    /// <summary>Gets the folded form of a Latin letter, a digit, or an ASCII character.</summary>
    public static char Fold(char c)
    {
        var folded = (char)(EntryOf(c) & 0xFF);
        return folded is not '\0' and < Looks ? folded : char.ToLowerInvariant(c);
    }

    /// <summary>Gets the Latin letter that a <see cref="CharKind.Lookalike"/> looks like; '\0' if it is none.</summary>
    public static char LatinOf(char lookalike) => (EntryOf(lookalike) & Looks) != 0 ? (char)(EntryOf(lookalike) & 0xFF & ~Looks) : '\0';

    /// <summary>Gets whether the letter stands for two (German sharp s).</summary>
    public static bool IsDouble(char c) => c == EszettForm;

    /// <summary>Folds a character outside the basic plane.</summary>
    /// <param name="codePoint">The code point.</param>
    /// <param name="folded">The letter or digit, if it is one in another style.</param>
    public static CharKind Classify(int codePoint, out char folded)
    {
        folded = '\0';
        switch (codePoint)
        {
            // Mathematical letters and digits; the squared and circled ones.
            case >= 0x1D400 and <= 0x1D6A3:
                folded = (char)('a' + ((codePoint - 0x1D400) % 26));
                return CharKind.Letter;
            case >= 0x1D7CE and <= 0x1D7FF:
                folded = (char)('0' + ((codePoint - 0x1D7CE) % 10));
                return CharKind.Digit;
            case >= 0x1F130 and <= 0x1F149:
                folded = (char)('a' + (codePoint - 0x1F130));
                return CharKind.Letter;
            case >= 0x1F150 and <= 0x1F169:
                folded = (char)('a' + (codePoint - 0x1F150));
                return CharKind.Letter;
            case >= 0x1F170 and <= 0x1F189:
                folded = (char)('a' + (codePoint - 0x1F170));
                return CharKind.Letter;
            case >= 0x1F000 and <= 0x1FAFF:
                return CharKind.Pictograph;

            // Tags and variation selectors can carry hidden text: nobody sees them.
            case >= 0xE0000 and <= 0xE0FFF:
                return CharKind.Ignored;
            default:
                return CharKind.SoloLetter;
        }
    }

    private static ushort EntryOf(char c) => c < _ascii.Length ? _ascii[c] : BeyondAscii.Table[c];

    private static ushort[] BuildAscii()
    {
        var table = new ushort[128];
        for (var c = '\0'; c < table.Length; c++)
        {
            table[c] = Entry(KindOfAscii(c), char.ToLowerInvariant(c));
        }

        return table;
    }

    private static ushort Entry(CharKind kind, char folded) => (ushort)(((int)kind << 8) | folded);

    private static CharKind KindOfAscii(char c) => c switch
    {
        (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') => CharKind.Letter,
        >= '0' and <= '9' => CharKind.Digit,
        ' ' or '\t' or '\r' or '\v' or '\f' => CharKind.Space,
        '.' or '!' or '?' or '\n' => CharKind.SentenceEnd,
        '"' => CharKind.Quote,
        '\'' or '`' => CharKind.Apostrophe,
        '-' or '_' or '*' or '+' or '|' or '/' or '@' or '$' => CharKind.Symbol,
        < ' ' or '\x7F' => CharKind.Ignored,
        _ => CharKind.Separator,
    };

    private static CharKind KindOfOther(char c)
    {
        if (char.IsSurrogate(c))
        {
            return CharKind.Surrogate;
        }

        // Han, kana, Yi; Thai, Lao, Tibetan, Burmese, Khmer.
        if (c is (>= '\u2E80' and <= '\u2FDF') or (>= '\u3005' and <= '\u3007') or (>= '\u3041' and <= '\u30FA') or '\u30FC'
            or (>= '\u3400' and <= '\u9FFF') or (>= '\uA000' and <= '\uA4CF') or (>= '\uF900' and <= '\uFAFF')
            or (>= '\u0E00' and <= '\u0EFF') or (>= '\u0F40' and <= '\u0FBC') or (>= '\u1000' and <= '\u109F')
            or (>= '\u1780' and <= '\u17DD') or (>= '\uFF66' and <= '\uFF9D'))
        {
            return CharKind.SoloLetter;
        }

        // Marks of scripts that cannot be read without them stay; accents go.
        if (c is >= '\u0900' and <= '\u0DFF')
        {
            return char.IsPunctuation(c) ? CharKind.Separator : CharKind.OtherLetter;
        }

        switch (char.GetUnicodeCategory(c))
        {
            case System.Globalization.UnicodeCategory.UppercaseLetter:
            case System.Globalization.UnicodeCategory.LowercaseLetter:
            case System.Globalization.UnicodeCategory.TitlecaseLetter:
            case System.Globalization.UnicodeCategory.ModifierLetter:
            case System.Globalization.UnicodeCategory.OtherLetter:
                return c is '\u115F' or '\u1160' or '\u3164' or '\uFFA0' ? CharKind.Ignored : CharKind.OtherLetter;
            case System.Globalization.UnicodeCategory.NonSpacingMark:
            case System.Globalization.UnicodeCategory.SpacingCombiningMark:
            case System.Globalization.UnicodeCategory.EnclosingMark:
            case System.Globalization.UnicodeCategory.Format:
            case System.Globalization.UnicodeCategory.Control:
                return c == '\u0085' ? CharKind.SentenceEnd : CharKind.Ignored;
            case System.Globalization.UnicodeCategory.SpaceSeparator:
                return CharKind.Space;
            case System.Globalization.UnicodeCategory.LineSeparator:
            case System.Globalization.UnicodeCategory.ParagraphSeparator:
                return CharKind.SentenceEnd;
            case System.Globalization.UnicodeCategory.DecimalDigitNumber:
                return CharKind.OtherLetter;
            case System.Globalization.UnicodeCategory.OtherSymbol:
                return c == '\u2800' ? CharKind.Ignored : CharKind.Pictograph;
            default:
                return CharKind.Separator;
        }
    }

    /// <summary>Built once a character beyond ASCII is met: it takes some milliseconds, which a first message in English need not wait.</summary>
    private static class BeyondAscii
    {
        public static readonly ushort[] Table = Build();

#if NET8_0_OR_GREATER
        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveOptimization)]
#endif
        private static ushort[] Build()
        {
            var table = new ushort[char.MaxValue + 1];
            for (var i = _ascii.Length; i < table.Length; i++)
            {
                table[i] = Entry(KindOfOther((char)i), '\0');
            }

            var ascii = '\0';
            foreach (var c in Forms)
            {
                ascii = c < _ascii.Length ? c : ascii;
                table[c] = _ascii[ascii];
            }

            foreach (var c in Lookalikes)
            {
                ascii = c < _ascii.Length ? c : ascii;
                table[c] = Entry(CharKind.Lookalike, (char)(ascii | Looks));
            }

            table['\u00BF'] = table['\u00A1'] = Entry(CharKind.Separator, '\0');
            return table;
        }
    }
}
