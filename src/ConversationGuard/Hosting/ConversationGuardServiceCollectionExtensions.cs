using ConversationGuard.Conversations;
using ConversationGuard.Hosting;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds conversation guards to a service collection.</summary>
/// <remarks>
/// Parts of one's own are plain registrations: an <c>IMessageClassifier</c>, <c>IConversationStore</c> or <c>IConversationKeyResolver</c> replaces the default,
/// every <c>ITerminationPolicy</c> and <c>IGuardObserver</c> is added. Registered with a guard's name as its key, a part is for that guard alone.
/// </remarks>
public static class ConversationGuardServiceCollectionExtensions
{
    /// <summary>Adds the unnamed guard with its defaults.</summary>
    /// <param name="services">The service collection.</param>
    /// <returns>The service collection.</returns>
    public static IServiceCollection AddConversationGuard(this IServiceCollection services) => services.AddConversationGuard(string.Empty, _ => { });

    /// <summary>Adds the unnamed guard, set in code.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The service collection.</returns>
    public static IServiceCollection AddConversationGuard(this IServiceCollection services, Action<ConversationGuardOptions> configure) =>
        services.AddConversationGuard(string.Empty, configure);

    /// <summary>Adds the unnamed guard, set by a configuration section and followed when that changes.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="section">The section, for example <c>builder.Configuration.GetSection("ConversationGuard")</c>.</param>
    /// <returns>The service collection.</returns>
    public static IServiceCollection AddConversationGuard(this IServiceCollection services, IConfigurationSection section) =>
        services.AddConversationGuard(string.Empty, section);

    /// <summary>Adds a named guard, set in code.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name, to be given to <c>UseConversationGuard</c>.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The service collection.</returns>
    public static IServiceCollection AddConversationGuard(this IServiceCollection services, string name, Action<ConversationGuardOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(configure);
        AddGuard(services, name, nameof(ConversationGuardOptions));
        return services.Configure(name, configure);
    }

    /// <summary>Adds a named guard, set by a configuration section and followed when that changes.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name, to be given to <c>UseConversationGuard</c>.</param>
    /// <param name="section">The section, for example <c>builder.Configuration.GetSection("SupportGuard")</c>.</param>
    /// <returns>The service collection.</returns>
    /// <remarks>A key that is unknown or a value that is not allowed stops the host at its start, with a message that names the key and what is allowed.</remarks>
    public static IServiceCollection AddConversationGuard(this IServiceCollection services, string name, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(section);
        AddGuard(services, name, section.Path);
        services.AddSingleton<IConfigureOptions<ConversationGuardOptions>>(new ConfigureNamedOptions<ConversationGuardOptions>(name, options => ConversationGuardSection.Bind(section, options)));
        return services.AddSingleton<IOptionsChangeTokenSource<ConversationGuardOptions>>(new ConfigurationChangeTokenSource<ConversationGuardOptions>(name, section));
    }

    /// <summary>
    /// Keeps the conversations of all guards in the <see cref="IDistributedCache"/> that is registered. Such a cache has no compare-and-swap: of two turns at once in one conversation on two machines one may
    /// be hidden. One line in the log says so; see <see cref="DistributedCacheConversationStore"/>.
    /// </summary>
    /// <param name="services">The service collection.</param>
    /// <param name="expiration">How long after its last write a conversation is kept; null for 30 days.</param>
    /// <returns>The service collection.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="expiration"/> is not positive.</exception>
    public static IServiceCollection AddDistributedCacheConversationStore(this IServiceCollection services, TimeSpan? expiration = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (expiration <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(expiration), expiration, "The expiration must be positive.");
        }

        return services.AddSingleton<IConversationStore>(provider =>
        {
            GuardLog.LogNoCompareAndSwap(GuardRuntime.Logger<DistributedCacheConversationStore>(provider));
            return new DistributedCacheConversationStore(provider.GetRequiredService<IDistributedCache>(), expiration);
        });
    }

    private static void AddGuard(IServiceCollection services, string name, string path)
    {
        services.AddOptions();
        services.AddSingleton<IValidateOptions<ConversationGuardOptions>>(new ConversationGuardOptionsValidator(name, path));
        if (services.Any(service => service.ServiceType == typeof(GuardRuntime) && name.Equals(service.ServiceKey)))
        {
            return;
        }

        services.AddKeyedSingleton(name, (provider, _) => new GuardSettingsSource(
            name,
            provider.GetRequiredService<IOptionsFactory<ConversationGuardOptions>>(),
            provider.GetServices<IOptionsChangeTokenSource<ConversationGuardOptions>>(),
            GuardRuntime.Logger<GuardSettingsSource>(provider)));
        services.AddKeyedSingleton(name, (provider, _) =>
        {
            var source = provider.GetRequiredKeyedService<GuardSettingsSource>(name);
            return new GuardRuntime(provider, name, () => source.Current, source.Options);
        });
        services.AddKeyedSingleton(name, (provider, _) => provider.GetRequiredKeyedService<GuardRuntime>(name).Handle);
        if (name.Length == 0)
        {
            services.AddSingleton(provider => provider.GetRequiredKeyedService<GuardRuntime>(name).Handle);
        }

        // The options are checked when the host starts. They are reached through the settings source and not through an options monitor,
        // since a monitor throws inside the configuration's change callback when a reload is invalid.
        services.AddOptions<GuardStartupCheck>(name)
            .Validate<IServiceProvider>((_, provider) => provider.GetRequiredKeyedService<GuardSettingsSource>(name) is not null)
            .ValidateOnStart();
    }
}
