namespace ConversationGuard.Classification;

/// <summary>Words in disguise: digits and signs for letters, and letters written backwards under a direction override.</summary>
internal partial struct TextScanner<TSink>
{
    private const char Override = '\u202E';
    private const char EndOfOverride = '\u202C';

    /// <summary>A "1" can be an i or an l; so many of them are tried both ways.</summary>
    private const int MaxAmbiguous = 4;

    private void NoteDirection(char c) => _isReversed = (_isReversed || c == Override) && c != EndOfOverride;

    /// <summary>Under an override people see a word backwards. It is read so if it is none as it stands.</summary>
    private bool TryReversed(ReadOnlySpan<char> word)
    {
        var reversed = _buffers.Candidate.AsSpan(0, word.Length);
        word.CopyTo(reversed);
        reversed.Reverse();
        var hash = FeatureHash.Of(reversed);
        var id = _vocabulary.Find(hash);
        if (id < 0)
        {
            return false;
        }

        Emit(reversed, hash, id);
        return true;
    }

    /// <summary>"!diot": an exclamation mark before a word is read as its first letter if a known word comes out.</summary>
    private bool TryLeadingMark(ReadOnlySpan<char> text, ref int i)
    {
        if (i > 0 && UnicodeFolding.KindOf(text[i - 1]) != CharKind.Space)
        {
            return false;
        }

        var token = _buffers.Token;
        var n = 0;
        var end = i;
        while (end < text.Length && text[end] < 128 && UnicodeFolding.KindOf(text[end]) is not (CharKind.Space or CharKind.Quote or CharKind.Separator) && text[end] != '\n')
        {
            if (n == CharacterGrams.LongestWord)
            {
                return false;
            }

            token[n++] = UnicodeFolding.Fold(text[end++]);
        }

        while (n > 1 && token[n - 1] is '.' or '!' or '?')
        {
            n--;
            end--;
        }

        if (n < 4 || HasKnownParts(token.AsSpan(1, n - 1)) || _vocabulary.Contains(token.AsSpan(1, n - 1)))
        {
            return false;
        }

        FlushLetters();
        if (!TryDecode(token.AsSpan(0, n)))
        {
            return false;
        }

        i = end;
        return true;
    }

    /// <summary>Letters written as digits or signs, parted or masked: reads them if a known word comes out.</summary>
    private bool TryDecode(ReadOnlySpan<char> token)
    {
        // Parts that are words by themselves are what was meant: "well-known", "and/or", "it.But".
        if (HasKnownParts(token))
        {
            return false;
        }

        var ambiguous = 0;
        foreach (var c in token)
        {
            ambiguous += c is '1' or '|' ? 1 : 0;
        }

        // First the same letter everywhere, then every mixture.
        var all = (1 << Math.Min(ambiguous, MaxAmbiguous)) - 1;
        for (var choice = 0; choice <= all; choice++)
        {
            if (TryDecode(token, choice switch { 0 => 0, 1 => all, _ => choice - 1 }))
            {
                return true;
            }
        }

        return false;
    }

    /// <param name="token">The token.</param>
    /// <param name="choice">Which of the ambiguous characters are an l, as bits; the last bit speaks for the rest too.</param>
    private bool TryDecode(ReadOnlySpan<char> token, int choice)
    {
        var candidate = _buffers.Candidate;
        var n = 0;
        var ambiguous = 0;
        var substituted = false;
        var hasSign = false;
        for (var i = 0; i < token.Length; i++)
        {
            var c = token[i];
            var letter = c switch
            {
                '0' => 'o',
                '1' or '|' => (choice & (1 << Math.Min(ambiguous++, MaxAmbiguous - 1))) != 0 ? 'l' : 'i',
                '!' when i + 1 < token.Length => 'i',
                '3' => 'e',
                '4' or '@' => 'a',
                '5' or '$' => 's',
                '7' or '+' => 't',
                '8' => 'b',
                '9' => 'g',
                '.' or '-' or '_' or '*' or '/' or '\'' or '!' or '?' => '\0',
                _ => c,
            };
            substituted |= letter != c && letter != '\0';
            hasSign |= c is '@' or '$';
            if (letter == '\0')
            {
                continue;
            }

            if (!IsWordChar(letter))
            {
                return false;
            }

            candidate[n++] = letter;
        }

        if (n < 3)
        {
            return false;
        }

        var word = candidate.AsSpan(0, n);
        var hash = FeatureHash.Of(word);
        var id = _vocabulary.Find(hash);
        if (id >= 0)
        {
            // "h4x": with so few letters a chance hit is likely. "y0u" says who is spoken to, and a sign for a letter is no accident.
            if (n == 3 && substituted && !hasSign && _vocabulary.ClassOf(id) is not (WordClass.You or WordClass.Your))
            {
                return false;
            }

            Emit(word, hash, id);
            return true;
        }

        if (HasLongRun(word))
        {
            var length = Squeeze(word, 1);
            hash = FeatureHash.Of(word[..length]);
            if (length >= 3 && _vocabulary.Find(hash) >= 0)
            {
                Emit(word[..length], hash, _vocabulary.Find(hash));
                return true;
            }
        }

        // y.o.u.s.u.c.k
        if (substituted || !IsSpelledOut(token) || !TryCut(word, isWhole: true))
        {
            return false;
        }

        EmitCut(word, word.Length);
        return true;
    }
}
