using ConsoleChat.Playback;

namespace ConsoleChat.Tests.Playback;

public sealed class TranscriptTests
{
    [Test]
    public async Task The_user_turns_of_each_conversation_are_read()
    {
        var transcript = await ReadAsync(
            """{"id":"a","messages":[{"role":"system","content":"s"},{"role":"user","content":"one"},{"role":"assistant","content":null},{"role":"user","content":"two"}],"more":1}""",
            "",
            """{"id":7,"messages":[]}""",
            """{"messages":[{"role":"user","content":""}]}""");

        transcript.BadLines.Should().BeEmpty();
        transcript.Conversations.Should().BeEquivalentTo(
            new RecordedConversation[] { new(1, "a", ["one", "two"]), new(3, "7", []), new(4, "line 4", [""]) },
            options => options.WithStrictOrdering());
    }

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
    [TestCase("""{"messages":[{"role":"secret","content":""}]}""", "message 1 has an unknown role; there are user, assistant, system, developer, tool")]
    [TestCase("""{"messages":[{"role":"user"}]}""", "message 1 has no \"content\"")]
    [TestCase("""{"messages":[{"role":"user","content":["secret"]}]}""", "the content of message 1 is not a text")]
    [TestCase("""{"messages":[{"role":"user","content":"secret \ud800"}]}""", "the content of message 1 is not valid Unicode")]
    public async Task A_bad_line_is_told_by_its_number_without_quoting_it_and_the_others_are_read(string line, string problem)
    {
        var transcript = await ReadAsync("""{"id":"a","messages":[]}""", "", line, """{"id":"b","messages":[]}""");

        transcript.BadLines.Should().Equal(new BadLine(3, problem));
        transcript.Conversations.Select(conversation => conversation.Id).Should().Equal("a", "b");
    }

    [Test]
    public async Task An_empty_file_has_no_conversations()
    {
        var transcript = await ReadAsync();

        transcript.Conversations.Should().BeEmpty();
        transcript.BadLines.Should().BeEmpty();
    }

    private static async Task<Transcript> ReadAsync(params string[] lines)
    {
        using var reader = new StringReader(string.Join('\n', lines));
        return await Transcript.ReadAsync(reader);
    }
}
