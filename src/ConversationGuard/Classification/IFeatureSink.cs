namespace ConversationGuard.Classification;

/// <summary>Takes what the scanner finds. The classifier adds up weights; the trainer collects the features.</summary>
internal interface IFeatureSink
{
    /// <summary>A word. What it says wherever it stands, by its letters, its class and the group of that, is for the sink to add.</summary>
    /// <param name="word">Its letters; empty if it is a symbol or a number, which has no letters to look at.</param>
    /// <param name="hash">Its hash.</param>
    /// <param name="id">Its place in the vocabulary, or -1.</param>
    void Word(ReadOnlySpan<char> word, ulong hash, int id);

    /// <summary>A feature made of several words.</summary>
    /// <param name="hash">Its hash.</param>
    /// <param name="kind">What it is made of.</param>
    void Feature(ulong hash, FeatureKind kind);

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
    Group,
    Edge,
}
