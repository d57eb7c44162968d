namespace ConsoleChat.Tests;

public sealed class PrintableTests
{
    [Test]
    public void Escape_sequences_lose_their_power() => Printable.Text("a\u001b[31mb\u0007\r\n\tc").Should().Be("a[31mb\n\tc");

    [TestCase("short", "short")]
    [TestCase("exactly-12ch", "exactly-12ch")]
    [TestCase("  two\n\nlines ", "two lines")]
    [TestCase("this one is too long", "this one...")]
    [TestCase("12345678\U0001F600\U0001F600\U0001F600", "12345678...")]
    public void An_excerpt_is_one_short_line(string text, string excerpt) => Printable.Excerpt(text, 12).Should().Be(excerpt);
}
