using ConversationGuard.AspNetCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets people give feedback on warnings and ends, and appeal.</summary>
public static class ConversationFeedbackExtensions
{
    /// <summary>Adds the desk that takes feedback and appeals, and the file that keeps them. An <see cref="IFeedbackStore"/> of one's own, registered before or after, replaces the file.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The service collection.</returns>
    public static IServiceCollection AddConversationFeedback(this IServiceCollection services, Action<FeedbackOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<FeedbackOptions>()
            .Configure(options => configure?.Invoke(options))
            .Validate(options => !string.IsNullOrWhiteSpace(options.Path) && !string.IsNullOrWhiteSpace(options.LabelledPath), "FeedbackOptions.Path and LabelledPath must name files.")
            .Validate(options => options is { MaxCommentLength: > 0, MaxMessagesLength: > 0 }, "FeedbackOptions.MaxCommentLength and MaxMessagesLength must be positive.")
            .ValidateOnStart();
        services.TryAddSingleton<IFeedbackStore>(provider =>
        {
            var options = provider.GetRequiredService<IOptions<FeedbackOptions>>().Value;
            var root = provider.GetService<IHostEnvironment>()?.ContentRootPath ?? Directory.GetCurrentDirectory();
            return new JsonLinesFeedbackStore(Path.Combine(root, options.Path), Path.Combine(root, options.LabelledPath));
        });
        services.TryAddSingleton(provider => new FeedbackDesk(provider.GetRequiredService<IFeedbackStore>(), provider.GetService<TimeProvider>()));
        return services;
    }
}
