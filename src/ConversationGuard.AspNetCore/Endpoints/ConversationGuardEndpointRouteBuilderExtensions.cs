using ConversationGuard;
using ConversationGuard.AspNetCore;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the guard's endpoints.</summary>
public static class ConversationGuardEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps <c>GET</c> (status), and <c>POST</c> <c>/branch</c>, <c>/feedback</c>, <c>/appeal</c> and <c>/reinstate</c>, under a pattern. They take and give JSON.
    /// </summary>
    /// <param name="endpoints">The route builder.</param>
    /// <param name="pattern">
    /// The pattern, for example <c>/chats/{conversationId}/guard</c>. The conversation is the one that <c>AddHttpConversationKey</c> finds in the request; without that, the
    /// route value <c>conversationKey</c>, which must then be in the pattern.
    /// </param>
    /// <param name="configure">Says who may do what.</param>
    /// <returns>A builder for conventions of all of them, for example <c>RequireAuthorization()</c> or <c>RequireRateLimiting(...)</c>.</returns>
    /// <remarks>
    /// A conversation that is not the caller's own is not found (404), whether it exists or not. Bodies must be <c>application/json</c>, which no form of another site can send; add
    /// the host's own anti-forgery where cookies sign in and CORS is open.
    /// </remarks>
    /// <exception cref="InvalidOperationException"><c>AddConversationFeedback</c> was not called, or there is no guard of that name.</exception>
    public static IEndpointConventionBuilder MapConversationGuard(this IEndpointRouteBuilder endpoints, string pattern, Action<ConversationGuardEndpointOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        var options = new ConversationGuardEndpointOptions();
        configure?.Invoke(options);
        var services = endpoints.ServiceProvider;
        _ = services.GetService<FeedbackDesk>() ?? throw new InvalidOperationException("Call services.AddConversationFeedback() first.");
        _ = services.GetKeyedService<IConversationGuard>(options.GuardName) ?? throw new InvalidOperationException("Call services.AddConversationGuard(...) first.");

        var handlers = new GuardEndpoints(options);
        var group = endpoints.MapGroup(pattern).WithMetadata(new BodyLimit());
        group.MapGet(string.Empty, (RequestDelegate)handlers.StatusAsync);
        group.MapPost("/branch", (RequestDelegate)handlers.BranchAsync);
        group.MapPost("/feedback", (RequestDelegate)handlers.FeedbackAsync);
        group.MapPost("/appeal", (RequestDelegate)handlers.AppealAsync);
        var reinstate = group.MapPost("/reinstate", (RequestDelegate)handlers.ReinstateAsync);
        _ = options.ReinstatePolicy is { } policy ? reinstate.RequireAuthorization(policy) : reinstate;
        return group;
    }
}
