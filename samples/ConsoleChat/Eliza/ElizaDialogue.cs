namespace ConsoleChat.Eliza;

/// <summary>
/// One conversation with ELIZA, after Joseph Weizenbaum, "ELIZA - a computer program for the study of natural language
/// communication between man and machine", Communications of the ACM 9(1), 1966: find the keyword of the highest rank, take the
/// sentence apart by its rules, put the parts together again in the next of its ways, and fall back on a memory or an empty phrase.
/// </summary>
internal sealed class ElizaDialogue(ElizaScript script)
{
    private readonly Dictionary<object, int> _uses = new(ReferenceEqualityComparer.Instance);
    private readonly Queue<string> _memory = new();

    /// <summary>Answers the next thing that the user said.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <returns>The reply.</returns>
    public string Answer(string text)
    {
        foreach (var clause in Sentence.Clauses(text))
        {
            var words = script.Before.Apply(clause);
            var keywords = Keywords(words);
            if (keywords.Count > 0)
            {
                // The first clause with a keyword decides; the others are not looked at.
                Remember(keywords, words);
                return Transform(keywords, words) ?? Fallback();
            }
        }

        return Fallback();
    }

    private List<ElizaKeyword> Keywords(IReadOnlyList<string> words) =>
        [.. words.Distinct().Where(script.Keywords.ContainsKey).Select(word => script.Keywords[word]).OrderByDescending(keyword => keyword.Rank)];

    private void Remember(IEnumerable<ElizaKeyword> keywords, IReadOnlyList<string> words)
    {
        foreach (var rule in keywords.SelectMany(keyword => keyword.Memories))
        {
            if (Parts(rule, words) is { } parts)
            {
                _memory.Enqueue(Assemble(Next(rule.Replies), parts));
                return;
            }
        }
    }

    private string? Transform(IEnumerable<ElizaKeyword> keywords, IReadOnlyList<string> words)
    {
        foreach (var keyword in keywords)
        {
            if (Transform(keyword, words, []) is { } reply)
            {
                return reply;
            }
        }

        return null;
    }

    private string? Transform(ElizaKeyword keyword, IReadOnlyList<string> words, HashSet<ElizaKeyword> seen)
    {
        // A script that goes round in circles ends up with the next keyword instead of never.
        if (!seen.Add(keyword))
        {
            return null;
        }

        foreach (var rule in keyword.Rules)
        {
            if (Parts(rule, words) is { } parts)
            {
                var reply = Next(rule.Replies);
                return reply == ElizaRule.NextKeyword ? null
                    : reply[0] == '=' ? Transform(script.Keywords[reply[1..]], words, seen)
                    : Assemble(reply, parts);
            }
        }

        return null;
    }

    private string Fallback() => _memory.TryDequeue(out var memory) ? memory : Next(script.Defaults);

    private IReadOnlyList<IReadOnlyList<string>>? Parts(ElizaRule rule, IReadOnlyList<string> words) =>
        new ElizaPattern(rule.Pattern, script.Groups).Match(words);

    private string Next(IReadOnlyList<string> replies)
    {
        var uses = _uses.GetValueOrDefault(replies);
        _uses[replies] = uses + 1;
        return replies[uses % replies.Count];
    }

    private string Assemble(string reply, IReadOnlyList<IReadOnlyList<string>> parts)
    {
        for (var i = 0; i < parts.Count; i++)
        {
            reply = reply.Replace($"{{{i + 1}}}", string.Join(' ', script.Reflection.Apply(parts[i])), StringComparison.Ordinal);
        }

        return char.ToUpperInvariant(reply[0]) + reply[1..];
    }
}
