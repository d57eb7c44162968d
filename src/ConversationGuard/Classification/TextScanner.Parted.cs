namespace ConversationGuard.Classification;

/// <summary>Words in parts: letters with spaces between them, and words that a pictograph or a line break cuts.</summary>
internal partial struct TextScanner<TSink>
{
    private const int MaxFailedJoins = 8;

    /// <summary>Two words on either side of a line break hardly ever make a noun of abuse as long as this by chance; "use" and "less" would make an adjective.</summary>
    private const int ShortestCutInsult = 5;

    /// <summary>"y o u   a r e": a wider gap parts words where letters are parted too.</summary>
    private void NoteGap(ReadOnlySpan<char> text, int i) =>
        _isAfterWideGap |= _letters > 0 && i + 1 < text.Length && UnicodeFolding.KindOf(text[i + 1]) == CharKind.Space;

    private void AddLetter(char letter)
    {
        if (_letters == TextScanner.MaxSpelled)
        {
            FlushLetters(keepsLast: true);
        }

        _wideGaps |= _isAfterWideGap && _letters > 0 ? 1u << _letters : 0;
        _isAfterWideGap = false;
        _buffers.Letters[_letters++] = letter;
    }

    /// <summary>Single letters in a row: "f u c k" is a word, "a b c" is not.</summary>
    /// <param name="keepsLast">Whether more letters may follow: the last of several groups is then kept.</param>
    private void FlushLetters(bool keepsLast = false)
    {
        var count = _letters;
        _isAfterWideGap = false;
        if (count == 0)
        {
            return;
        }

        var letters = _buffers.Letters.AsSpan(0, count);
        var gaps = _wideGaps;
        (_letters, _wideGaps) = (0, 0);

        // Where every gap is wide, it says nothing.
        var everyGap = count == 1 ? 0 : (uint)((1UL << count) - 2);
        if (gaps == 0 || gaps == everyGap)
        {
            EmitSpelled(letters);
            return;
        }

        var start = 0;
        for (var i = 1; i <= count; i++)
        {
            if (i == count ? !keepsLast : (gaps & (1u << i)) != 0)
            {
                EmitSpelled(letters[start..i]);
                start = i;
            }
        }

        letters[start..].CopyTo(letters);
        _letters = count - start;
    }

    private void EmitSpelled(ReadOnlySpan<char> letters)
    {
        if (letters.Length >= 3)
        {
            if (EmitSegments(letters))
            {
                return;
            }

            // "I f u c k": a real one-letter word may come first.
            if (letters.Length >= 4 && letters[0] is 'i' or 'a' or 'u' && CanSegment(letters[1..]))
            {
                EmitLetter(letters[0]);
                EmitSegments(letters[1..]);
                return;
            }
        }

        foreach (var letter in letters)
        {
            EmitLetter(letter);
        }
    }

    /// <summary>
    /// "stu\U0001F642pid", "stu\npid": if a known word comes out, it was cut. A pictograph may stand between two words without a space, and lines end anywhere: then a word comes out that is as
    /// harmless as they are, or none; at a line's end one of the parts must be unknown by itself, or a noun of abuse comes out.
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

            allKnown &= IsTaught(_vocabulary.Find(partHash));
            if (length > i - start && IsCut(hash, length, allKnown, byLine))
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

    private readonly bool IsCut(ulong whole, int length, bool allKnown, bool byLine)
    {
        var id = _vocabulary.Find(whole);
        if (!IsTaught(id) || length < 3)
        {
            return false;
        }

        var wordClass = _vocabulary.ClassOf(id);
        return !allKnown || (byLine ? length >= ShortestCutInsult && wordClass == WordClass.InsultNoun : length > 3 || wordClass is WordClass.You or WordClass.Your);
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

    private void EmitLetter(char letter)
    {
        var word = _buffers.Candidate;
        word[0] = letter;
        var hash = FeatureHash.Append(FeatureHash.Seed, letter);
        Emit(word.AsSpan(0, 1), hash, _vocabulary.Find(hash));
    }

    /// <summary>Cuts spelled-out letters into known words of three letters or more ("you" and "u" among them); false if they cannot be cut.</summary>
    private readonly bool CanSegment(ReadOnlySpan<char> letters)
    {
        var ways = _buffers.Ways;
        if (letters.Length >= ways.Length)
        {
            return false;
        }

        // ways[i]: the length of the last word in a cut of the first i letters.
        Array.Clear(ways, 0, letters.Length + 1);
        ways[0] = -1;
        for (var start = 0; start < letters.Length; start++)
        {
            if (ways[start] == 0)
            {
                continue;
            }

            var hash = FeatureHash.Seed;
            for (var end = start; end < letters.Length && end - start < 14; end++)
            {
                hash = FeatureHash.Append(hash, letters[end]);
                var length = end - start + 1;
                if ((length >= 3 || (length == 2 && letters[start..(end + 1)] is "me" or "ur" or "my" or "go" or "is" or "to" or "an"))
                    && length > ways[end + 1] && _vocabulary.Find(hash) >= 0)
                {
                    ways[end + 1] = length;
                }
            }
        }

        return ways[letters.Length] > 0;
    }

    private bool EmitSegments(ReadOnlySpan<char> letters)
    {
        if (!CanSegment(letters))
        {
            return false;
        }

        // Walk back to turn "length of the last word" into "start of the next".
        var ways = _buffers.Ways;
        var end = letters.Length;
        var next = 0;
        while (end > 0)
        {
            var start = end - ways[end];
            ways[end] = next;
            next = end;
            end = start;
        }

        var from = 0;
        while (next > 0)
        {
            var word = letters[from..next];
            var hash = FeatureHash.Of(word);
            Emit(word, hash, _vocabulary.Find(hash));
            from = next;
            next = ways[next];
        }

        return true;
    }
}
