namespace ConversationGuard.Classification;

/// <summary>Words in parts: letters with spaces between them, and words that a pictograph or a line break cuts.</summary>
internal partial struct TextScanner<TSink>
{
    private const int MaxFailedJoins = 8;
    private const int LongestSpelledWord = 14;

    /// <summary>Of so many spelled-out letters, one may belong to no word.</summary>
    private const int MostUnknown = 6;

    /// <summary>What a letter that belongs to no word costs, beside what a word brings: the square of its length.</summary>
    private const int LeftOver = 9;

    /// <summary>Two words on either side of a line break hardly ever make a noun of abuse as long as this by chance; "use" and "less" would make an adjective.</summary>
    private const int ShortestCutInsult = 5;

    /// <summary>"y o u   a r e": a wider gap parts words where letters are parted too.</summary>
    private void NoteGap(ReadOnlySpan<char> text, int i) =>
        _isAfterWideGap |= _letters > 0 && i + 1 < text.Length && UnicodeFolding.KindOf(text[i + 1]) == CharKind.Space;

    private void AddLetter(char letter)
    {
        if (_letters == TextScanner.MaxSpelled)
        {
            FlushLetters(goesOn: true);
        }

        _wideGaps |= _isAfterWideGap && _letters > 0 ? 1u << _letters : 0;
        _isAfterWideGap = false;
        _buffers.Letters[_letters++] = letter;
    }

    /// <summary>Single letters in a row: "f u c k" is a word, "a b c" is not.</summary>
    /// <param name="goesOn">Whether more letters follow: what may belong to them is then kept.</param>
    private void FlushLetters(bool goesOn = false)
    {
        var count = _letters;
        _isAfterWideGap &= goesOn;
        if (count == 0)
        {
            return;
        }

        var letters = _buffers.Letters.AsSpan(0, count);
        var gaps = _wideGaps;
        (_letters, _wideGaps) = (0, 0);

        // Where every gap is wide, it says nothing.
        var everyGap = count == 1 ? 0 : (uint)((1UL << count) - 2);
        var start = gaps == 0 || gaps == everyGap ? EmitSpelled(letters, goesOn) : EmitGroups(letters, gaps, goesOn);
        letters[start..].CopyTo(letters);
        _letters = count - start;

        // What is kept keeps its gaps; the first letter has none before it.
        _wideGaps = start == count ? 0 : (gaps >> start) & ~1u;
    }

    /// <summary>Each group of letters between wide gaps is a word, a known one or not, unless it is several that address somebody.</summary>
    /// <returns>How many letters were read.</returns>
    private int EmitGroups(ReadOnlySpan<char> letters, uint gaps, bool goesOn)
    {
        var start = 0;
        for (var i = 1; i <= letters.Length; i++)
        {
            if (i == letters.Length ? goesOn : (gaps & (1u << i)) == 0)
            {
                continue;
            }

            var word = letters[start..i];
            if (!_vocabulary.Contains(word) && TryCut(word, isWhole: true) && IsAddressed(word))
            {
                EmitCut(word, word.Length);
            }
            else
            {
                EmitPart(word);
            }

            start = i;
        }

        return start;
    }

    /// <summary>Whether one of the words of the last cut speaks of a person or insults: "y o u a r e  a n i d i o t". Others come out of unknown words by chance.</summary>
    private readonly bool IsAddressed(ReadOnlySpan<char> letters)
    {
        for (var end = letters.Length; end > 0; end -= _buffers.Ways[end])
        {
            var id = _vocabulary.Find(FeatureHash.Of(letters[(end - _buffers.Ways[end])..end]));
            if (id >= 0 && _vocabulary.ClassOf(id) is (> WordClass.None and <= WordClass.Their) or WordClass.InsultNoun or WordClass.InsultAdjective or WordClass.ShutUp)
            {
                return true;
            }
        }

        return false;
    }

    /// <returns>How many letters were read.</returns>
    private int EmitSpelled(ReadOnlySpan<char> letters, bool goesOn)
    {
        if (TryCut(letters, isWhole: letters.Length < MostUnknown * 2))
        {
            return EmitCut(letters, goesOn ? letters.Length - LongestSpelledWord : letters.Length);
        }

        for (var i = 0; i < letters.Length; i++)
        {
            EmitPart(letters.Slice(i, 1));
        }

        return letters.Length;
    }

    private void EmitPart(ReadOnlySpan<char> word)
    {
        var hash = FeatureHash.Of(word);
        Emit(word, hash, _vocabulary.Find(hash));
    }

    /// <summary>
    /// "stu\U0001F642pid", "stu\npid": if a known word comes out, it was cut. A pictograph may stand between two words without a space, and lines end anywhere: then a word comes out that is as
    /// harmless as they are, or none; at a line's end one of the parts must be unknown by itself, or be of no class where the whole is, or a noun of abuse comes out.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where the first part begins, ASCII letters alone.</param>
    /// <param name="i">Where it ends; moved behind the word if there is one.</param>
    private bool TryJoinParts(ReadOnlySpan<char> text, int start, ref int i)
    {
        // A text of nothing but parts is looked at once, not once for each of them.
        if (_failedJoins == MaxFailedJoins || GapInWord(text, i, out _) == 0)
        {
            return false;
        }

        _failedJoins = JoinParts(text, start, ref i) ? 0 : _failedJoins + 1;
        return _failedJoins == 0;
    }

    private bool JoinParts(ReadOnlySpan<char> text, int start, ref int i)
    {
        var word = _buffers.Candidate;
        var length = 0;
        var from = start;
        var end = i;
        var hash = FeatureHash.Seed;
        var allKnown = true;
        var allMean = true;
        var byLine = false;
        var (bestLength, bestEnd) = (0, 0);
        while (true)
        {
            if (length + end - from > CharacterGrams.LongestWord)
            {
                break;
            }

            var partHash = FeatureHash.Seed;
            for (; from < end; from++)
            {
                if (text[from] == '\'')
                {
                    return false;
                }

                var letter = (char)(text[from] | 0x20);
                word[length++] = letter;
                hash = FeatureHash.Append(hash, letter);
                partHash = FeatureHash.Append(partHash, letter);
            }

            var part = _vocabulary.Find(partHash);
            allKnown &= IsTaught(part);
            allMean &= part >= 0 && _vocabulary.ClassOf(part) != WordClass.None;
            if (length > i - start && IsCut(hash, length, allKnown, allMean, byLine))
            {
                (bestLength, bestEnd) = (length, end);
            }

            var gap = GapInWord(text, end, out var isLine);
            from = end + gap;
            if (gap == 0 || (isLine && byLine) || from >= text.Length || !IsAsciiLetter(text[from]))
            {
                break;
            }

            byLine |= isLine;

            end = from;
            while (end < text.Length && IsAsciiLetter(text[end]))
            {
                end++;
            }
        }

        if (bestLength == 0)
        {
            return false;
        }

        i = bestEnd;
        EmitWord(word.AsSpan(0, bestLength), FeatureHash.Of(word.AsSpan(0, bestLength)), stretched: false);
        return true;
    }

    private readonly bool IsCut(ulong whole, int length, bool allKnown, bool allMean, bool byLine)
    {
        var id = _vocabulary.Find(whole);
        if (!IsTaught(id) || length < 3)
        {
            return false;
        }

        var wordClass = _vocabulary.ClassOf(id);
        var isAddressed = wordClass is WordClass.You or WordClass.Your;
        return !allKnown
            || (byLine
                ? (wordClass == WordClass.InsultNoun && length >= ShortestCutInsult) || (!allMean && (isAddressed || (wordClass > WordClass.LastOfForm && length > 3)))
                : isAddressed || length > 3);
    }

    private readonly bool IsTaught(int id) => id >= 0 && (_vocabulary.TraitsOf(id) & WordTraits.Taught) != 0;

    /// <summary>How many characters long is what can cut a word: pictographs, or one line break, after a hyphen perhaps. 0 if there is something else.</summary>
    private static int GapInWord(ReadOnlySpan<char> text, int start, out bool isLine)
    {
        var i = start;
        isLine = false;
        if (i < text.Length && text[i] is '-' or '\r' or '\n')
        {
            i += text[i] == '-' ? 1 : 0;
            i += i < text.Length && text[i] == '\r' ? 1 : 0;
            isLine = i < text.Length && text[i] == '\n';
            return isLine ? i + 1 - start : 0;
        }

        var hasPictograph = false;
        while (i < text.Length)
        {
            var kind = UnicodeFolding.KindOf(text[i]);
            var width = 1;
            if (kind == CharKind.Surrogate && i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                kind = UnicodeFolding.Classify(char.ConvertToUtf32(text[i], text[i + 1]), out _);
                width = 2;
            }

            if (kind != CharKind.Pictograph && kind != CharKind.Ignored)
            {
                break;
            }

            hasPictograph |= kind == CharKind.Pictograph;
            i += width;
        }

        return hasPictograph ? i - start : 0;
    }

    /// <summary>Cuts spelled-out letters into known words, long ones rather than many; false if they cannot be cut.</summary>
    /// <param name="letters">The letters.</param>
    /// <param name="isWhole">Whether all of them must belong to a word. Else one in <see cref="MostUnknown"/> may be left over, as in a name.</param>
    private readonly bool TryCut(ReadOnlySpan<char> letters, bool isWhole)
    {
        if (letters.Length is < 3 or > TextScanner.MaxSpelled)
        {
            return false;
        }

        // ways[i]: the length of the last word in the best cut of the first i letters.
        var (ways, values) = (_buffers.Ways, _buffers.Values);
        Array.Clear(ways, 0, letters.Length + 1);
        values[0] = 0;
        for (var start = 0; start < letters.Length; start++)
        {
            var hash = FeatureHash.Seed;
            for (var end = start + 1; end <= letters.Length && end - start <= LongestSpelledWord; end++)
            {
                hash = FeatureHash.Append(hash, letters[end - 1]);
                var word = letters[start..end];
                var value = word.Length == 1 ? (IsOneLetterWord(word[0]) ? 0 : -LeftOver)
                    : (word.Length > 2 ? _vocabulary.Find(hash) >= 0 : IsTwoLetterWord(word)) ? word.Length * word.Length : -1;
                if ((value >= 0 || word.Length == 1) && (ways[end] == 0 || values[start] + value > values[end]))
                {
                    (ways[end], values[end]) = (word.Length, values[start] + value);
                }
            }
        }

        var (leftOver, longest) = (0, 0);
        for (var end = letters.Length; end > 0; end -= ways[end])
        {
            leftOver += ways[end] == 1 && !IsOneLetterWord(letters[end - 1]) ? 1 : 0;
            longest = Math.Max(longest, ways[end]);
        }

        return longest > 1 && leftOver * MostUnknown <= (isWhole ? 0 : letters.Length);
    }

    private static bool IsOneLetterWord(char letter) => letter is 'i' or 'a' or 'u';

    private static bool IsTwoLetterWord(ReadOnlySpan<char> word) => word is "am" or "an" or "as" or "at" or "be" or "by" or "do" or "go" or "he" or "hi" or "if" or "in" or "is" or "it"
        or "me" or "my" or "no" or "of" or "ok" or "on" or "or" or "so" or "to" or "up" or "ur" or "us" or "we";

    /// <summary>Emits the words of the last cut.</summary>
    /// <param name="letters">The letters.</param>
    /// <param name="last">Behind how many letters a word may begin no more; one word is always read.</param>
    /// <returns>How many letters were read.</returns>
    private int EmitCut(ReadOnlySpan<char> letters, int last)
    {
        // Walk back to turn "length of the last word" into "start of the next".
        var ways = _buffers.Ways;
        var next = 0;
        for (var end = letters.Length; end > 0;)
        {
            var start = end - ways[end];
            (ways[end], next, end) = (next, end, start);
        }

        var from = 0;
        while (next > 0 && (from == 0 || from < last))
        {
            EmitPart(letters[from..next]);
            (from, next) = (next, ways[next]);
        }

        return from;
    }
}
