namespace ConversationGuard.Classification;

/// <summary>Takes character n-grams.</summary>
internal interface IGramSink
{
    /// <summary>A character n-gram.</summary>
    /// <param name="hash">Its hash.</param>
    void Gram(ulong hash);
}

/// <summary>Names the character n-grams of a word.</summary>
internal static class CharacterGrams
{
    private const int Shortest = 3;
    private const int Longest = 5;

    /// <summary>The longest word that is looked at by its n-grams.</summary>
    public const int LongestWord = 24;

    /// <summary>Gives the hashes of a word's character n-grams, the word's edges included.</summary>
    public static void Of<TSink>(ReadOnlySpan<char> word, ref TSink sink)
        where TSink : struct, IGramSink
    {
        var length = word.Length + 2;
        var shortest = word[0] < '\u0250' ? Shortest : Shortest - 1;
        for (var start = 0; start + shortest <= length; start++)
        {
            var hash = FeatureHash.GramSeed;
            var end = Math.Min(length, start + shortest + (Longest - Shortest));
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
