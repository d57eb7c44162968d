namespace ConsoleChat.Eliza;

/// <summary>All that ELIZA knows, as data. The program around it knows nothing about psychotherapy.</summary>
internal sealed record ElizaScript
{
    /// <summary>Gets what is said before the user has said anything.</summary>
    public required string Greeting { get; init; }

    /// <summary>Gets the replacements in what the user wrote, before keywords are looked for.</summary>
    public required WordSubstitution Before { get; init; }

    /// <summary>Gets the replacements in a part of the user's sentence that is said back: "my" becomes "your".</summary>
    public required WordSubstitution Reflection { get; init; }

    /// <summary>Gets the words that a pattern may name together, as "@family".</summary>
    public required IReadOnlyDictionary<string, IReadOnlySet<string>> Groups { get; init; }

    /// <summary>Gets the keywords by the word.</summary>
    public required IReadOnlyDictionary<string, ElizaKeyword> Keywords { get; init; }

    /// <summary>Gets the replies where no keyword was found and nothing is remembered, in turn.</summary>
    public required IReadOnlyList<string> Defaults { get; init; }

    /// <summary>Gets the replies to a turn that the instructions ask to redirect, in turn.</summary>
    public required IReadOnlyList<string> Redirections { get; init; }

    /// <summary>Gets the replies to someone who, say the instructions, may be at risk, in turn.</summary>
    public required IReadOnlyList<string> Comforts { get; init; }
}

/// <summary>A word to react to; where several are found, the highest rank comes first.</summary>
/// <param name="Word">The word.</param>
/// <param name="Rank">How strongly it pulls.</param>
/// <param name="Rules">What to say, by the shape of the sentence; the first pattern that fits is taken.</param>
internal sealed record ElizaKeyword(string Word, int Rank, IReadOnlyList<ElizaRule> Rules)
{
    /// <summary>Gets the rules whose replies are kept for a later moment when nothing else comes to mind.</summary>
    public IReadOnlyList<ElizaRule> Memories { get; init; } = [];
}

/// <summary>A decomposition of a sentence and its reassemblies, used in turn.</summary>
/// <param name="Pattern">The shape of the sentence, see <see cref="ElizaPattern"/>.</param>
/// <param name="Replies">
/// Texts in which {1}, {2} are the parts of the sentence; or <c>=word</c>: go on with the rules of that keyword; or
/// <see cref="NextKeyword"/>: go on with the keyword of the next lower rank.
/// </param>
internal sealed record ElizaRule(string Pattern, params IReadOnlyList<string> Replies)
{
    public const string NextKeyword = "=>";
}
