using System.Globalization;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Tests.ChatCompletion;

public class WarningTests
{
    private const string Notice = "Please note: this conversation may be ended if this goes on (insults or harassment). I'm glad to continue with anything else.";

    public static IEnumerable<TestCaseData> Replies()
    {
        yield return Case("a plain reply", new ChatMessage(ChatRole.Assistant, "Let us talk."));
        yield return Case("a reply with an id", new ChatMessage(ChatRole.Assistant, "Let us talk.") { MessageId = "m1" });
        yield return Case("a reply in two parts", new ChatMessage(ChatRole.Assistant, [new TextContent("Let us"), new TextContent(" talk.")]) { MessageId = "m1" });
        yield return Case("an empty reply", new ChatMessage(ChatRole.Assistant, string.Empty));
        yield return Case("a reply without content", new ChatMessage(ChatRole.Assistant, (IList<AIContent>)[]));
        yield return Case("a picture", new ChatMessage(ChatRole.Assistant, [new DataContent("data:image/png;base64,AAAA")]) { MessageId = "m1" });
        yield return Case("reasoning alone", new ChatMessage(ChatRole.Assistant, [new TextReasoningContent("hm")]) { MessageId = "m1" });
        yield return Case("two messages", new ChatMessage(ChatRole.Assistant, "One.") { MessageId = "m1" }, new ChatMessage(ChatRole.Assistant, "Two.") { MessageId = "m2" });
        yield return Case(
            "text, then a picture",
            new ChatMessage(ChatRole.Assistant, "One.") { MessageId = "m1" },
            new ChatMessage(ChatRole.Assistant, [new DataContent("data:image/png;base64,AAAA")]) { MessageId = "m2" });
        yield return Case(
            "a tool call and its result",
            new ChatMessage(ChatRole.Assistant, [new TextContent("Let me look."), new FunctionCallContent("c1", "look")]) { MessageId = "m1" },
            new ChatMessage(ChatRole.Tool, [new FunctionResultContent("c1", "42")]) { MessageId = "m2" });
        yield return Case("no message");

        static TestCaseData Case(string name, params ChatMessage[] messages) => new TestCaseData([messages]).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Replies))]
    public async Task R4_the_notice_reaches_the_user_whatever_the_model_writes_and_alike_on_both_paths(ChatMessage[] reply)
    {
        var texts = new List<string>();
        foreach (var path in Enum.GetValues<ChatPath>())
        {
            await using var chat = new GuardedChat(path);
            await chat.SayAllAsync("insult one", "insult two");
            chat.Model.Respond = (_, _) => new ChatResponse([.. reply.Select(message => message.Clone())]) { ResponseId = "r" };

            texts.Add((await chat.SayAsync("insult three")).Text);

            (await chat.StateAsync()).IsWarned.Should().BeTrue();
        }

        texts[1].Should().Be(texts[0]);
        texts[0].Should().EndWith(Notice);
        reply.All(message => texts[0].Contains(message.Text)).Should().BeTrue();
        if (reply is [.., { Text.Length: > 0 } last] && last.Role == ChatRole.Assistant)
        {
            texts[0].Should().EndWith(last.Text + "\n\n" + Notice);
        }
    }

    [Test]
    public async Task The_response_of_an_inner_client_is_not_changed_but_copied_with_all_it_says()
    {
        await using var chat = new GuardedChat(ChatPath.Whole);
        await chat.SayAllAsync("insult one", "insult two");
        var shared = new ChatResponse(new ChatMessage(ChatRole.Assistant, "Cached.") { AuthorName = "bot", MessageId = "m1" })
        {
            ResponseId = "r1",
            ModelId = "model",
            CreatedAt = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
            FinishReason = ChatFinishReason.Stop,
            Usage = new UsageDetails { TotalTokenCount = 7 },
            AdditionalProperties = new() { ["a"] = 1 },
        };
        chat.Model.Respond = (_, _) => shared;

        var response = await chat.SayAsync("insult three");

        shared.Text.Should().Be("Cached.");
        response.Text.Should().EndWith(Notice);
        response.Should().BeEquivalentTo(shared, options => options.Excluding(one => one.Messages).Excluding(one => one.Text));
        response.Messages.Should().ContainSingle().Which.Should().BeEquivalentTo(new { AuthorName = "bot", MessageId = "m1" });
    }

    [Test]
    public async Task The_streamed_notice_belongs_to_the_message_that_went_out_last()
    {
        await using var chat = new GuardedChat(ChatPath.Streaming);
        await chat.SayAllAsync("insult one", "insult two");
        chat.Model.Respond = (_, _) => new ChatResponse(new ChatMessage(ChatRole.Assistant, "Hm.") { MessageId = "m1", AuthorName = "bot" }) { ResponseId = "r1", ModelId = "model" };

        var updates = await chat.Client.GetStreamingResponseAsync([.. chat.History, new ChatMessage(ChatRole.User, "insult three")], chat.NewOptions()).ToListAsync();

        updates[^1].Should().BeEquivalentTo(new { MessageId = "m1", AuthorName = "bot", ResponseId = "r1", ModelId = "model", Role = ChatRole.Assistant, Text = "\n\n" + Notice });
    }

    [TestCase(ChatPath.Whole)]
    [TestCase(ChatPath.Streaming)]
    public async Task R4_the_model_is_told_not_to_write_a_notice_itself(ChatPath path)
    {
        await using var chat = new GuardedChat(path);

        await chat.SayAllAsync("insult one", "insult two", "insult three");

        chat.Model.Calls[2].Instructions.Should().Contain("insults or harassment").And.Contain("Do not write such a notice yourself");
    }

    [TestCase(ChatPath.Whole)]
    [TestCase(ChatPath.Streaming)]
    public async Task R4_the_notice_names_the_kind_of_behaviour_never_a_quotation(ChatPath path)
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two");

        var response = await chat.SayAsync("weapon zebra");

        response.Text.Should().Contain("help with violence or weapons").And.NotContain("zebra");
    }

    [TestCase(ChatPath.Whole)]
    [TestCase(ChatPath.Streaming)]
    public async Task R2_calm_turns_after_the_warning_are_answered_as_ever(ChatPath path)
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two", "insult three");

        var calm = await chat.SayAsync("all right, hello");
        var ended = await chat.EndsAtAsync("insult four");

        calm.Text.Should().Be("Reply 4");
        ended.RuleIds.Should().Contain("R2");
    }

    [TestCase(ChatPath.Whole)]
    [TestCase(ChatPath.Streaming)]
    public async Task R3_the_number_of_redirections_is_an_option(ChatPath path)
    {
        await using var chat = new GuardedChat(path, options => options.Redirections = 1);

        await chat.SayAsync("insult one");
        var warned = await chat.SayAsync("insult two");
        await chat.EndsAtAsync("insult three");

        warned.Text.Should().EndWith(Notice);
    }

    [TestCase(ChatPath.Whole)]
    [TestCase(ChatPath.Streaming)]
    public async Task R16_the_notice_is_in_the_language_of_the_call(ChatPath path)
    {
        var before = CultureInfo.CurrentUICulture;
        try
        {
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("de-AT");
            await using var chat = new GuardedChat(path);

            await chat.SayAllAsync("insult one", "insult two");
            var warned = await chat.SayAsync("insult three");

            warned.Text.Should().Contain("kann dieses Gespräch beendet werden").And.Contain("Beleidigungen");
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }
}
