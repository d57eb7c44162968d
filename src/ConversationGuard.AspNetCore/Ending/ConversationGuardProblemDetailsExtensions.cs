using ConversationGuard.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Turns the end of a conversation into an answer that an HTTP client can show.</summary>
public static class ConversationGuardProblemDetailsExtensions
{
    /// <summary>
    /// Answers a <see cref="ConversationGuard.ConversationEndedException"/> with RFC 9457 problem details: 409, the words for the user in <c>detail</c>, and <c>reason</c>, <c>isRepeat</c>,
    /// <c>nextSteps</c> and <c>endedAt</c>. It takes effect with <c>app.UseExceptionHandler()</c>, or with <see cref="UseConversationGuardProblemDetails"/>.
    /// </summary>
    /// <param name="services">The service collection.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The service collection.</returns>
    public static IServiceCollection AddConversationGuardProblemDetails(this IServiceCollection services, Action<ConversationGuardProblemDetailsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddProblemDetails();
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Add(GuardJson.Default));
        services.AddOptions<ConversationGuardProblemDetailsOptions>()
            .Configure(options => configure?.Invoke(options))
            .Validate(options => options.StatusCode is >= 400 and <= 499, "ConversationGuardProblemDetailsOptions.StatusCode must be from 400 to 499: an end is no failure of the server.")
            .Validate(options => !string.IsNullOrWhiteSpace(options.Type), "ConversationGuardProblemDetailsOptions.Type must be a URI.")
            .ValidateOnStart();
        services.TryAddSingleton<ConversationEndedResponder>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IExceptionHandler, ConversationEndedResponder>());
        return services;
    }

    /// <summary>Answers the end of a conversation where the exception comes out of the middleware after this one.</summary>
    /// <param name="app">The application.</param>
    /// <returns>The application.</returns>
    /// <remarks>
    /// Before .NET 10, <c>UseExceptionHandler</c> logs every exception as unhandled before it asks who handles it: put this after it, so that an end is never logged as an error. It
    /// also serves applications without an exception handler. When the answer has begun already, the connection is closed; send guarded streams with
    /// <see cref="Microsoft.AspNetCore.Http.ConversationGuardResults.ServerSentEvents"/>, which tells the client.
    /// </remarks>
    /// <exception cref="InvalidOperationException"><see cref="AddConversationGuardProblemDetails"/> was not called.</exception>
    public static IApplicationBuilder UseConversationGuardProblemDetails(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        return app.ApplicationServices.GetService<ConversationEndedResponder>() is null
            ? throw new InvalidOperationException("Call services.AddConversationGuardProblemDetails() first.")
            : app.UseMiddleware<ConversationEndedMiddleware>();
    }
}
