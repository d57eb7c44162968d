using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using ConsoleChat;
using ConsoleChat.Providers;
using ConversationGuard.AspNetCore;
using ConversationGuard.ChatCompletion;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.AI;
using WebChat;
using WebChat.Chat;
using WebChat.Operator;

var builder = WebApplication.CreateBuilder(args);
var services = builder.Services;

// The bot, and the guard around it.
var provider = new ProviderSettings(builder.Configuration["Provider"] ?? ChatProviders.Eliza, builder.Configuration["Model"], builder.Configuration["Endpoint"]);
IChatClient bot;
try
{
    bot = ChatProviders.Create(provider, Environment.GetEnvironmentVariable, TimeSpan.FromMilliseconds(builder.Configuration.GetValue("WordDelay", 45)));
}
catch (SetupException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 2;
}

services.AddConversationGuard(builder.Configuration.GetSection("ConversationGuard"));
services.AddChatClient(bot).UseConversationGuard();
services.AddConversationGuardProblemDetails();
services.AddConversationFeedback();

// The conversations, and the view on them.
services.AddSingleton(TimeProvider.System);
services.AddSingleton<ChatStore>().AddSingleton<IConversationHistory>(provider => provider.GetRequiredService<ChatStore>());
services.AddSingleton<OperatorView>().AddSingleton<IGuardObserver>(provider => provider.GetRequiredService<OperatorView>());
services.AddSingleton(_ => new JsonLinesFeedbackStore(Feedback("feedback.jsonl"), Feedback("appeals-granted.jsonl")));
services.AddSingleton<IFeedbackStore, ObservedFeedbackStore>();

// Who is who. A real host has a sign-in; here everybody is a visitor, and whoever sits at the machine is the operator.
services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie =>
{
    cookie.Cookie.Name = "visitor";
    cookie.Cookie.SameSite = SameSiteMode.Strict;
    cookie.Events.OnRedirectToLogin = context => Task.FromResult(context.Response.StatusCode = StatusCodes.Status401Unauthorized);
    cookie.Events.OnRedirectToAccessDenied = context => Task.FromResult(context.Response.StatusCode = StatusCodes.Status403Forbidden);
});
services.AddAuthorization(options => options.AddPolicy(OperatorEndpoints.Policy, policy => policy.RequireAssertion(
    context => builder.Configuration.GetValue<bool>("OperatorsAreLocal") && context.Resource is HttpContext { Connection.RemoteIpAddress: { } address } && IPAddress.IsLoopback(address))));
services.AddAntiforgery(antiforgery =>
{
    antiforgery.HeaderName = "X-CSRF-TOKEN";
    antiforgery.Cookie.SameSite = SameSiteMode.Strict;
});
services.ConfigureHttpJsonOptions(json => json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase)));

var app = builder.Build();
app.Use(PageProtection.SetHeadersAsync);
app.UseExceptionHandler();
app.UseConversationGuardProblemDetails();
app.UseDefaultFiles();
app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = context => context.Context.Response.Headers.CacheControl = "no-cache" });
app.UseAuthentication();
app.Use(Visitor.SignInAsync);
app.Use(PageProtection.RefuseForgeriesAsync);
app.UseAuthorization();

var api = app.MapGroup("/api");
api.MapGet("/session", async (HttpContext context, IAntiforgery antiforgery, IAuthorizationService authorization) => new Session(
    antiforgery.GetAndStoreTokens(context).RequestToken!,
    provider.Provider,
    (await authorization.AuthorizeAsync(context.User, context, OperatorEndpoints.Policy)).Succeeded));
api.MapChat();
api.MapOperator();
api.MapConversationGuard("/conversations/{conversationKey}/guard", options =>
{
    options.IsOwner = (context, key) => new(context.RequestServices.GetRequiredService<ChatStore>().Find(key, Visitor.Of(context)) is not null);
    options.ReinstatePolicy = OperatorEndpoints.Policy;
});

await app.RunAsync();
return 0;

string Feedback(string name) => Path.Combine(builder.Environment.ContentRootPath, builder.Configuration["FeedbackFolder"] ?? "feedback", name);

/// <summary>What the page needs to know first.</summary>
/// <param name="Token">Proves that a request comes from the page.</param>
/// <param name="Bot">Which bot answers.</param>
/// <param name="IsOperator">Whether the operator's view is for this visitor.</param>
internal sealed record Session(string Token, string Bot, bool IsOperator);
