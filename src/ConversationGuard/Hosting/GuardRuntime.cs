using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.Termination;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ConversationGuard.Hosting;

/// <summary>One guard, put together from what is registered: for its own name first, then for all guards, then the defaults.</summary>
internal sealed class GuardRuntime
{
    public GuardRuntime(IServiceProvider services, string name, Func<GuardSettings> settings, ConversationGuardOptions options)
    {
        var timeProvider = services.GetService<TimeProvider>() ?? TimeProvider.System;
        Services = new GuardServices
        {
            Name = name,
            Settings = settings,
            Classifier = Find<IMessageClassifier>(services, name) ?? (options.ClassifierModelFile is { Length: > 0 } file ? EmbeddedClassifier.FromFile(file) : EmbeddedClassifier.Default),
            Store = Find<IConversationStore>(services, name) ?? new InMemoryConversationStore(options.Store.Capacity, options.Store.Expiration, timeProvider),
            KeyResolver = Find<IConversationKeyResolver>(services, name),
            Policies = [.. GuardServices.BuiltInPolicies, .. All<ITerminationPolicy>(services, name)],
            Observers = [new GuardLog(Logger<GuardLog>(services)), GuardMetrics.Shared, .. All<IGuardObserver>(services, name)],
            TimeProvider = timeProvider,
        };
        Pipeline = new GuardPipeline(Services);
        Handle = new ConversationGuardHandle(Services, Pipeline);
    }

    public GuardServices Services { get; }

    public GuardPipeline Pipeline { get; }

    public IConversationGuard Handle { get; }

    public static ILogger<T> Logger<T>(IServiceProvider services) => services.GetService<ILogger<T>>() ?? NullLogger<T>.Instance;

    private static T? Find<T>(IServiceProvider services, string name)
        where T : class =>
        (name.Length > 0 ? services.GetKeyedService<T>(name) : null) ?? services.GetService<T>();

    private static IEnumerable<T> All<T>(IServiceProvider services, string name)
        where T : class =>
        [.. (name.Length > 0 ? services.GetKeyedService<IEnumerable<T>>(name) : null) ?? [], .. services.GetService<IEnumerable<T>>() ?? []];
}
