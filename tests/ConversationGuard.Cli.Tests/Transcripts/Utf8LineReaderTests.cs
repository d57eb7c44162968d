using System.Text;
using ConversationGuard.Cli.Tests.Doubles;
using ConversationGuard.Transcripts;

namespace ConversationGuard.Cli.Tests.Transcripts;

public sealed class Utf8LineReaderTests
{
    private static readonly string[] _texts = ["", "\n", "a", "a\n", "a\nb", "a\r\nb\r\n", "\n\na\n\n", "a\rb\n", "\r\n", "\uFEFF", "\uFEFFa\nb", "a\n\uFEFFb"];

    [Test]
    public async Task The_lines_of_any_text_are_those_of_a_text_reader_however_it_arrives(
        [ValueSource(nameof(_texts))] string text, [Values(1, 2, 3, 7, 100_000)] int chunk)
    {
        (await ReadAsync(Encoding.UTF8.GetBytes(text), chunk)).Should().Equal(Expected(text));
    }

    [Test]
    public async Task Lines_longer_than_the_buffer_are_whole()
    {
        string[] lines = [new('x', 300_000), "short", new('y', 70_000)];

        (await ReadAsync(Encoding.UTF8.GetBytes(string.Join('\n', lines)), 10_000)).Should().Equal(lines);
    }

    [Test]
    public async Task A_line_that_is_too_long_is_passed_over_and_numbered([Values("", "\n", "\nafter")] string rest)
    {
        var text = Encoding.UTF8.GetBytes($"before\n{new string('x', 1_000_000)}{rest}");

        (await ReadAsync(text, 50_000, maximumLength: 1_000)).Should().Equal(rest.Length > 1 ? ["before", "too long", "after"] : ["before", "too long"]);
    }

    [Test]
    public async Task A_line_of_exactly_the_allowed_length_is_read() => (await ReadAsync("abcd\nabcde\n"u8.ToArray(), 100, maximumLength: 4)).Should().Equal("abcd", "too long");

    [Test]
    public async Task Utf_16_is_told_from_utf_8([Values] bool bigEndian)
    {
        var encoding = new UnicodeEncoding(bigEndian, byteOrderMark: true);
        var reading = () => ReadAsync([.. encoding.GetPreamble(), .. encoding.GetBytes("a\n")], 100);

        await reading.Should().ThrowAsync<InvalidDataException>().WithMessage("*UTF-16*");
    }

    [Test]
    public async Task Whether_the_next_line_is_there_already_is_known()
    {
        var reader = new Utf8LineReader(new ChunkedStream("a\nb\nc\n"u8.ToArray(), chunk: 4));

        await reader.ReadAsync();
        reader.IsNextBuffered.Should().BeTrue();
        await reader.ReadAsync();
        reader.IsNextBuffered.Should().BeFalse();
    }

    private static List<string> Expected(string text)
    {
        // A text reader takes a lone CR for a line's end too, which JSON lines do not have.
        using var reader = new StringReader(text.TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '?'));
        var lines = new List<string>();
        while (reader.ReadLine() is { } line)
        {
            lines.Add(line.Replace('?', '\r'));
        }

        return lines;
    }

    private static async Task<List<string>> ReadAsync(byte[] text, int chunk, int maximumLength = Utf8LineReader.DefaultMaximumLength)
    {
        var reader = new Utf8LineReader(new ChunkedStream(text, chunk), maximumLength);
        var lines = new List<string>();
        while (await reader.ReadAsync())
        {
            reader.Number.Should().Be(lines.Count + 1);
            lines.Add(reader.IsTooLong ? "too long" : Encoding.UTF8.GetString(reader.Line.Span));
        }

        (await reader.ReadAsync()).Should().BeFalse("the end stays the end");
        return lines;
    }
}
