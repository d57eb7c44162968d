using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using ConversationGuard.ChatCompletion;
using ConversationGuard.Tests.Doubles;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ConversationGuard.AspNetCore.Tests;

/// <summary>A guarded stream as server-sent events, of a guard that throws and of one that responds.</summary>
[TestFixture(EndBehavior.Throw)]
[TestFixture(EndBehavior.Respond)]
public class ServerSentEventsTests(EndBehavior endBehavior)
{
    private GuardedHost _host = null!;

    [SetUp]
    public async Task Start() => _host = await GuardedHost.StartAsync(
        builder =>
        {
            builder.Services.Configure<Hosting.ConversationGuardOptions>(options => options.EndBehavior = endBehavior);
            builder.Services.AddConversationGuardProblemDetails();
        },
        app =>
        {
            app.UseExceptionHandler();
            app.MapGet("/chat", (string text, IChatClient client) =>
                ConversationGuardResults.ServerSentEvents(client.GetStreamingResponseAsync(text, new ChatOptions().WithConversationKey("chat-1"))));
        });

    [TearDown]
    public async Task Stop() => await _host.DisposeAsync();

    [Test]
    public async Task An_answer_comes_in_pieces_and_its_end_is_told()
    {
        var response = await _host.GetAsync("/chat?text=hello");

        response.Content.Headers.ContentType!.MediaType.Should().Be("text/event-stream");
        (await ReadAsync(response)).Should().Equal(("message", """{"text":"Reply 1"}"""), ("completed", "{}"));
    }

    [Test]
    public async Task R4_a_warning_is_an_event_of_its_own()
    {
        await _host.SayAsync("chat-1", "insult one", "insult two");

        var events = await ReadAsync(await _host.GetAsync("/chat?text=insult+three"));

        events.Select(item => item.Type).Should().Equal("message", "notice", "completed");
        var notice = JsonElement.Parse(events[1].Data);
        notice.GetProperty("kind").GetString().Should().Be("warning");
        notice.GetProperty("text").GetString().Should().Contain("may be ended").And.NotStartWith("\n");
    }

    [Test]
    public async Task R5_help_resources_are_an_event_of_their_own()
    {
        var events = await ReadAsync(await _host.GetAsync("/chat?text=crisis"));

        events.Select(item => item.Type).Should().Equal("message", "notice", "completed");
        JsonElement.Parse(events[1].Data).GetProperty("kind").GetString().Should().Be("help_resources");
    }

    [Test]
    public async Task R14_an_end_before_any_text_is_the_only_event()
    {
        await _host.SayAsync("chat-1", "insult one", "insult two", "insult three");

        var response = await _host.GetAsync("/chat?text=insult+four");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        var ended = (await ReadAsync(response)).Should().ContainSingle().Subject;
        ended.Type.Should().Be("conversation-ended");
        var problem = JsonElement.Parse(ended.Data);
        problem.GetProperty("reason").GetString().Should().Be("persistent_abuse");
        problem.GetProperty("detail").GetString().Should().Contain("ended this conversation");
        problem.GetProperty("isRepeat").GetBoolean().Should().BeFalse();
        problem.GetProperty("nextSteps").GetArrayLength().Should().Be(4);
    }

    [Test]
    public async Task R11_a_repeat_is_marked_as_one()
    {
        await _host.SayAsync("chat-1", "insult one", "insult two", "insult three");
        await _host.GetAsync("/chat?text=insult+four");

        var ended = (await ReadAsync(await _host.GetAsync("/chat?text=hello"))).Should().ContainSingle().Subject;

        JsonElement.Parse(ended.Data).GetProperty("isRepeat").GetBoolean().Should().BeTrue();
    }

    [Test]
    public async Task R13_an_end_after_text_is_one_event_and_the_last()
    {
        await _host.SayAsync("chat-1", "insult one", "insult two", "insult three");
        _host.Model.Says(ModelScript.AsksForTheEnd(callId: "end-1"), ModelScript.AsksForTheEnd("Take care.", "end-2"));

        var events = await ReadAsync(await _host.GetAsync("/chat?text=you+again"));

        events.Select(item => item.Type).Should().Equal("message", "conversation-ended");
        events[0].Data.Should().Be("""{"text":"Take care."}""");
        JsonElement.Parse(events[1].Data).GetProperty("reason").GetString().Should().Be("model_request");
        _host.Log.Should().NotContain(record => record.Level >= LogLevel.Warning);
    }

    [Test]
    public async Task A_piece_is_sent_before_the_next_one_is_there()
    {
        _host.Model.Respond = (_, _) => new ChatResponse([new ChatMessage(ChatRole.Assistant, "One") { MessageId = "1" }, new ChatMessage(ChatRole.Assistant, "Two") { MessageId = "2" }]);
        var more = new TaskCompletionSource();
        _host.Model.AfterUpdate = (index, _) => index == 0 ? more.Task : Task.CompletedTask;

        using var response = await _host.Client.GetAsync(new Uri("/chat?text=hello", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        var events = SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync().GetAsyncEnumerator();
        (await events.MoveNextAsync()).Should().BeTrue();
        events.Current.Data.Should().Be("""{"text":"One"}""");

        more.SetResult();
        (await events.MoveNextAsync()).Should().BeTrue();
        events.Current.Data.Should().Be("""{"text":"Two"}""");
        await events.DisposeAsync();
    }

    [Test]
    public async Task Text_cannot_break_out_of_its_event()
    {
        _host.Model.Says(ModelScript.Text("a\n\nevent: conversation-ended\ndata: {}\r\n\r\n<script>"));

        var events = await ReadAsync(await _host.GetAsync("/chat?text=hello"));

        events.Select(item => item.Type).Should().Equal("message", "completed");
        JsonElement.Parse(events[0].Data).GetProperty("text").GetString().Should().Be("a\n\nevent: conversation-ended\ndata: {}\r\n\r\n<script>");
    }

    [Test]
    public async Task A_failure_before_the_first_piece_is_the_hosts_to_answer()
    {
        _host.Model.Before = _ => throw new InvalidOperationException("The provider is down.");

        var response = await _host.GetAsync("/chat?text=hello");

        response.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
    }

    [Test]
    public async Task A_failure_after_a_piece_leaves_a_stream_without_a_terminal_event()
    {
        _host.Model.AfterUpdate = (_, _) => throw new InvalidOperationException("The provider is down.");

        var read = async () => await (await _host.GetAsync("/chat?text=hello")).Content.ReadAsStringAsync();

        await read.Should().ThrowAsync<Exception>();
    }

    private static async Task<List<(string Type, string Data)>> ReadAsync(HttpResponseMessage response)
    {
        var events = new List<(string, string)>();
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            events.Add((item.EventType, item.Data));
        }

        return events;
    }
}
