using System.Net;
using System.Text.Json;
using ConversationGuard.Tests.Doubles;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConversationGuard.AspNetCore.Tests;

/// <summary>The end of a conversation as an answer to a request, by the exception handler of the framework and by the middleware.</summary>
[TestFixture(true)]
[TestFixture(false)]
public class ProblemDetailsTests(bool byMiddleware)
{
    private Action<ConversationGuardProblemDetailsOptions>? _configure;
    private GuardedHost _host = null!;

    [SetUp]
    public void Forget() => _configure = null;

    [TearDown]
    public async Task Stop() => await _host.DisposeAsync();

    [TestCase("/minimal")]
    [TestCase("/controller")]
    [TestCase("/stream")]
    public async Task R16_an_end_is_told_with_its_reason_words_and_next_steps(string path)
    {
        await StartAsync();
        await _host.SayAsync("chat-1", "insult one", "insult two", "insult three");

        var response = await _host.GetAsync($"{path}?text=insult+four");

        response.StatusCode.Should().Be(HttpStatusCode.Conflict);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        var problem = await ReadAsync(response);
        problem.GetProperty("type").GetString().Should().Be("urn:conversation-guard:conversation-ended");
        problem.GetProperty("status").GetInt32().Should().Be(409);
        problem.GetProperty("reason").GetString().Should().Be("persistent_abuse");
        problem.GetProperty("detail").GetString().Should().Contain("insults or harassment").And.Contain("start a new conversation");
        problem.GetProperty("isRepeat").GetBoolean().Should().BeFalse();
        problem.GetProperty("nextSteps").EnumerateArray().Select(step => step.GetString())
            .Should().Equal("start_new_conversation", "go_back_and_branch", "give_feedback", "appeal");
    }

    [Test]
    public async Task R11_a_later_call_is_answered_the_same_and_says_that_it_is_a_repeat()
    {
        await StartAsync();
        await _host.EndAsync("chat-1");

        var response = await _host.GetAsync("/minimal?text=hello");

        response.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await ReadAsync(response)).GetProperty("isRepeat").GetBoolean().Should().BeTrue();
    }

    [Test]
    public async Task R19_no_key_no_rule_no_score_and_no_text_is_told()
    {
        await StartAsync();
        await _host.EndAsync("chat-1");

        var body = await (await _host.GetAsync("/minimal?text=hello")).Content.ReadAsStringAsync();

        body.Should().NotContainAny("chat-1", "R2", "0.97", "Exception", "insult one", "insult four");
    }

    [TestCase("text/html")]
    [TestCase("text/event-stream")]
    public async Task It_is_told_to_a_client_that_asked_for_something_else(string accept)
    {
        await StartAsync();
        await _host.EndAsync("chat-1");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/minimal?text=hello");
        request.Headers.Add("Accept", accept);

        var response = await _host.Client.SendAsync(request);

        (await ReadAsync(response)).GetProperty("reason").GetString().Should().Be("persistent_abuse");
    }

    [Test]
    public async Task An_end_is_information_in_the_log_and_never_an_error()
    {
        await StartAsync();
        await _host.EndAsync("chat-1");

        await _host.GetAsync("/minimal?text=hello");

        _host.Log.Should().NotContain(record => record.Level >= LogLevel.Warning);
        _host.Log.Should().ContainSingle(record => record.Id.Id == 30).Which.Level.Should().Be(LogLevel.Information);
    }

    [Test]
    public async Task Status_type_and_what_is_added_can_be_set()
    {
        _configure = options =>
        {
            options.StatusCode = 423;
            options.Type = "https://example.com/ended";
            options.Customize = (problem, ended) => problem.Extensions["appeal"] = "/appeals/new";
        };
        await StartAsync();
        await _host.EndAsync("chat-1");

        var response = await _host.GetAsync("/minimal?text=hello");

        response.StatusCode.Should().Be((HttpStatusCode)423);
        var problem = await ReadAsync(response);
        problem.GetProperty("type").GetString().Should().Be("https://example.com/ended");
        problem.GetProperty("appeal").GetString().Should().Be("/appeals/new");
    }

    [Test]
    public async Task Another_exception_is_the_hosts_own()
    {
        await StartAsync();
        _host.Model.Before = _ => throw new InvalidOperationException("The provider is down.");

        (await _host.GetAsync("/minimal?text=hello")).StatusCode.Should().Be(HttpStatusCode.InternalServerError);
    }

    [Test]
    public async Task An_answer_that_began_is_cut_off_and_never_looks_whole()
    {
        await StartAsync();
        await _host.SayAsync("chat-1", "insult one", "insult two", "insult three");
        _host.Model.Says(ModelScript.AsksForTheEnd(callId: "end-1"), ModelScript.AsksForTheEnd("Take care.", "end-2"));

        var read = async () => await (await _host.GetAsync("/stream?text=you+again")).Content.ReadAsStringAsync();

        await read.Should().ThrowAsync<Exception>();
    }

    [TestCase(200)]
    [TestCase(500)]
    public async Task A_status_that_is_no_client_error_stops_the_host(int status)
    {
        await StartAsync();
        var start = () => GuardedHost.StartAsync(builder => builder.Services.AddConversationGuardProblemDetails(options => options.StatusCode = status), _ => { });

        (await start.Should().ThrowAsync<OptionsValidationException>()).WithMessage("*StatusCode*");
    }

    private async Task StartAsync() => _host = await GuardedHost.StartAsync(
        builder =>
        {
            builder.Services.AddConversationGuardProblemDetails(options => _configure?.Invoke(options));
            builder.Services.AddControllers().AddApplicationPart(typeof(ChatController).Assembly);
        },
        app =>
        {
            app.UseExceptionHandler();
            if (byMiddleware)
            {
                app.UseConversationGuardProblemDetails();
            }

            app.MapControllers();
            app.MapGet("/minimal", async (string text, IChatClient client) => (await client.GetResponseAsync(text, Options())).Text);
            app.MapGet("/stream", async (string text, IChatClient client, HttpResponse response) =>
            {
                await foreach (var update in client.GetStreamingResponseAsync(text, Options()))
                {
                    await response.WriteAsync(update.Text);
                    await response.Body.FlushAsync();
                }
            });
        });

    internal static ChatOptions Options() => new ChatOptions().WithConversationKey("chat-1");

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response) => JsonElement.Parse(await response.Content.ReadAsStringAsync());
}

/// <summary>A host's controller.</summary>
[ApiController]
public class ChatController(IChatClient client) : ControllerBase
{
    /// <summary>Answers.</summary>
    /// <param name="text">What the user says.</param>
    /// <returns>The answer.</returns>
    [HttpGet("/controller")]
    public async Task<string> Get(string text) => (await client.GetResponseAsync(text, ProblemDetailsTests.Options())).Text;
}
