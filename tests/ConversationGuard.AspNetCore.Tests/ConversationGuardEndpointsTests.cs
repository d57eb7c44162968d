using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ConversationGuard.Transcripts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace ConversationGuard.AspNetCore.Tests;

/// <summary>The guard's handle over HTTP: who may do what, and what it does.</summary>
public class ConversationGuardEndpointsTests
{
    private GuardedHost? _host;

    [TearDown]
    public async Task Stop()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
            _host = null;
        }
    }

    [Test]
    public async Task To_know_a_key_is_not_enough_to_read_a_status()
    {
        await StartAsync();
        await _host!.EndAsync("chat-1");

        var known = await _host.GetAsync("/chats/chat-1/guard");
        var unknown = await _host.GetAsync("/chats/chat-2/guard");

        known.StatusCode.Should().Be(HttpStatusCode.NotFound);
        WithoutTrace(await known.Content.ReadAsStringAsync()).Should().Be(WithoutTrace(await unknown.Content.ReadAsStringAsync()));
    }

    [TestCase("/branch")]
    [TestCase("/feedback")]
    [TestCase("/appeal")]
    public async Task To_know_a_key_is_not_enough_to_do_anything(string path)
    {
        await StartAsync();
        await _host!.EndAsync("chat-1");

        (await _host.PostAsync($"/chats/chat-1/guard{path}", new { messages = Array.Empty<object>() })).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await _host.PostAsync($"/chats/chat-1/guard{path}", new { messages = Array.Empty<object>() }, "bob")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task R16_the_owner_reads_how_it_stands()
    {
        await StartAsync(OwnedByAnn);
        await _host!.SayAsync("chat-1", "insult one", "insult two", "insult three");
        (await JsonAsync(_host.GetAsync("/chats/chat-1/guard", "ann"))).GetProperty("phase").GetString().Should().Be("warned");

        await _host.EndAsync("chat-1");

        var status = await JsonAsync(_host.GetAsync("/chats/chat-1/guard", "ann"));
        status.GetProperty("phase").GetString().Should().Be("ended");
        status.GetProperty("isEnded").GetBoolean().Should().BeTrue();
        status.GetProperty("reason").GetString().Should().Be("persistent_abuse");
        status.GetProperty("nextSteps").GetArrayLength().Should().Be(4);
        (await _host.GetAsync("/chats/chat-1/guard", "bob")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task A_status_tells_no_score_no_rule_and_nothing_of_a_crisis()
    {
        await StartAsync(OwnedByAnn);
        await _host!.SayAsync("chat-1", "insult one", "crisis");

        var status = await (await _host.GetAsync("/chats/chat-1/guard", "ann")).Content.ReadAsStringAsync();

        status.Should().NotContainAny("0.97", "R2", "risis", "harassment", "insult");
    }

    [Test]
    public async Task A_key_that_is_joined_with_the_user_is_the_callers_own()
    {
        await StartAsync(key: builder => builder.Services.AddHttpConversationKey(options => options.Name = "conversationKey"));
        await _host!.EndAsync("3:ann:chat-1");

        (await JsonAsync(_host.GetAsync("/chats/chat-1/guard", "ann"))).GetProperty("isEnded").GetBoolean().Should().BeTrue();
        (await JsonAsync(_host.GetAsync("/chats/chat-1/guard", "bob"))).GetProperty("isEnded").GetBoolean().Should().BeFalse();
        (await _host.GetAsync("/chats/chat-1/guard")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await _host.GetAsync("/chats/3:ann:chat-1/guard")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Nobody_reinstates_unless_the_host_sets_a_policy()
    {
        await StartAsync(OwnedByAnn);
        await _host!.EndAsync("chat-1");

        (await _host.PostAsync("/chats/chat-1/guard/reinstate", new { }, "operator")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await _host.PostAsync("/chats/chat-1/guard/reinstate", new { }, "ann")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await _host.Guard.GetStatusAsync("chat-1")).Ending.Should().NotBeNull();
    }

    [Test]
    public async Task Only_those_whom_the_policy_lets_reinstate()
    {
        await StartAsync(options => options.ReinstatePolicy = "operators");
        await _host!.EndAsync("chat-1");

        (await _host.PostAsync("/chats/chat-1/guard/reinstate", new { })).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await _host.PostAsync("/chats/chat-1/guard/reinstate", new { }, "ann")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await _host.Guard.GetStatusAsync("chat-1")).Ending.Should().NotBeNull();

        (await JsonAsync(_host.PostAsync("/chats/chat-1/guard/reinstate", new { }, "operator"))).GetProperty("phase").GetString().Should().Be("engaged");
        (await _host.Guard.GetStatusAsync("chat-1")).Ending.Should().BeNull();
    }

    [Test]
    public async Task There_is_nothing_to_say_about_a_conversation_that_was_neither_warned_nor_ended()
    {
        await StartAsync(OwnedByAnn);
        await _host!.SayAsync("chat-1", "insult one");

        (await _host.PostAsync("/chats/chat-1/guard/feedback", new { isFair = false }, "ann")).StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await _host.PostAsync("/chats/chat-1/guard/appeal", new { comment = "why" }, "ann")).StatusCode.Should().Be(HttpStatusCode.Conflict);
        File.Exists(_host.FilePath("conversation-feedback.jsonl")).Should().BeFalse();
    }

    [Test]
    public async Task R19_feedback_on_a_warning_is_kept_without_any_message()
    {
        await StartAsync(OwnedByAnn);
        await _host!.SayAsync("chat-1", "insult one", "insult two", "insult three");

        (await _host.PostAsync("/chats/chat-1/guard/feedback", new { isFair = false, comment = "It was a joke." }, "ann")).StatusCode.Should().Be(HttpStatusCode.Created);

        var line = (await File.ReadAllLinesAsync(_host.FilePath("conversation-feedback.jsonl"))).Should().ContainSingle().Subject;
        var entry = JsonElement.Parse(line);
        entry.GetProperty("kind").GetString().Should().Be("feedback");
        entry.GetProperty("phase").GetString().Should().Be("warned");
        entry.GetProperty("category").GetString().Should().Be("harassment");
        entry.GetProperty("comment").GetString().Should().Be("It was a joke.");
        line.Should().NotContain("insult");
    }

    [Test]
    public async Task R19_an_appeal_keeps_messages_only_if_they_are_sent_with_it([Values] bool includes)
    {
        await StartAsync(OwnedByAnn);
        await _host!.EndAsync("chat-1");

        await _host.PostAsync("/chats/chat-1/guard/appeal", new { includeMessages = includes, messages = Messages("insult one", "insult two") }, "ann");

        var line = (await File.ReadAllLinesAsync(_host.FilePath("conversation-feedback.jsonl"))).Should().ContainSingle().Subject;
        line.Contains("insult one").Should().Be(includes);
    }

    [Test]
    public async Task While_an_appeal_is_open_there_is_no_second_one()
    {
        await StartAsync(OwnedByAnn);
        await _host!.EndAsync("chat-1");

        var first = await JsonAsync(_host.PostAsync("/chats/chat-1/guard/appeal", new { comment = "please" }, "ann"));
        var second = await JsonAsync(_host.PostAsync("/chats/chat-1/guard/appeal", new { comment = "please!" }, "ann"));

        second.GetProperty("id").GetString().Should().Be(first.GetProperty("id").GetString());
    }

    [Test]
    public async Task An_appeal_that_is_granted_forgives_and_leaves_a_labelled_conversation_to_replay()
    {
        await StartAsync(options => (options.IsOwner, options.ReinstatePolicy) = (IsAnn, "operators"));
        await _host!.EndAsync("chat-1");
        var appeal = await JsonAsync(_host.PostAsync("/chats/chat-1/guard/appeal", new { includeMessages = true, messages = Messages("insult one", "insult two") }, "ann"));
        var id = appeal.GetProperty("id").GetString();

        (await JsonAsync(_host.PostAsync("/chats/chat-1/guard/reinstate", new { appealId = id }, "operator"))).GetProperty("isEnded").GetBoolean().Should().BeFalse();

        (await _host.Guard.GetStatusAsync("chat-1")).State.Violations.Should().BeEmpty();
        var conversation = JsonElement.Parse((await File.ReadAllLinesAsync(_host.FilePath("conversation-appeals-granted.jsonl"))).Should().ContainSingle().Subject);
        conversation.GetProperty("id").GetString().Should().Be(id);
        conversation.GetProperty("label").GetString().Should().Be(JsonLinesFeedbackStore.GrantedLabel);
        TranscriptFormat.Parse(conversation, line: 1).Should().BeEquivalentTo(new { Id = new LineId(id!), Line = 1 }, "the replay reads it");
        TranscriptFormat.Parse(conversation, line: 1).Messages.Select(message => (message.Role, message.Text)).Should().Equal((ChatRole.User, "insult one"), (ChatRole.User, "insult two"));
        (await _host.PostAsync("/chats/chat-1/guard/reinstate", new { appealId = id }, "operator")).StatusCode.Should().Be(HttpStatusCode.NotFound, "it is granted once");
        (await File.ReadAllLinesAsync(_host.FilePath("conversation-feedback.jsonl"))).Should().HaveCount(2);
    }

    [Test]
    public async Task An_appeal_is_granted_by_the_guard_that_looks_after_the_conversation_and_by_no_other()
    {
        await StartAsync(
            options => (options.IsOwner, options.ReinstatePolicy) = (IsAnn, "operators"),
            builder => builder.Services.AddConversationGuard("other", _ => { }),
            app => app.MapConversationGuard("/other", options => (options.GuardName, options.ReinstatePolicy) = ("other", "operators")));
        await _host!.EndAsync("chat-1");
        var id = (await JsonAsync(_host.PostAsync("/chats/chat-1/guard/appeal", new { comment = "please" }, "ann"))).GetProperty("id").GetString();

        (await _host.PostAsync("/other/reinstate", new { appealId = id }, "operator")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await _host.Guard.GetStatusAsync("chat-1")).Ending.Should().NotBeNull();
        (await _host.PostAsync("/chats/chat-1/guard/reinstate", new { appealId = id }, "operator")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await _host.Guard.GetStatusAsync("chat-1")).Ending.Should().BeNull();
    }

    [Test]
    public async Task R19_an_appeal_without_messages_leaves_no_conversation_when_it_is_granted()
    {
        await StartAsync(options => (options.IsOwner, options.ReinstatePolicy) = (IsAnn, "operators"));
        await _host!.EndAsync("chat-1");
        var appeal = await JsonAsync(_host.PostAsync("/chats/chat-1/guard/appeal", new { comment = "please" }, "ann"));

        await _host.PostAsync("/chats/chat-1/guard/reinstate", new { appealId = appeal.GetProperty("id").GetString() }, "operator");

        (await _host.Guard.GetStatusAsync("chat-1")).Ending.Should().BeNull();
        File.Exists(_host.FilePath("conversation-appeals-granted.jsonl")).Should().BeFalse();
    }

    [Test]
    public async Task R11_a_branch_from_before_the_violations_is_untouched_and_one_with_all_of_them_has_ended()
    {
        await StartAsync(OwnedByAnn);
        await _host!.SayAsync("chat-1", "hello", "insult one", "insult two", "insult three", "insult four");
        var ids = new[] { "m0", "m2", "m4", "m6", "m8" };
        var texts = new[] { "hello", "insult one", "insult two", "insult three", "insult four" };
        var messages = texts.Select((text, index) => new { role = "user", content = text, id = ids[index] }).ToArray();

        var before = await _host.PostAsync("/chats/chat-1/guard/branch", new { keep = 1, messages }, "ann");
        var after = await JsonAsync(_host.PostAsync("/chats/chat-1/guard/branch", new { messages }, "ann"));

        before.StatusCode.Should().Be(HttpStatusCode.Created);
        var branch = await JsonAsync(Task.FromResult(before));
        branch.GetProperty("status").GetProperty("phase").GetString().Should().Be("engaged");
        branch.GetProperty("conversation").GetString().Should().NotBe("chat-1").And.NotBeNullOrEmpty();
        after.GetProperty("status").GetProperty("phase").GetString().Should().Be("ended");
    }

    [Test]
    public async Task The_hosts_own_history_comes_before_a_clients_word()
    {
        await StartAsync(OwnedByAnn, key: builder => builder.Services.AddSingleton<IConversationHistory>(new History()));
        await _host!.EndAsync("chat-1");

        await _host.PostAsync("/chats/chat-1/guard/appeal", new { includeMessages = true, messages = Messages("I was always kind") }, "ann");

        var file = await File.ReadAllTextAsync(_host.FilePath("conversation-feedback.jsonl"));
        file.Should().Contain("what the host has on record").And.NotContain("always kind");
    }

    [Test]
    public async Task What_is_no_json_or_too_long_is_refused()
    {
        await StartAsync(OwnedByAnn);
        await _host!.EndAsync("chat-1");
        _host.Client.DefaultRequestHeaders.Add("X-User", "ann");
        async Task<HttpStatusCode> Send(string type, string body) =>
            (await _host.Client.PostAsync(new Uri("/chats/chat-1/guard/appeal", UriKind.Relative), new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue(type)))).StatusCode;

        (await Send("text/plain", "{}")).Should().Be(HttpStatusCode.UnsupportedMediaType);
        (await Send("application/x-www-form-urlencoded", "comment=x")).Should().Be(HttpStatusCode.UnsupportedMediaType);
        (await Send("application/json", "{")).Should().Be(HttpStatusCode.BadRequest);
        (await Send("application/json", "null")).Should().Be(HttpStatusCode.BadRequest);
        (await Send("application/json", $$"""{"comment":"{{new string('x', 4_001)}}"}""")).Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await Send("application/json", $$"""{"includeMessages":true,"messages":[{"role":"user","content":"{{new string('x', 400_001)}}"}]}""")).Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await Send("application/json", """{"includeMessages":true,"messages":[{"role":"system","content":"x"}]}""")).Should().Be(HttpStatusCode.BadRequest);
        File.Exists(_host.FilePath("conversation-feedback.jsonl")).Should().BeFalse();
    }

    [Test]
    public async Task R18_a_guard_that_merely_observes_tells_the_participant_of_nothing()
    {
        await StartAsync(OwnedByAnn, builder => builder.Services.Configure<Hosting.ConversationGuardOptions>(options => options.Mode = ChatCompletion.GuardMode.Observe));
        await _host!.EndAsync("chat-1");
        (await _host.Guard.GetStatusAsync("chat-1")).Ending.Should().NotBeNull("the host sees it");

        var status = await JsonAsync(_host.GetAsync("/chats/chat-1/guard", "ann"));

        (status.GetProperty("phase").GetString(), status.GetProperty("isEnded").GetBoolean()).Should().Be(("engaged", false));
        (await _host.PostAsync("/chats/chat-1/guard/appeal", new { comment = "why" }, "ann")).StatusCode.Should().Be(HttpStatusCode.Conflict);
    }

    [Test]
    public async Task Without_the_desk_for_feedback_the_host_does_not_start()
    {
        var start = () => GuardedHost.StartAsync(_ => { }, app => app.MapConversationGuard("/guard"));

        (await start.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*AddConversationFeedback*");
    }

    private static void OwnedByAnn(ConversationGuardEndpointOptions options) => options.IsOwner = IsAnn;

    private static ValueTask<bool> IsAnn(HttpContext context, string key) => new(context.User.Identity?.Name == "ann");

    private static object[] Messages(params string[] texts) => [.. texts.Select(text => new { role = "user", content = text })];

    private static async Task<JsonElement> JsonAsync(Task<HttpResponseMessage> response) => await (await response).Content.ReadFromJsonAsync<JsonElement>();

    private static string WithoutTrace(string problem) => System.Text.RegularExpressions.Regex.Replace(problem, "\"traceId\":\"[^\"]*\"", string.Empty);

    private async Task StartAsync(Action<ConversationGuardEndpointOptions>? configure = null, Action<WebApplicationBuilder>? key = null, Action<WebApplication>? more = null) => _host = await GuardedHost.StartAsync(
        builder =>
        {
            builder.Services.AddConversationFeedback();
            key?.Invoke(builder);
        },
        app =>
        {
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapConversationGuard("/chats/{conversationKey}/guard", configure);
            more?.Invoke(app);
        });

    private sealed class History : IConversationHistory
    {
        public ValueTask<IReadOnlyList<ChatMessage>?> ReadAsync(string conversationKey, CancellationToken cancellationToken = default) =>
            new([new ChatMessage(ChatRole.User, "what the host has on record")]);
    }
}
