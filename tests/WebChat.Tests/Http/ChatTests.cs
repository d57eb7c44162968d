using System.Net;
using System.Text.Json;
using static WebChat.Tests.PhraseClassifier;

namespace WebChat.Tests.Http;

/// <summary>What the server does for the page, and for whoever is not the page.</summary>
public class ChatTests
{
    private RunningChat _chat = null!;
    private ChatVisitor _ann = null!;

    [SetUp]
    public async Task Start()
    {
        _chat = new RunningChat();
        _ann = await ChatVisitor.ComeAsync(_chat);
    }

    [TearDown]
    public async Task Stop()
    {
        _ann.Dispose();
        await _chat.DisposeAsync();
    }

    [Test]
    public async Task ELIZA_answers_in_pieces_and_the_server_keeps_what_was_said()
    {
        var id = await _ann.BeginAsync();

        var events = await _ann.SayAsync(id, "My boss yelled at me today.");

        events[^1].Type.Should().Be("completed");
        events.Should().HaveCountGreaterThan(2);
        var messages = await MessagesAsync(id);
        messages.Should().HaveCount(2);
        messages[0].GetProperty("text").GetString().Should().Be("My boss yelled at me today.");
        messages[1].GetProperty("text").GetString().Should().Be(string.Concat(events.SkipLast(1).Select(item => item.Data.GetProperty("text").GetString())));
    }

    [Test]
    public async Task R2_abuse_is_redirected_warned_and_ended_and_R11_stays_ended()
    {
        var id = await _ann.BeginAsync();
        await _ann.SayAllAsync(id, InsultOne, InsultTwo);
        (await PhaseAsync(id)).Should().Be("redirecting");

        (await _ann.SayAsync(id, InsultThree)).Should().Contain(item => item.Type == "notice" && item.Data.GetProperty("kind").GetString() == "warning");
        (await PhaseAsync(id)).Should().Be("warned");

        (await _ann.SayAsync(id, InsultFour)).Should().ContainSingle().Which.Type.Should().Be("conversation-ended");
        (await _ann.SayAsync(id, "Hello?")).Should().ContainSingle().Which.Data.GetProperty("isRepeat").GetBoolean().Should().BeTrue();
        (await _ann.GetAsync($"/api/conversations/{id}")).GetProperty("ending").GetProperty("reason").GetString().Should().Be("persistent_abuse");
    }

    [Test]
    public async Task R11_a_branch_from_before_the_violations_begins_clean_and_both_are_listed()
    {
        var id = await _ann.BeginAsync();
        await _ann.SayAsync(id, "Hello");
        await _ann.SayAllAsync(id, Insults);
        var first = (await MessagesAsync(id)).First(message => message.GetProperty("text").GetString() == InsultOne).GetProperty("id").GetString()!;

        var branch = await _ann.BranchAsync(id, first);

        (await _ann.SayAsync(branch, "I am sorry about today."))[^1].Type.Should().Be("completed");
        (await MessagesAsync(branch)).Should().HaveCount(4);
        var listed = (await _ann.GetAsync("/api/conversations")).EnumerateArray().ToList();
        listed.Select(one => (one.GetProperty("id").GetString(), one.GetProperty("phase").GetString())).Should().Equal((id, "ended"), (branch, "engaged"));
        listed[1].GetProperty("parent").GetString().Should().Be(id);
        listed[1].GetProperty("title").GetString().Should().Be("I am sorry about today.");
    }

    [Test]
    public async Task R11_a_branch_from_the_last_message_is_as_near_to_the_end_as_the_conversation_was()
    {
        var id = await _ann.BeginAsync();
        await _ann.SayAllAsync(id, Insults);
        var last = (await MessagesAsync(id)).Last(message => message.GetProperty("role").GetString() == "user").GetProperty("id").GetString()!;

        var branch = await _ann.BranchAsync(id, last);

        (await PhaseAsync(branch)).Should().Be("warned");
    }

    [Test]
    public async Task R5_a_crisis_brings_help_once_and_nothing_said_in_it_ends_the_conversation()
    {
        var id = await _ann.BeginAsync();

        (await _ann.SayAsync(id, Crisis)).Should().ContainSingle(item => item.Type == "notice").Which.Data.GetProperty("kind").GetString().Should().Be("help_resources");
        foreach (var insult in Insults.Concat(Insults))
        {
            (await _ann.SayAsync(id, insult)).Select(item => item.Type).Should().NotContain("notice").And.EndWith("completed");
        }

        (await PhaseAsync(id)).Should().NotBe("ended");
    }

    [Test]
    public async Task A_visitor_finds_no_conversation_of_another()
    {
        using var bob = await ChatVisitor.ComeAsync(_chat);
        var id = await _ann.BeginAsync();
        await _ann.SayAsync(id, "Hello");

        (await bob.StatusOfAsync($"/api/conversations/{id}")).Should().Be(HttpStatusCode.NotFound);
        (await bob.StatusOfAsync($"/api/conversations/{id}/guard")).Should().Be(HttpStatusCode.NotFound);
        (await bob.PostAsync($"/api/conversations/{id}/messages", new { text = "Hello" })).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await bob.PostAsync($"/api/conversations/{id}/branches", new { messageId = "x" })).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await bob.GetAsync("/api/conversations")).GetArrayLength().Should().Be(0);
    }

    [Test]
    public async Task A_request_that_is_not_the_pages_is_refused()
    {
        var id = await _ann.BeginAsync();
        _ann.ForgetToken();

        (await _ann.PostAsync("/api/conversations")).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await _ann.PostAsync($"/api/conversations/{id}/messages", new { text = "Hello" })).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await _ann.PostAsync($"/api/conversations/{id}/guard/appeal", new { comment = "x" })).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task What_is_said_of_the_history_is_not_read()
    {
        var id = await _ann.BeginAsync();
        await _ann.SayAllAsync(id, InsultOne, InsultTwo, InsultThree);

        var response = await _ann.PostAsync($"/api/conversations/{id}/messages", new { text = InsultFour, messages = Array.Empty<object>(), history = Array.Empty<object>() });

        (await response.Content.ReadAsStringAsync()).Should().StartWith("event: conversation-ended");
    }

    [TestCase("", HttpStatusCode.BadRequest)]
    [TestCase("   ", HttpStatusCode.BadRequest)]
    [TestCase(null, HttpStatusCode.BadRequest)]
    [TestCase("long", HttpStatusCode.RequestEntityTooLarge)]
    public async Task A_message_without_words_or_with_too_many_is_refused(string? text, HttpStatusCode status)
    {
        var id = await _ann.BeginAsync();

        (await _ann.PostAsync($"/api/conversations/{id}/messages", new { text = text == "long" ? new string('x', 4_001) : text })).StatusCode.Should().Be(status);

        (await MessagesAsync(id)).Should().BeEmpty();
    }

    [TestCase("/")]
    [TestCase("/operator.html")]
    [TestCase("/chat.js")]
    [TestCase("/api/session")]
    public async Task Every_answer_forbids_foreign_and_inline_script(string path)
    {
        using var client = new HttpClient { BaseAddress = _chat.Address };

        using var response = await client.GetAsync(new Uri(path, UriKind.Relative));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Headers.GetValues("Content-Security-Policy").Should().ContainSingle().Which
            .Should().Contain("default-src 'none'").And.Contain("script-src 'self'").And.NotContain("unsafe");
        response.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
    }

    [Test]
    public async Task R19_an_appeal_that_is_granted_lets_the_conversation_go_on_and_what_ended_it_does_not_count_again()
    {
        var id = await _ann.BeginAsync();
        await _ann.SayAllAsync(id, Insults);
        (await _ann.PostAsync($"/api/conversations/{id}/guard/appeal", new { comment = "We were rehearsing a play.", includeMessages = true })).StatusCode.Should().Be(HttpStatusCode.Created);
        using var operators = await ChatVisitor.ComeAsync(_chat);
        var appeal = (await operators.GetAsync("/api/operator/appeals"))[0];

        (await operators.PostAsync($"/api/conversations/{id}/guard/reinstate", new { appealId = appeal.GetProperty("id").GetString() })).StatusCode.Should().Be(HttpStatusCode.OK);

        (await _ann.GetAsync($"/api/conversations/{id}")).TryGetProperty("ending", out var ending).Should().BeTrue();
        ending.ValueKind.Should().Be(JsonValueKind.Null);
        (await _ann.SayAsync(id, "Thank you."))[^1].Type.Should().Be("completed");
        (await PhaseAsync(id)).Should().Be("engaged");
        var kept = JsonElement.Parse((await File.ReadAllLinesAsync(_chat.GrantedFile)).Should().ContainSingle().Subject);
        kept.GetProperty("messages").EnumerateArray().Where(message => message.GetProperty("role").GetString() == "user")
            .Select(message => message.GetProperty("content").GetString()).Should().Equal(Insults);
    }

    [Test]
    public async Task The_operators_view_counts_what_the_guard_does()
    {
        var id = await _ann.BeginAsync();
        await _ann.SayAllAsync(id, Insults);
        var other = await _ann.BeginAsync();
        await _ann.SayAllAsync(other, InsultOne, "Hello", "How are you?", "Tell me more.");
        await _ann.SayAsync(await _ann.BeginAsync(), Crisis);

        var picture = await PictureAsync();

        picture.GetProperty("crisisHolds").GetInt32().Should().Be(1);
        var phases = picture.GetProperty("phases");
        (phases.GetProperty("ended").GetInt32(), phases.GetProperty("engaged").GetInt32(), phases.GetProperty("warned").GetInt32()).Should().Be((1, 2, 0));
        var totals = picture.GetProperty("totals");
        int Total(string kind) => totals.GetProperty(kind).GetInt32();
        (Total("turn"), Total("redirection"), Total("warning"), Total("end"), Total("recovery"), Total("crisis")).Should().Be((9, 3, 1, 1, 1, 1));
        picture.GetRawText().Should().NotContainAny("idiot", "garbage", "live anymore");
    }

    [Test]
    public async Task The_operators_view_is_for_operators()
    {
        await using var elsewhere = new RunningChat(("OperatorsAreLocal", "false"));
        using var visitor = await ChatVisitor.ComeAsync(elsewhere);

        visitor.Session.GetProperty("isOperator").GetBoolean().Should().BeFalse();
        (await visitor.StatusOfAsync("/api/operator/live")).Should().Be(HttpStatusCode.Forbidden);
        (await visitor.StatusOfAsync("/api/operator/appeals")).Should().Be(HttpStatusCode.Forbidden);
        (await visitor.PostAsync("/api/conversations/x/guard/reinstate", new { conversationKey = "x" })).StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    private async Task<JsonElement> PictureAsync()
    {
        using var client = new HttpClient { BaseAddress = _chat.Address };
        using var reader = new StreamReader(await client.GetStreamAsync(new Uri("/api/operator/live", UriKind.Relative)));
        return JsonElement.Parse((await reader.ReadLineAsync())!["data: ".Length..]);
    }

    private async Task<List<JsonElement>> MessagesAsync(string id) => [.. (await _ann.GetAsync($"/api/conversations/{id}")).GetProperty("messages").EnumerateArray()];

    private async Task<string?> PhaseAsync(string id) => (await _ann.GetAsync($"/api/conversations/{id}")).GetProperty("phase").GetString();
}
