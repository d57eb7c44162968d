using ConversationGuard.Conversations;
using ConversationGuard.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps the conversations of all guards in Redis, Valkey or Garnet.</summary>
/// <remarks>
/// For one named guard alone, register a store of its own under the guard's name: <c>services.AddKeyedSingleton&lt;IConversationStore&gt;("support", new RedisConversationStore(...))</c>.
/// </remarks>
public static class ConversationGuardRedisServiceCollectionExtensions
{
    /// <summary>Adds the shared store, with a connection of its own.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="connectionString">The server or servers, in the form of StackExchange.Redis, for example <c>localhost:6379</c>.</param>
    /// <returns>The service collection.</returns>
    public static IServiceCollection AddRedisConversationStore(this IServiceCollection services, string connectionString) => services.AddRedisConversationStore(connectionString, _ => { });

    /// <summary>Adds the shared store, with a connection of its own.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="connectionString">The server or servers, in the form of StackExchange.Redis, for example <c>localhost:6379</c>.</param>
    /// <param name="configure">Sets further options.</param>
    /// <returns>The service collection.</returns>
    public static IServiceCollection AddRedisConversationStore(this IServiceCollection services, string connectionString, Action<RedisConversationStoreOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        var options = Add(services, nameof(RedisConversationStoreOptions), needsConnection: true);
        options.Configure(it => it.ConnectionString = connectionString).Configure(configure);
        services.AddSingleton(provider => new RedisConversationStore(provider.GetRequiredService<IOptions<RedisConversationStoreOptions>>().Value));
        return services;
    }

    /// <summary>Adds the shared store, on a connection that the host has and disposes of.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="multiplexer">The connection.</param>
    /// <returns>The service collection.</returns>
    public static IServiceCollection AddRedisConversationStore(this IServiceCollection services, IConnectionMultiplexer multiplexer) => services.AddRedisConversationStore(multiplexer, _ => { });

    /// <summary>Adds the shared store, on a connection that the host has and disposes of.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="multiplexer">The connection.</param>
    /// <param name="configure">Sets further options.</param>
    /// <returns>The service collection.</returns>
    public static IServiceCollection AddRedisConversationStore(this IServiceCollection services, IConnectionMultiplexer multiplexer, Action<RedisConversationStoreOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(multiplexer);
        ArgumentNullException.ThrowIfNull(configure);
        Add(services, nameof(RedisConversationStoreOptions), needsConnection: false).Configure(configure);
        services.AddSingleton(provider => new RedisConversationStore(multiplexer, provider.GetRequiredService<IOptions<RedisConversationStoreOptions>>().Value));
        return services;
    }

    /// <summary>Adds the shared store, set by a configuration section, with a connection of its own.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="section">The section, for example <c>builder.Configuration.GetSection("ConversationGuardRedis")</c>.</param>
    /// <returns>The service collection.</returns>
    /// <remarks>A key that is unknown or a value that is not allowed stops the host at its start, with a message that names the key.</remarks>
    public static IServiceCollection AddRedisConversationStore(this IServiceCollection services, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        Add(services, section.Path, needsConnection: true).Configure(options => Bind(section, options));
        services.AddSingleton(provider => new RedisConversationStore(provider.GetRequiredService<IOptions<RedisConversationStoreOptions>>().Value));
        return services;
    }

    private static OptionsBuilder<RedisConversationStoreOptions> Add(IServiceCollection services, string path, bool needsConnection)
    {
        services.AddSingleton<IConversationStore>(provider => provider.GetRequiredService<RedisConversationStore>());
        services.AddSingleton<IValidateOptions<RedisConversationStoreOptions>>(new RedisOptionsValidator(path, needsConnection));
        return services.AddOptions<RedisConversationStoreOptions>().ValidateOnStart();
    }

    private static void Bind(IConfigurationSection section, RedisConversationStoreOptions options)
    {
        try
        {
            section.Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException error)
        {
            throw new OptionsValidationException(section.Path, typeof(RedisConversationStoreOptions), [$"{section.Path}: {error.Message}"]);
        }
    }
}
