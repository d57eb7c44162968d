namespace ConversationGuard.Classification;

/// <summary>Takes what the scanner finds. The classifier adds up weights; the trainer collects the features.</summary>
internal interface IFeatureSink
{
    /// <summary>A word.</summary>
    /// <param name="word">Its letters; empty if it is a symbol or a number, which has no letters to look at.</param>
    /// <param name="hash">Its hash.</param>
    /// <param name="id">Its place in the vocabulary, or -1.</param>
    void Word(ReadOnlySpan<char> word, ulong hash, int id);

    /// <summary>A feature made of several words.</summary>
    /// <param name="hash">Its hash.</param>
    /// <param name="kind">What it is made of.</param>
    void Feature(ulong hash, FeatureKind kind);

    /// <summary>A word and its features are complete.</summary>
    void EndWord();

    /// <summary>Enough text for half a window was given.</summary>
    void EndChunk();
}

/// <summary>What a feature is made of. The trainer learns the kinds at different speeds.</summary>
internal enum FeatureKind : byte
{
    Word,
    Gram,
    Bigram,
    Gap,
    WordInContext,
    Class,
    ClassAndWord,
    ClassInContext,
    ClassPair,
    ClassTriple,
    ClassForm,
    Edge,
}

/// <summary>The buffers of one scan, reused per thread.</summary>
internal sealed class ScanBuffers
{
    public const int MaxToken = 64;

    public char[] Token { get; } = new char[MaxToken];

    public char[] Word { get; } = new char[MaxToken + 2];

    public char[] Candidate { get; } = new char[MaxToken + 2];

    public char[] Letters { get; } = new char[TextScanner.MaxSpelled];

    public int[] Ways { get; } = new int[TextScanner.MaxSpelled + 1];
}

/// <summary>Constants of the scanner.</summary>
internal static class TextScanner
{
    /// <summary>Half of a window, in characters that count. Windows of twice this overlap by half.</summary>
    public const int ChunkLength = 100;

    /// <summary>The longest run of spelled-out letters that is read as one.</summary>
    public const int MaxSpelled = 32;

    public const int MinGram = 3;
    public const int MaxGram = 5;
    public const int MaxGrammedWord = 24;

    /// <summary>Gives the hashes of a word's character n-grams, the word's edges included.</summary>
    public static void Grams<TSink>(ReadOnlySpan<char> word, ref TSink sink)
        where TSink : struct, IGramSink
    {
        var length = word.Length + 2;
        var shortest = word[0] < '\u0250' ? MinGram : MinGram - 1;
        for (var start = 0; start + shortest <= length; start++)
        {
            var hash = FeatureHash.GramSeed;
            var end = Math.Min(length, start + shortest + (MaxGram - MinGram));
            for (var i = start; i < end; i++)
            {
                hash = FeatureHash.Append(hash, i == 0 ? '<' : i == length - 1 ? '>' : word[i - 1]);
                if (i - start + 1 >= shortest)
                {
                    sink.Gram(hash);
                }
            }
        }
    }
}

/// <summary>Takes character n-grams.</summary>
internal interface IGramSink
{
    /// <summary>A character n-gram.</summary>
    /// <param name="hash">Its hash.</param>
    void Gram(ulong hash);
}

/// <summary>Reads a text as words, undoing disguise, and names its features. One pass, bounded memory.</summary>
/// <remarks>
/// A disguise is undone only where a word of the vocabulary comes out; so "f.u.c.k" is read and "e.g.", an identifier
/// or a Base64 string stays what it is.
/// </remarks>
internal partial struct TextScanner<TSink>
    where TSink : struct, IFeatureSink
{
    private const int MaxLetterRun = 2;
    private const int MaxQuotedWords = 60;

    private readonly Vocabulary _vocabulary;
    private readonly ScanBuffers _buffers;
    private ulong _previous;
    private ulong _beforePrevious;
    private ulong _lastClass;
    private ulong _classBefore;
    private ulong _previousClass;
    private ulong _lastContent;
    private ulong _contentBefore;
    private int _forms;
    private int _person;
    private int _quotedWords;
    private bool _afterBreak;
    private bool _afterLatin;
    private int _letters;
    private int _chunkLength;

    /// <summary>Which of the single letters waiting stand after a gap of more than one space, as bits.</summary>
    private uint _wideGaps;
    private bool _isAfterWideGap;

    /// <summary>How often in a row a word did not come out of parts.</summary>
    private int _failedJoins;

    /// <summary>Whether what follows is shown from right to left, whatever it is.</summary>
    private bool _isReversed;

    public TextScanner(Vocabulary vocabulary, ScanBuffers buffers, TSink sink)
    {
        _vocabulary = vocabulary;
        _buffers = buffers;
        Sink = sink;
        _previous = FeatureHash.Boundary;
        _afterBreak = true;
        _afterLatin = true;
    }

    /// <summary>The sink, with what it collected.</summary>
    public TSink Sink;

    /// <summary>Words of a language that was taught, of another one, and unknown ones.</summary>
    public int TaughtWords, ForeignWords, UnknownWords;

    /// <summary>Words in a script other than Latin.</summary>
    public int OtherScriptWords;

    public void Scan(ReadOnlySpan<char> text)
    {
        var i = 0;
        var word = _buffers.Word;
        while (i < text.Length)
        {
            var c = text[i];
            var kind = UnicodeFolding.KindOf(c);
            switch (kind)
            {
                case CharKind.Letter when c < 128:
                    var start = i;
                    var n = 0;
                    var hash = FeatureHash.Seed;
                    var run = 0;
                    var stretched = false;
                    char last = '\0';
                    while (true)
                    {
                        var letter = (char)(c | 0x20);
                        run = letter == last ? run + 1 : 1;
                        stretched |= run > MaxLetterRun;
                        last = letter;
                        word[n++] = letter;
                        hash = FeatureHash.Append(hash, letter);
                        if (++i == text.Length || n == ScanBuffers.MaxToken)
                        {
                            break;
                        }

                        c = text[i];
                        if (IsAsciiLetter(c))
                        {
                            continue;
                        }

                        // don't, you're
                        if (c == '\'' && i + 1 < text.Length && IsAsciiLetter(text[i + 1]))
                        {
                            c = text[++i];
                            continue;
                        }

                        break;
                    }

                    if (i == text.Length || !(c == '\n' || c == '-' || c >= '\u2190'))
                    {
                        _failedJoins = 0;
                    }
                    else if (n < ScanBuffers.MaxToken && TryJoinParts(text, start, ref i))
                    {
                        break;
                    }

                    if (n < ScanBuffers.MaxToken && EndsPlainly(text, i))
                    {
                        EmitWord(word.AsSpan(0, n), hash, stretched);
                    }
                    else
                    {
                        i = ScanToken(text, start);
                    }

                    break;

                case CharKind.Space:
                    NoteGap(text, i);
                    i++;
                    break;

                case CharKind.Ignored:
                    NoteDirection(c);
                    i++;
                    break;

                case CharKind.Separator:
                case CharKind.Apostrophe:
                    i++;
                    break;

                case CharKind.SentenceEnd:
                    if (c == '!' && TryLeadingMark(text, ref i))
                    {
                        break;
                    }

                    FlushLetters();
                    EndSentence(c == '?' || UnicodeFolding.Fold(c) == '?' ? FeatureHash.Question
                        : UnicodeFolding.Fold(c) == '!' ? FeatureHash.Exclamation : FeatureHash.Boundary);
                    i++;
                    break;

                case CharKind.Quote:
                    _quotedWords = _quotedWords > 0 ? 0 : 1;
                    i++;
                    break;

                case CharKind.SoloLetter:
                    FlushLetters();
                    EmitSolo(c);
                    i++;
                    break;

                case CharKind.Pictograph:
                    FlushLetters();
                    EmitSymbol(FeatureHash.Append(FeatureHash.Seed, c));
                    i++;
                    break;

                case CharKind.Symbol:
                    // "@ss", "$hit": a token can begin with a symbol that stands for a letter.
                    if (c is '@' or '$' && i + 1 < text.Length && UnicodeFolding.KindOf(text[i + 1]) is CharKind.Letter or CharKind.Digit or CharKind.Symbol)
                    {
                        i = ScanToken(text, i);
                    }
                    else
                    {
                        i++;
                    }

                    break;

                case CharKind.Surrogate:
                    i = ScanSurrogate(text, i);
                    break;

                default:
                    i = ScanToken(text, i);
                    break;
            }
        }

        FlushLetters();
        EndSentence(FeatureHash.Boundary);
        Sink.EndWord();
        Sink.EndChunk();
    }

    private static bool IsAsciiLetter(char c) => (uint)((c | 0x20) - 'a') < 26;

    /// <summary>Whether a word that is cut off here is a whole word, with nothing glued to it.</summary>
    private static bool EndsPlainly(ReadOnlySpan<char> text, int i)
    {
        if (i == text.Length)
        {
            return true;
        }

        switch (UnicodeFolding.KindOf(text[i]))
        {
            case CharKind.Space:
            case CharKind.Quote:
            case CharKind.SoloLetter:
            case CharKind.Pictograph:
                return true;
            case CharKind.Separator:
                return text[i] != ':' || i + 2 >= text.Length || text[i + 1] != '/' || text[i + 2] != '/';
            case CharKind.SentenceEnd:
            case CharKind.Symbol:
            case CharKind.Apostrophe:
                // Glued to what follows only if that is a part of a word.
                while (++i < text.Length)
                {
                    switch (UnicodeFolding.KindOf(text[i]))
                    {
                        case CharKind.SentenceEnd or CharKind.Symbol or CharKind.Apostrophe:
                            continue;
                        case CharKind.Letter or CharKind.Digit or CharKind.OtherLetter or CharKind.Lookalike or CharKind.Ignored or CharKind.Surrogate:
                            return false;
                        default:
                            return text[i - 1] is not ('$' or '@');
                    }
                }

                return text[i - 1] is not ('$' or '@');
            default:
                return false;
        }
    }

    private int ScanSurrogate(ReadOnlySpan<char> text, int i)
    {
        if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
        {
            return i + 1;
        }

        var codePoint = char.ConvertToUtf32(text[i], text[i + 1]);
        switch (UnicodeFolding.Classify(codePoint, out _))
        {
            case CharKind.Letter:
            case CharKind.Digit:
                return ScanToken(text, i);
            case CharKind.Ignored:
                return i + 2;
            case CharKind.Pictograph:
                FlushLetters();
                EmitSymbol(FeatureHash.Append(FeatureHash.Append(FeatureHash.Seed, text[i]), text[i + 1]));
                return i + 2;
            default:
                FlushLetters();
                OtherScriptWords++;
                UnknownWords++;
                EmitSymbol(FeatureHash.Append(FeatureHash.Append(FeatureHash.Seed, text[i]), text[i + 1]));
                return i + 2;
        }
    }

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
                parts++;
                if (i - start < 2 || !_vocabulary.Contains(token[start..i]))
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

    private void EmitWord(ReadOnlySpan<char> word, ulong hash, bool stretched)
    {
        if (word.Length == 1 && IsAsciiLetter(word[0]))
        {
            AddLetter(word[0]);
            return;
        }

        FlushLetters();
        var id = _vocabulary.Find(hash);
        if (_isReversed && id < 0 && TryReversed(word))
        {
            return;
        }

        if (stretched && id < 0)
        {
            // "stuuupid", "cooool": first with two letters left, then with one.
            var squeezed = _buffers.Candidate;
            word.CopyTo(squeezed);
            var length = Squeeze(squeezed.AsSpan(0, word.Length), 2);
            var once = FeatureHash.Of(squeezed.AsSpan(0, length));
            id = _vocabulary.Find(once);
            if (id < 0)
            {
                word.CopyTo(squeezed);
                var shortest = Squeeze(squeezed.AsSpan(0, word.Length), 1);
                var twice = FeatureHash.Of(squeezed.AsSpan(0, shortest));
                id = _vocabulary.Find(twice);
                if (id < 0)
                {
                    word.CopyTo(squeezed);
                    Squeeze(squeezed.AsSpan(0, word.Length), 2);
                }
                else
                {
                    length = shortest;
                    once = twice;
                }
            }

            Emit(squeezed.AsSpan(0, length), once, id);
            return;
        }

        Emit(word, hash, id);
    }

    /// <summary>Shortens every run of three or more of the same letter.</summary>
    private static int Squeeze(Span<char> word, int keep)
    {
        var n = 0;
        var i = 0;
        while (i < word.Length)
        {
            var end = i;
            while (end < word.Length && word[end] == word[i])
            {
                end++;
            }

            var letter = word[i];
            var count = end - i > MaxLetterRun ? keep : end - i;
            for (var k = 0; k < count; k++)
            {
                word[n++] = letter;
            }

            i = end;
        }

        return n;
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

    private void EmitSolo(char c)
    {
        var word = _buffers.Candidate;
        word[0] = char.ToLowerInvariant(c);
        var hash = FeatureHash.Append(FeatureHash.Seed, word[0]);
        Emit(word.AsSpan(0, 1), hash, _vocabulary.Find(hash));
    }

    private void EmitSymbol(ulong hash) => Emit(default, hash, -1);

    private void Emit(ReadOnlySpan<char> word, ulong hash, int id)
    {
        CountLanguage(word, id);
        Sink.Word(word, hash, id);
        Sink.Feature(FeatureHash.Pair(_previous, hash), FeatureKind.Bigram);
        if (_beforePrevious != 0)
        {
            Sink.Feature(FeatureHash.Gap(_beforePrevious, hash), FeatureKind.Gap);
        }

        if (_previousClass != 0)
        {
            Sink.Feature(FeatureHash.Pair(_previousClass, hash), FeatureKind.ClassAndWord);
        }

        var context = _person + (_quotedWords > 0 ? 4 : 0);
        if (!word.IsEmpty)
        {
            Sink.Feature(FeatureHash.InContext(hash, context), FeatureKind.WordInContext);
        }

        _previousClass = 0;
        var wordClass = id < 0 ? WordClass.None : _vocabulary.ClassOf(id);
        if (wordClass != WordClass.None)
        {
            EmitClass(wordClass, context);
        }

        if (_quotedWords > 0 && ++_quotedWords > MaxQuotedWords)
        {
            _quotedWords = 0;
        }

        _beforePrevious = _previous;
        _previous = hash;
        _afterBreak = false;
        Sink.EndWord();
        _chunkLength += word.Length + 1;
        if (_chunkLength >= TextScanner.ChunkLength)
        {
            _chunkLength = 0;
            Sink.EndChunk();
        }
    }

    /// <summary>What the class of a word says: of its neighbours, of whom is spoken of, and of who does what to whom.</summary>
    private void EmitClass(byte wordClass, int context)
    {
        var hash = FeatureHash.OfClass(wordClass);
        if (wordClass > WordClass.LastOfForm)
        {
            Sink.Feature(hash, FeatureKind.Class);
            Sink.Feature(FeatureHash.Pair(_previous, hash), FeatureKind.ClassAndWord);
            Sink.Feature(FeatureHash.InContext(hash, context), FeatureKind.ClassInContext);
            _previousClass = hash;

            // In what form of sentence it stands, and beside what else.
            Sink.Feature(FeatureHash.InContext(hash, 64 + _forms), FeatureKind.ClassForm);
            for (var forms = _forms; forms != 0; forms &= forms - 1)
            {
                Sink.Feature(FeatureHash.InContext(hash, 8 + (forms & -forms)), FeatureKind.ClassForm);
            }

            if (_lastContent != 0 && _lastContent != hash)
            {
                Sink.Feature(FeatureHash.Gap(_lastContent, hash), FeatureKind.ClassPair);
                if (_contentBefore != 0 && _contentBefore != hash)
                {
                    Sink.Feature(FeatureHash.Gap(_contentBefore, hash), FeatureKind.ClassPair);
                }
            }

            if (_lastContent != hash)
            {
                _contentBefore = _lastContent;
                _lastContent = hash;
            }
        }
        else if (wordClass <= WordClass.Their)
        {
            _person = (wordClass + 1) >> 1;
        }

        if (wordClass <= WordClass.LastOfForm)
        {
            _forms |= WordClass.FormOf(wordClass);
        }

        if (_lastClass != 0)
        {
            Sink.Feature(FeatureHash.Sequence(_lastClass, hash), FeatureKind.ClassPair);
            if (_classBefore != 0)
            {
                Sink.Feature(FeatureHash.Sequence(FeatureHash.Sequence(_classBefore, _lastClass), hash), FeatureKind.ClassTriple);
            }
        }

        _classBefore = _lastClass;
        _lastClass = hash;
    }

    private void CountLanguage(ReadOnlySpan<char> word, int id)
    {
        if (word.IsEmpty)
        {
            return;
        }

        var latin = word[0] < '\u0250';
        _afterLatin = latin;
        OtherScriptWords += latin ? 0 : 1;
        if (latin && word.Length < 2)
        {
            return;
        }

        var traits = id < 0 ? WordTraits.None : _vocabulary.TraitsOf(id);
        if ((traits & WordTraits.Taught) != 0)
        {
            TaughtWords++;
        }
        else if ((traits & WordTraits.Foreign) != 0)
        {
            ForeignWords++;
        }
        else
        {
            UnknownWords++;
        }
    }

    private void EndSentence(ulong mark)
    {
        if (_afterBreak)
        {
            return;
        }

        Sink.Feature(FeatureHash.Pair(_previous, mark), FeatureKind.Edge);
        Sink.Feature(FeatureHash.Pair(FeatureHash.Pair(_beforePrevious, _previous), mark), FeatureKind.Edge);
        if (mark == FeatureHash.Question)
        {
            Sink.Feature(mark, FeatureKind.Edge);
        }

        _previous = FeatureHash.Boundary;
        _beforePrevious = 0;
        _previousClass = 0;
        _person = 0;
        _forms &= WordClass.LastingForms;
        _lastContent = 0;
        _contentBefore = 0;
        _afterBreak = true;
    }
}
