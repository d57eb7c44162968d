using ConsoleChat.Eliza;

namespace ConsoleChat.Tests.Eliza;

public sealed class SentenceTests
{
    [TestCase("Well, I don\u2019t know. Really!", "well|i don't know|really")]
    [TestCase("I tried but it FAILED", "i tried|it failed")]
    [TestCase("line one\nline two", "line one|line two")]
    [TestCase("a well-meant 'hint' -- no more", "a well-meant hint no more")]
    [TestCase("na\u00efve cafe\u0301", "na\u00efve cafe\u0301")]
    [TestCase("\U0001F600 ?!", "")]
    [TestCase("", "")]
    public void A_message_is_cut_into_clauses_of_words(string text, string clauses) =>
        string.Join('|', Sentence.Clauses(text).Select(words => string.Join(' ', words))).Should().Be(clauses);

    [Test]
    public void A_clause_without_end_is_cut_off() =>
        Sentence.Clauses(string.Join(' ', Enumerable.Repeat("word", 10_000))).Single().Should().HaveCount(Sentence.MaximumWords);
}
