using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ConversationGuard.AspNetCore.Tests;

/// <summary>Which conversation a call belongs to, read from the request, and whose it is.</summary>
public class HttpConversationKeyTests
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
    public async Task R11_a_route_value_tells_conversations_apart()
    {
        await StartAsync(("Source", "Route"), ("Name", "conversationId"));

        await EndAsync("/chats/a?text=");

        (await _host!.GetAsync("/chats/a?text=hello")).StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await _host.GetAsync("/chats/b?text=hello")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await _host.Guard.GetStatusAsync("0::a")).Ending.Should().NotBeNull();
    }

    [Test]
    public async Task R11_a_header_tells_conversations_apart()
    {
        await StartAsync(("Source", "Header"), ("Name", "X-Chat"));
        _host!.Client.DefaultRequestHeaders.Add("X-Chat", "a");
        await EndAsync("/chats/x?text=");
        _host.Client.DefaultRequestHeaders.Remove("X-Chat");
        _host.Client.DefaultRequestHeaders.Add("X-Chat", "b");

        (await _host.GetAsync("/chats/x?text=hello")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await _host.Guard.GetStatusAsync("0::a")).Ending.Should().NotBeNull();
    }

    [Test]
    public async Task R11_a_claim_tells_conversations_apart()
    {
        await StartAsync(("Source", "Claim"), ("Name", "chat"), ("PerUser", "false"));

        await EndAsync("/chats/x?text=", "ann");

        (await _host!.GetAsync("/chats/x?text=hello", "bob")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await _host.Guard.GetStatusAsync("chat of ann")).Ending.Should().NotBeNull();
    }

    [Test]
    public async Task R11_a_session_is_a_conversation()
    {
        await StartAsync(("Source", "Session"));
        using var ann = _host!.Browser();
        using var bob = _host.Browser();

        foreach (var text in new[] { "insult one", "insult two", "insult three", "insult four" })
        {
            await ann.GetAsync(new Uri($"/chats/x?text={text}", UriKind.Relative));
        }

        (await ann.GetAsync(new Uri("/chats/x?text=hello", UriKind.Relative))).StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await bob.GetAsync(new Uri("/chats/x?text=hello", UriKind.Relative))).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Test]
    public async Task R11_a_session_goes_on_in_the_branch_that_it_begins()
    {
        await StartAsync(("Source", "Session"));
        using var ann = _host!.Browser();
        ann.DefaultRequestHeaders.Add("X-User", "ann");
        foreach (var text in new[] { "insult one", "insult two", "insult three", "insult four" })
        {
            await ann.GetAsync(new Uri($"/chats/x?text={text}", UriKind.Relative));
        }

        var branch = await ann.PostAsJsonAsync(new Uri("/guard/branch", UriKind.Relative), new { messages = Array.Empty<object>() });

        branch.StatusCode.Should().Be(HttpStatusCode.Created);
        (await ann.GetStringAsync(new Uri("/guard", UriKind.Relative))).Should().Contain("engaged");
        (await ann.GetAsync(new Uri("/chats/x?text=hello", UriKind.Relative))).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Test]
    public async Task A_conversation_that_a_claim_names_has_no_branch_unless_the_host_makes_one()
    {
        await StartAsync(("Source", "Claim"), ("Name", "chat"));

        (await _host!.PostAsync("/guard/branch", new { messages = Array.Empty<object>() }, "ann")).StatusCode.Should().Be(HttpStatusCode.Conflict);
    }

    [Test]
    public async Task R11_nobody_ends_the_conversation_of_a_user_by_spelling_out_its_key()
    {
        await StartAsync(("Source", "Route"));
        (await _host!.GetAsync("/chats/a?text=hello", "ann")).StatusCode.Should().Be(HttpStatusCode.OK);

        await EndAsync("/chats/3:ann:a?text=");

        (await _host.GetAsync("/chats/a?text=hello", "ann")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Test]
    public async Task R11_nobody_ends_the_conversation_of_another_user_by_sending_its_key()
    {
        await StartAsync(("Source", "Route"));

        await EndAsync("/chats/a?text=", "mallory");

        (await _host!.GetAsync("/chats/a?text=hello", "ann")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await _host.GetAsync("/chats/a?text=hello", "mallory")).StatusCode.Should().Be(HttpStatusCode.Conflict);
    }

    [TestCase("ann", "b:c")]
    [TestCase("ann:1", "b")]
    [TestCase("", "3:ann:b")]
    public async Task No_two_pairs_of_a_user_and_a_value_make_the_same_key(string user, string value)
    {
        await StartAsync(("Source", "Route"));
        var others = new[] { ("ann", "b"), ("ann", "1:b"), ("ann:1:b", "c"), ("1", "ann:b") };

        others.Select(other => Key(other.Item1, other.Item2)!.Value.Value).Should().NotContain(Key(user, value)!.Value.Value);
    }

    [Test]
    public async Task A_key_that_would_only_fill_the_store_is_none()
    {
        await StartAsync(("Source", "Route"));

        Key("ann", new string('x', HttpConversationKeyResolver.MaxLength + 1)).Should().BeNull();
        Key("ann", new string('x', HttpConversationKeyResolver.MaxLength)).Should().NotBeNull();
    }

    [TestCase("Source", "Cookie")]
    [TestCase("Name", " ")]
    [TestCase("Nmae", "chat")]
    public async Task A_wrong_configuration_stops_the_host(string key, string value)
    {
        var start = () => StartAsync((key, value));

        await start.Should().ThrowAsync<Exception>().Where(error => error is OptionsValidationException || error is InvalidOperationException);
    }

    private HttpConversationKey? Key(string user, string value)
    {
        var context = new DefaultHttpContext { RequestServices = _host!.Services };
        context.Request.RouteValues["conversationId"] = value;
        if (user.Length > 0)
        {
            context.User = new(new System.Security.Claims.ClaimsIdentity([new("sub", user)], "test"));
        }

        return _host.Services.GetRequiredService<HttpConversationKeyResolver>().Resolve(context);
    }

    private async Task EndAsync(string path, string? user = null)
    {
        foreach (var text in new[] { "insult one", "insult two", "insult three" })
        {
            (await _host!.GetAsync(path + text, user)).StatusCode.Should().Be(HttpStatusCode.OK);
        }

        (await _host!.GetAsync(path + "insult four", user)).StatusCode.Should().Be(HttpStatusCode.Conflict);
    }

    private async Task StartAsync(params (string Key, string Value)[] settings) => _host = await GuardedHost.StartAsync(
        builder =>
        {
            builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"ConversationKey:{setting.Key}", (string?)setting.Value)));
            builder.Services.AddConversationGuardProblemDetails();
            builder.Services.AddConversationFeedback();
            builder.Services.AddHttpConversationKey(builder.Configuration.GetSection("ConversationKey"));
        },
        app =>
        {
            app.UseExceptionHandler();
            app.UseAuthentication();
            app.UseSession();
            app.UseAuthorization();
            app.MapConversationGuard("/guard");
            app.MapGet("/chats/{conversationId}", async (string text, IChatClient client) => (await client.GetResponseAsync(text)).Text);
        });
}
