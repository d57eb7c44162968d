using System.Text;
using ConversationGuard.Transcripts;

namespace ConversationGuard.Cli.Tests.Transcripts;

public sealed class TranscriptFormatTests
{
    [Test]
    public async Task Messages_are_read_in_their_order_with_their_roles()
    {
        var lines = await ReadAsync(
            """{"id":"a","messages":[{"role":"system","content":"s"},{"role":"user","content":"one"},{"role":"assistant","content":null},{"role":"tool","content":"t"},{"role":"user","content":"two"}],"more":1}""");

        lines.Single().Value!.Messages.Select(message => $"{message.Role}: {message.Text}").Should().Equal("system: s", "user: one", "assistant: ", "tool: t", "user: two");
    }

    [TestCase("""{"id":"a","messages":[]}""", "a", false)]
    [TestCase("""{"id":7.50,"messages":[]}""", "7.50", true)]
    [TestCase("""{"id":"7","messages":[]}""", "7", false)]
    [TestCase("""{"id":null,"messages":[]}""", "line 1", false)]
    [TestCase("""{"messages":[]}""", "line 1", false)]
    public async Task An_id_is_a_text_or_a_number_or_the_line_s_place(string line, string id, bool isNumber) =>
        (await ReadAsync(line)).Single().Value!.Id.Should().Be(new LineId(id, isNumber));

    [TestCase("""["one"]""", null)]
    [TestCase("""[]""", "")]
    [TestCase("""[{"type":"image_url","image_url":{"url":"x"}}]""", "")]
    [TestCase("""[{"type":"text","text":"one"},{"type":"image_url"},{"type":"text","text":"two"}]""", "one\ntwo")]
    [TestCase("""[{"type":"text","text":5}]""", null)]
    [TestCase("5", null)]
    [TestCase("{}", null)]
    public async Task Of_content_in_parts_the_texts_are_read(string content, string? text)
    {
        var line = (await ReadAsync($$"""{"messages":[{"role":"user","content":{{content}}}]}""")).Single();

        line.Value?.Messages.Single().Text.Should().Be(text);
        line.Problem.Should().Be(text is null ? "the content of message 1 is not a text" : null);
    }

    [TestCase("\"2026-01-02T03:04:05Z\"", true)]
    [TestCase("\"2026-01-02T04:04:05+01:00\"", true)]
    [TestCase("1767323045", true)]
    [TestCase("null", null)]
    [TestCase("\"yesterday\"", false)]
    [TestCase("1e300", false)]
    [TestCase("[]", false)]
    public async Task The_time_of_a_message_is_read(string time, bool? isGood)
    {
        foreach (var name in new[] { "createdAt", "created_at" })
        {
            var line = (await ReadAsync($$"""{"messages":[{"role":"user","content":"a","{{name}}":{{time}}}]}""")).Single();

            line.Value?.Messages.Single().CreatedAt.Should().Be(isGood == true ? new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero) : null);
            line.Problem.Should().Be(isGood == false ? "the time of message 1 is not one" : null);
        }
    }

    [Test]
    public async Task The_name_of_a_message_is_its_author() =>
        (await ReadAsync("""{"messages":[{"role":"user","name":"Ann","content":"a"}]}""")).Single().Value!.Messages.Single().AuthorName.Should().Be("Ann");

    [TestCase("{", "not valid JSON (at byte 1)")]
    [TestCase("secret words", "not valid JSON (at byte 0)")]
    [TestCase("""{"messages":[]} {"messages":[]}""", "not valid JSON (at byte 16)")]
    [TestCase("[]", "not a JSON object")]
    [TestCase("""{"id":"a"}""", "no list \"messages\"")]
    [TestCase("""{"id":"a","messages":"secret"}""", "no list \"messages\"")]
    [TestCase("""{"id":["secret"],"messages":[]}""", "\"id\" is not a text")]
    [TestCase("""{"messages":["secret"]}""", "message 1 has no \"role\"")]
    [TestCase("""{"messages":[{"content":"secret"}]}""", "message 1 has no \"role\"")]
    [TestCase("""{"messages":[{"role":"user","content":"secret"},{"role":3}]}""", "the role of message 2 is not a text")]
    [TestCase("""{"messages":[{"role":"secret","content":""}]}""", "message 1 has an unknown role; there are user, assistant, system, developer, tool, function")]
    [TestCase("""{"messages":[{"role":"user"}]}""", "message 1 has no \"content\"")]
    [TestCase("""{"messages":[{"role":"user","content":"secret \ud800"}]}""", "the content of message 1 is not valid Unicode")]
    public async Task A_bad_line_is_told_by_its_number_without_quoting_it_and_the_others_are_read(string line, string problem)
    {
        var lines = await ReadAsync("""{"id":"a","messages":[]}""", "", line, " \t", """{"id":"b","messages":[]}""");

        lines.Select(one => (one.Number, one.Problem)).Should().Equal((1, null), (3, problem), (5, null));
        lines.Select(one => one.Value?.Id.Value).Should().Equal("a", null, "b");
    }

    [Test]
    public async Task Bytes_that_are_no_utf_8_make_a_bad_line()
    {
        byte[] text = [.. "{\"id\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":\""u8, 0xC3, 0x28, .. "\"}]}\n{\"id\":\"b\",\"messages\":[]}\n"u8];

        (await ReadAsync(new MemoryStream(text))).Select(line => (line.Number, line.Problem)).Should().Equal((1, "not valid UTF-8"), (2, null));
    }

    [Test]
    public async Task What_is_nested_without_end_is_a_bad_line() =>
        (await ReadAsync("""{"messages":""" + new string('[', 100_000))).Single().Problem.Should().StartWith("not valid JSON");

    private static Task<List<JsonLine<RecordedConversation>>> ReadAsync(params string[] lines) => ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines))));

    private static async Task<List<JsonLine<RecordedConversation>>> ReadAsync(Stream stream)
    {
        var lines = new List<JsonLine<RecordedConversation>>();
        await foreach (var line in JsonLines.ReadAsync(new Utf8LineReader(stream), TranscriptFormat.Parse))
        {
            lines.Add(line);
        }

        return lines;
    }
}
