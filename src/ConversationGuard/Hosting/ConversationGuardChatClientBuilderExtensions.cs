using ConversationGuard.ChatCompletion;
using ConversationGuard.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.AI;

/// <summary>Puts a conversation guard around a chat client.</summary>
public static class ConversationGuardChatClientBuilderExtensions
{
    /// <summary>
    /// Guards the conversations of the client. Call it first, so that it is outermost: before function invocation, caching, retries and failover.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name of a guard added with <c>AddConversationGuard</c>; default the unnamed guard.</param>
    /// <param name="configure">
    /// Makes a guard of its own with these options, for programs without a service collection. It has its own in-memory store and does not use what
    /// <c>AddConversationGuard</c> added.
    /// </param>
    /// <returns>The builder.</returns>
    /// <exception cref="OptionsValidationException">Thrown when the client is built: <paramref name="configure"/> set something invalid.</exception>
    /// <exception cref="InvalidOperationException">Thrown when the client is built: no guard of that name was added.</exception>
    public static ChatClientBuilder UseConversationGuard(this ChatClientBuilder builder, string? name = null, Action<ConversationGuardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Use((innerClient, services) => new ConversationGuardChatClient(innerClient, Find(services, name ?? string.Empty, configure).Pipeline));
    }

    private static GuardRuntime Find(IServiceProvider services, string name, Action<ConversationGuardOptions>? configure)
    {
        if (configure is not null)
        {
            var options = new ConversationGuardOptions();
            configure(options);
            var validation = new ConversationGuardOptionsValidator(name, nameof(ConversationGuardOptions)).Validate(name, options);
            var settings = validation.Failed
                ? throw new OptionsValidationException(name, typeof(ConversationGuardOptions), validation.Failures)
                : GuardSettingsSource.Compile(options);
            return new GuardRuntime(services, name, () => settings, options);
        }

        return services.GetKeyedService<GuardRuntime>(name) ?? throw new InvalidOperationException(
            name.Length == 0
                ? "No conversation guard was added. Call services.AddConversationGuard(...), or give UseConversationGuard its options."
                : $"No conversation guard named \"{name}\" was added. Call services.AddConversationGuard(\"{name}\", ...).");
    }
}
