namespace ConversationGuard.Classification;

/// <summary>Tokens that are not plainly a word: folded, told from addresses and identifiers, taken apart.</summary>
internal partial struct TextScanner<TSink>
{
    /// <summary>Reads a token that is not plainly a word: folds it into the buffer and looks what it hides.</summary>
    private int ScanToken(ReadOnlySpan<char> text, int i)
    {
        var token = _buffers.Token;
        var n = 0;
        var letters = 0;
        var others = 0;
        var lookalikes = 0;
        var overlong = false;
        var endsOverride = false;
        while (i < text.Length)
        {
            var c = text[i];
            var width = 1;
            var kind = UnicodeFolding.KindOf(c);
            var folded = UnicodeFolding.Fold(c);
            if (kind == CharKind.Surrogate)
            {
                if (i + 1 >= text.Length || !char.IsSurrogatePair(c, text[i + 1]))
                {
                    i++;
                    continue;
                }

                kind = UnicodeFolding.Classify(char.ConvertToUtf32(c, text[i + 1]), out folded);
                width = 2;
            }

            if (kind is CharKind.Space or CharKind.Quote or CharKind.SoloLetter or CharKind.Pictograph || c == '\n'
                || (kind == CharKind.Separator && !(c is ':' or '%' or '=' or '&' or '#' or '~' && IsLink(token.AsSpan(0, Math.Min(n, 4)), text, i))))
            {
                break;
            }

            i += width;
            if (kind == CharKind.Ignored)
            {
                endsOverride |= c == EndOfOverride;
                continue;
            }

            if (n == ScanBuffers.MaxToken)
            {
                overlong = true;
                continue;
            }

            letters += kind == CharKind.Letter ? 1 : 0;
            others += kind == CharKind.OtherLetter ? 1 : 0;
            lookalikes += kind == CharKind.Lookalike ? 1 : 0;
            token[n++] = folded;
            if (UnicodeFolding.IsDouble(c) && n < ScanBuffers.MaxToken)
            {
                token[n++] = folded;
            }
        }

        if (lookalikes > 0 && others == 0)
        {
            UndoLookalikes(token, n, letters, lookalikes);
        }

        ProcessToken(token.AsSpan(0, n), overlong);
        _isReversed &= !endsOverride;
        return i;
    }

    private static bool IsLink(ReadOnlySpan<char> token, ReadOnlySpan<char> text, int i) =>
        token.Length >= 3 && (token is "http" || token is "www." || (text[i] == ':' && i + 2 < text.Length && text[i + 1] == '/' && text[i + 2] == '/'));

    /// <summary>A Cyrillic or Greek letter among Latin ones is a disguise; a whole word of them is one only if a known word comes out in Latin company.</summary>
    private readonly void UndoLookalikes(char[] token, int n, int letters, int lookalikes)
    {
        var candidate = _buffers.Candidate;
        for (var i = 0; i < n; i++)
        {
            var latin = UnicodeFolding.KindOf(token[i]) == CharKind.Lookalike ? UnicodeFolding.LatinOf(token[i])
                : UnicodeFolding.LatinOf(char.ToUpperInvariant(token[i]));
            candidate[i] = latin == '\0' || IsAsciiLetter(token[i]) ? token[i] : latin;
        }

        if (letters > 0 || (_afterLatin && lookalikes > 2 && _vocabulary.Contains(Trim(candidate.AsSpan(0, n)))))
        {
            candidate.AsSpan(0, n).CopyTo(token);
        }
    }

    private static ReadOnlySpan<char> Trim(ReadOnlySpan<char> token)
    {
        var start = 0;
        var end = token.Length;
        while (start < end && !char.IsLetterOrDigit(token[start]) && token[start] is not ('@' or '$'))
        {
            start++;
        }

        while (end > start && !char.IsLetterOrDigit(token[end - 1]) && token[end - 1] is not ('@' or '$'))
        {
            end--;
        }

        return token[start..end];
    }

    private void ProcessToken(ReadOnlySpan<char> whole, bool overlong)
    {
        var token = Trim(whole);
        if (!token.IsEmpty)
        {
            if (overlong || IsAddress(token))
            {
                FlushLetters();
                EmitSymbol(token.IndexOf('@') > 0 ? FeatureHash.Mention : FeatureHash.Link);
            }
            else
            {
                Decode(token);
            }
        }

        // The sentence may end inside the token ("you!!!").
        var rest = whole.Length - (token.IsEmpty ? 0 : whole.IndexOf(token) + token.Length);
        foreach (var c in whole[^rest..])
        {
            if (c is '.' or '!' or '?')
            {
                FlushLetters();
                EndSentence(c == '?' ? FeatureHash.Question : c == '!' ? FeatureHash.Exclamation : FeatureHash.Boundary);
            }
        }
    }

    private static bool IsAddress(ReadOnlySpan<char> token)
    {
        if (token.IndexOf("://".AsSpan()) >= 0 || token.StartsWith("www.".AsSpan()))
        {
            return true;
        }

        var at = token.IndexOf('@');
        return at > 0 && token[(at + 1)..].IndexOf('.') > 0 && token[(at + 1)..].Length > 4;
    }

    private void Decode(ReadOnlySpan<char> token)
    {
        var candidate = _buffers.Word;
        var letters = 0;
        var digits = 0;
        var symbols = 0;
        var n = 0;
        foreach (var c in token)
        {
            if (IsWordChar(c))
            {
                letters++;
                candidate[n++] = c;
            }
            else if (c is >= '0' and <= '9')
            {
                digits++;
            }
            else if (c != '\'')
            {
                symbols++;
            }
        }

        if (digits == 0 && symbols == 0)
        {
            EmitWord(candidate.AsSpan(0, n), FeatureHash.Of(candidate.AsSpan(0, n)), HasLongRun(candidate.AsSpan(0, n)));
            return;
        }

        if (letters == 0 && token.IndexOf('@') < 0 && token.IndexOf('$') < 0)
        {
            EmitParts(token);
            return;
        }

        // Letters written as digits or signs, parted or masked: read them if a known word comes out.
        FlushLetters();
        if (TryDecode(token))
        {
            return;
        }

        EmitParts(token);
    }

    private static bool IsWordChar(char c) => IsAsciiLetter(c) || (c >= 128 && UnicodeFolding.KindOf(c) is CharKind.OtherLetter or CharKind.Lookalike);

    private static bool HasLongRun(ReadOnlySpan<char> word)
    {
        for (var i = MaxLetterRun; i < word.Length; i++)
        {
            if (word[i] == word[i - 1] && word[i] == word[i - 2])
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsSpelledOut(ReadOnlySpan<char> token)
    {
        for (var i = 1; i < token.Length; i++)
        {
            if (IsWordChar(token[i]) && IsWordChar(token[i - 1]))
            {
                return false;
            }
        }

        return true;
    }

    private readonly bool HasKnownParts(ReadOnlySpan<char> token)
    {
        var parts = 0;
        var start = 0;
        for (var i = 0; i <= token.Length; i++)
        {
            if (i < token.Length && (IsWordChar(token[i]) || token[i] == '\''))
            {
                continue;
            }

            if (i < token.Length && (token[i] is (>= '0' and <= '9') or '@' or '$' or '*'))
            {
                return false;
            }

            if (i > start)
            {
                // "id!ot": beside an exclamation mark two letters are more likely half a word than one.
                parts++;
                var shortest = (i < token.Length && token[i] == '!') || (start > 0 && token[start - 1] == '!') ? 3 : 2;
                if (i - start < shortest || !_vocabulary.Contains(token[start..i]))
                {
                    return false;
                }
            }

            start = i + 1;
        }

        return parts > 1;
    }

    private void EmitParts(ReadOnlySpan<char> token)
    {
        var start = 0;
        while (start < token.Length)
        {
            var c = token[start];
            if (!IsWordChar(c) && c is not (>= '0' and <= '9'))
            {
                if (c is '.' or '!' or '?')
                {
                    // Between two words the writer forgot the space; in "3.5" or "a.b" there is no sentence.
                    if (start > 1 && start + 2 < token.Length && IsWordChar(token[start - 1]) && IsWordChar(token[start - 2]) && IsWordChar(token[start + 1]))
                    {
                        EndSentence(c == '?' ? FeatureHash.Question : FeatureHash.Boundary);
                    }
                }
                else if (c == '@')
                {
                    EmitSymbol(FeatureHash.Mention);
                }

                start++;
                continue;
            }

            var end = start;
            var letters = 0;
            var digits = 0;
            var n = 0;
            var word = _buffers.Word;
            while (end < token.Length)
            {
                var d = token[end];
                if (IsWordChar(d))
                {
                    letters++;
                    word[n++] = d;
                }
                else if (d is >= '0' and <= '9')
                {
                    digits++;
                }
                else if (d == '*' && letters > 0 && end + 1 < token.Length)
                {
                    // A masked letter: "f**k" and "f*ck" are one word of their own.
                    if (word[n - 1] != '*')
                    {
                        word[n++] = '*';
                    }
                }
                else if (d != '\'')
                {
                    break;
                }

                end++;
            }

            if (n > 0 && word[n - 1] == '*')
            {
                n--;
            }

            if (digits == 0)
            {
                EmitWord(word.AsSpan(0, n), FeatureHash.Of(word.AsSpan(0, n)), HasLongRun(word.AsSpan(0, n)));
            }
            else if (letters == 0)
            {
                FlushLetters();
                var number = token[start..end];
                EmitSymbol(number.Length <= 2 ? FeatureHash.Of(number) : FeatureHash.Number);
            }
            else
            {
                FlushLetters();
                EmitSymbol(FeatureHash.Identifier);
            }

            start = end;
        }
    }
}
