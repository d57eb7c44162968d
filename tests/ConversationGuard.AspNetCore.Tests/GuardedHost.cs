using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Encodings.Web;
using ConversationGuard.Classification;
using ConversationGuard.Tests.Doubles;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;

namespace ConversationGuard.AspNetCore.Tests;

/// <summary>A web host with a guarded, scripted model. The header <c>X-User</c> signs somebody in.</summary>
internal sealed class GuardedHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("conversation-guard");

    private GuardedHost(Action<WebApplicationBuilder> configure, Action<WebApplication> use)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = _folder.FullName });
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders().AddFakeLogging().SetMinimumLevel(LogLevel.Debug);
        builder.Services.AddSingleton<IMessageClassifier>(new ScriptedClassifier());
        builder.Services.AddConversationGuard(options => options.Culture = "en");
        builder.Services.AddChatClient(Model).UseConversationGuard();
        builder.Services.AddAuthorization(options => options.AddPolicy("operators", policy => policy.RequireUserName("operator")));
        builder.Services.AddAuthentication("Header").AddScheme<AuthenticationSchemeOptions, HeaderSignIn>("Header", null);
        builder.Services.AddDistributedMemoryCache().AddSession();
        configure(builder);
        _app = builder.Build();
        use(_app);
    }

    public ScriptedChatClient Model { get; } = new();

    public HttpClient Client { get; private set; } = null!;

    public IConversationGuard Guard => _app.Services.GetRequiredService<IConversationGuard>();

    public IServiceProvider Services => _app.Services;

    public IReadOnlyList<FakeLogRecord> Log => _app.Services.GetFakeLogCollector().GetSnapshot();

    public static async Task<GuardedHost> StartAsync(Action<WebApplicationBuilder> configure, Action<WebApplication> use)
    {
        var host = new GuardedHost(configure, use);
        await host._app.StartAsync();
        host.Client = host._app.GetTestClient();
        return host;
    }

    /// <summary>A client that keeps its cookies, as a browser does.</summary>
    public HttpClient Browser() => new(new CookieKeeper(_app.GetTestServer().CreateHandler())) { BaseAddress = Client.BaseAddress };

    public string FilePath(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Says several things in a conversation that the call itself names; what ends it is no matter.</summary>
    public async Task SayAsync(string key, params string[] texts)
    {
        var client = _app.Services.GetRequiredService<IChatClient>();
        var history = new List<ChatMessage>();
        foreach (var text in texts)
        {
            history.Add(new ChatMessage(ChatRole.User, text) { MessageId = $"m{history.Count}" });
            try
            {
                history.AddMessages(await client.GetResponseAsync(history, new ChatOptions().WithConversationKey(key)));
            }
            catch (ConversationEndedException)
            {
            }
        }
    }

    public Task EndAsync(string key) => SayAsync(key, "insult one", "insult two", "insult three", "insult four");

    public async Task<HttpResponseMessage> PostAsync(string path, object body, string? user = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        return await SendAsync(request, user);
    }

    public async Task<HttpResponseMessage> GetAsync(string path, string? user = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await SendAsync(request, user);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string? user)
    {
        if (user is not null)
        {
            request.Headers.Add("X-User", user);
        }

        return Client.SendAsync(request);
    }

    private sealed class HeaderSignIn(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            if (Request.Headers["X-User"] is not [{ } name])
            {
                return Task.FromResult(AuthenticateResult.NoResult());
            }

            var identity = new ClaimsIdentity([new(ClaimTypes.Name, name), new(ClaimTypes.NameIdentifier, name), new("chat", $"chat of {name}")], "Header");
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), "Header")));
        }
    }

    private sealed class CookieKeeper(HttpMessageHandler server) : DelegatingHandler(server)
    {
        private readonly System.Net.CookieContainer _cookies = new();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (_cookies.GetCookieHeader(request.RequestUri!) is { Length: > 0 } kept)
            {
                request.Headers.Add("Cookie", kept);
            }

            var response = await base.SendAsync(request, cancellationToken);
            foreach (var cookie in response.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
            {
                _cookies.SetCookies(request.RequestUri!, cookie);
            }

            return response;
        }
    }
}
