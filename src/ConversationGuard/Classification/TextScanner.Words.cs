namespace ConversationGuard.Classification;

/// <summary>What a word says: itself, its neighbours, of whom is spoken, and the part that it plays.</summary>
internal partial struct TextScanner<TSink>
{
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

        if (word.Length > 1 && IsHangul(word[0]) && (id < 0 || _vocabulary.ClassOf(id) == WordClass.None) && TryKoreanStem(word, hash, id))
        {
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

    /// <summary>Reads a letter of a script without spaces between words, or several that make a word of the vocabulary.</summary>
    /// <returns>Where the next letter is.</returns>
    private int EmitSolo(ReadOnlySpan<char> text, int i)
    {
        var word = _buffers.Candidate;
        var n = 0;
        for (; n < TextScanner.LongestStem && i + n < text.Length && UnicodeFolding.KindOf(text[i + n]) == CharKind.SoloLetter; n++)
        {
            word[n] = char.ToLowerInvariant(text[i + n]);
        }

        var (length, found, id) = FindStem(word.AsSpan(0, n), isClassed: false);
        var after = id < 0 ? 0 : EmitStem(word.AsSpan(0, length), found, id);
        for (var k = 0; k < length; k++)
        {
            // What a letter of a word means alone is not said, and the language is that of the word.
            var hash = FeatureHash.Append(FeatureHash.Seed, word[k]);
            Emit(word.AsSpan(k, 1), hash, id < 0 ? _vocabulary.Find(hash) : -1, isCounted: id < 0);
        }

        _previousClass = id < 0 ? _previousClass : after;
        return i + length;
    }

    /// <summary>Emits a word that stands for the letters that follow: these keep their neighbours.</summary>
    /// <returns>The class that the word after them follows.</returns>
    private ulong EmitStem(ReadOnlySpan<char> stem, ulong hash, int id)
    {
        var (previous, beforePrevious) = (_previous, _beforePrevious);
        Emit(stem, hash, id);
        (_previous, _beforePrevious) = (previous, beforePrevious);
        var after = _previousClass;
        _previousClass = 0;
        return after;
    }

    /// <summary>Finds the longest beginning, two letters at least, that is a word of the vocabulary, or one with a class.</summary>
    /// <returns>Its length, hash and number; 1 and -1 if there is none.</returns>
    private readonly (int Length, ulong Hash, int Id) FindStem(ReadOnlySpan<char> letters, bool isClassed)
    {
        var hash = FeatureHash.Append(FeatureHash.Seed, letters[0]);
        var stem = (Length: 1, Hash: 0UL, Id: -1);
        for (var n = 1; n < Math.Min(letters.Length, TextScanner.LongestStem); n++)
        {
            hash = FeatureHash.Append(hash, letters[n]);
            if (_vocabulary.Find(hash) is >= 0 and var id && (!isClassed || _vocabulary.ClassOf(id) != WordClass.None))
            {
                stem = (n + 1, hash, id);
            }
        }

        return stem;
    }

    /// <summary>Korean glues particles and endings to a word: the longest beginning of it that has a class, two syllables at least, is read before it.</summary>
    private bool TryKoreanStem(ReadOnlySpan<char> word, ulong whole, int id)
    {
        var (length, found, stem) = FindStem(word, isClassed: true);
        if (stem < 0)
        {
            return false;
        }

        var after = EmitStem(word[..length], found, stem);
        Emit(word, whole, id, isCounted: false);
        _previousClass = after;
        return true;
    }

    private static bool IsHangul(char c) => c is >= '\uAC00' and <= '\uD7A3';

    private void EmitSymbol(ulong hash) => Emit(default, hash, -1);

    private void Emit(ReadOnlySpan<char> word, ulong hash, int id, bool isCounted = true)
    {
        if (isCounted)
        {
            CountLanguage(word, id);
        }

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

        var context = _person + (_quotedWords > 0 || _isReported ? 4 : 0);
        if (!word.IsEmpty)
        {
            Sink.Feature(FeatureHash.InContext(hash, context), FeatureKind.WordInContext);
        }

        var isAfterClass = _previousClass != 0;
        _previousClass = 0;
        var wordClass = id < 0 ? WordClass.None : _vocabulary.ClassOf(id);
        if (wordClass != WordClass.None)
        {
            EmitClass(wordClass, context);

            // "If somebody said you are ...", "they call me ...": the rest of the sentence is somebody else's, with or without quotation marks (R7).
            _isReported |= wordClass == WordClass.Say && (_person == WordClass.ThirdPerson || isAfterClass);
            EmitGroup(WordGroup.Of(_vocabulary.TraitsOf(id)));
        }

        if (_quotedWords > 0 && ++_quotedWords > MaxQuotedWords)
        {
            _quotedWords = 0;
        }

        _beforePrevious = _previous;
        _previous = hash;
        _afterBreak = false;
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
            _person = WordClass.PersonOf(wordClass);
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

    /// <summary>What the group of a word's class says, in this form of sentence and after the groups before it.</summary>
    private void EmitGroup(byte group)
    {
        if (group == WordGroup.None)
        {
            return;
        }

        var hash = FeatureHash.OfGroup(group);
        Sink.Feature(FeatureHash.InContext(hash, 64 + _forms), FeatureKind.Group);
        if (_lastGroup != 0)
        {
            var pair = FeatureHash.Sequence(_lastGroup, hash);
            Sink.Feature(pair, FeatureKind.Group);
            Sink.Feature(FeatureHash.InContext(pair, 64 + _forms), FeatureKind.Group);
        }

        // Three parts in a row: who, the deed, to whom.
        if (_groupBefore != 0 && _groupBefore != _lastGroup)
        {
            Sink.Feature(FeatureHash.Sequence(FeatureHash.Sequence(_groupBefore, _lastGroup), hash), FeatureKind.Group);
            Sink.Feature(FeatureHash.Gap(_groupBefore, hash), FeatureKind.Group);
        }

        if (_lastGroup != hash)
        {
            _groupBefore = _lastGroup;
        }

        _lastGroup = hash;
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

        // One language alone is written in Hangul, and it has more forms of a word than a vocabulary holds.
        if (id < 0 && IsHangul(word[0]))
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
        _isReported = false;
        _forms &= WordClass.LastingForms;
        _lastContent = 0;
        _contentBefore = 0;
        _afterBreak = true;
    }
}
