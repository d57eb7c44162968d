using ConversationGuard.AspNetCore;
using ConversationGuard.Conversations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets the guard find the key of a conversation in the HTTP request.</summary>
public static class HttpConversationKeyExtensions
{
    /// <summary>Reads the key from the request, as code says.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The service collection.</returns>
    /// <remarks>It reads <c>HttpContext</c> while the chat client is called: call that within the request. The session source needs <c>AddSession</c> and <c>UseSession</c>.</remarks>
    public static IServiceCollection AddHttpConversationKey(this IServiceCollection services, Action<HttpConversationKeyOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddHttpContextAccessor();
        services.AddOptions<HttpConversationKeyOptions>()
            .Configure(configure)
            .Validate(options => !string.IsNullOrWhiteSpace(options.Name), "HttpConversationKeyOptions.Name must name a route value, header, claim or session value.")
            .Validate(options => Enum.IsDefined(options.Source), "HttpConversationKeyOptions.Source must be Route, Header, Claim or Session.")
            .ValidateOnStart();
        services.TryAddSingleton<HttpConversationKeyResolver>();
        services.TryAddSingleton<IConversationKeyResolver>(provider => provider.GetRequiredService<HttpConversationKeyResolver>());
        return services;
    }

    /// <summary>Reads the key from the request, as configuration says.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="section">The section, with <c>Source</c> (<c>Route</c>, <c>Header</c>, <c>Claim</c> or <c>Session</c>), <c>Name</c>, <c>PerUser</c> and <c>UserClaim</c>. It is read once.</param>
    /// <returns>The service collection.</returns>
    /// <exception cref="InvalidOperationException">Thrown when the host starts: a key is unknown or a value cannot be read.</exception>
    public static IServiceCollection AddHttpConversationKey(this IServiceCollection services, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return services.AddHttpConversationKey(options => section.Bind(options, binder => binder.ErrorOnUnknownConfiguration = true));
    }
}
