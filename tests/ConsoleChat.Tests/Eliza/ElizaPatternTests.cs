using ConsoleChat.Eliza;

namespace ConsoleChat.Tests.Eliza;

public sealed class ElizaPatternTests
{
    private static readonly Dictionary<string, IReadOnlySet<string>> _groups = new() { ["sad"] = new HashSet<string> { "sad", "blue" } };

    [TestCase("*", "anything at all", "anything at all")]
    [TestCase("*", "", "")]
    [TestCase("* i am *", "well i am here", "well|here")]
    [TestCase("* i am *", "i am", "|")]
    [TestCase("* i am +", "i am late again", "|late again")]
    [TestCase("* i am * @sad *", "i am so very blue today", "|so very|blue|today")]
    [TestCase("* you", "you and you", "you and")]
    [TestCase("* i * you", "i know i like you", "|know i like")]
    [TestCase("+ are +", "are we are you", "are we|you")]
    [TestCase("hello", "hello", "")]
    public void A_sentence_of_the_shape_is_taken_apart(string pattern, string sentence, string parts)
    {
        var match = new ElizaPattern(pattern, _groups).Match(sentence.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        match.Should().NotBeNull();
        string.Join('|', match!.Select(part => string.Join(' ', part))).Should().Be(parts);
    }

    [TestCase("* i am +", "i am")]
    [TestCase("* i am *", "you are here")]
    [TestCase("* i am * @sad *", "i am happy")]
    [TestCase("hello", "hello there")]
    [TestCase("hello", "")]
    [TestCase("+", "")]
    public void A_sentence_of_another_shape_does_not_match(string pattern, string sentence) =>
        new ElizaPattern(pattern, _groups).Match(sentence.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Should().BeNull();

    [Test]
    public void The_number_of_parts_is_that_of_every_match()
    {
        var pattern = new ElizaPattern("* i am * @sad +", _groups);

        pattern.Match("i am sad now".Split(' '))!.Count.Should().Be(pattern.Parts);
    }
}
