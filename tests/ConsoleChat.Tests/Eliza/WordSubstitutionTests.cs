using ConsoleChat.Eliza;

namespace ConsoleChat.Tests.Eliza;

public sealed class WordSubstitutionTests
{
    private static readonly WordSubstitution _substitution = new(new Dictionary<string, string>
    {
        ["i"] = "you",
        ["you"] = "I",
        ["you $"] = "me",
        ["to you"] = "to me",
        ["you are"] = "I am",
    });

    [TestCase("i say you are here", "you say I am here")]
    [TestCase("i talk to you about it", "you talk to me about it")]
    [TestCase("i like you", "you like me")]
    [TestCase("you", "me")]
    [TestCase("nothing of it", "nothing of it")]
    [TestCase("", "")]
    public void Words_are_replaced_once_and_the_longest_phrase_first(string text, string expected) =>
        string.Join(' ', _substitution.Apply(text.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Should().Be(expected);
}
