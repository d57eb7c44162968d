namespace ConversationGuard.Classification;

/// <summary>Constants of the scanner.</summary>
internal static class TextScanner
{
    /// <summary>Half of a window, in characters that count. Windows of twice this overlap by half.</summary>
    public const int ChunkLength = 100;

    /// <summary>The longest run of spelled-out letters that is read as one.</summary>
    public const int MaxSpelled = 32;

    /// <summary>How many letters of a script without spaces between words are read together as a word, at most, and how long the stem of a Korean word is.</summary>
    public const int LongestStem = 5;
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
    private ulong _lastGroup;
    private ulong _groupBefore;
    private int _forms;
    private int _person;
    private int _quotedWords;
    private bool _isReported;
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
                    i = EmitSolo(text, i);
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
        Sink.EndChunk();
    }

    private static bool IsAsciiLetter(char c) => (uint)((c | 0x20) - 'a') < 26;

    /// <summary>Whether a word that is cut off here is a whole word, with nothing glued to it.</summary>
    private static bool EndsPlainly(ReadOnlySpan<char> text, int i)
    {
        if (i == text.Length || text[i] == ' ')
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
}
