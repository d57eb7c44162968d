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
            Store = Find<IConversationStore>(services, name) switch
            {
                null => new InMemoryConversationStore(options.Store.Capacity, options.Store.Expiration, timeProvider),
                InMemoryConversationStore inMemory => inMemory,
                var own => Bridged(own, options, timeProvider),
            },
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

    /// <summary>A store that leaves the process may fail.</summary>
    private BridgedConversationStore Bridged(IConversationStore own, ConversationGuardOptions options, TimeProvider timeProvider)
    {
        void Report(GuardEventKind kind, Exception? error, bool isRepeat) => Services.Report(new GuardEvent
        {
            Kind = kind,
            GuardName = Services.Name,
            Mode = Services.Settings().Mode,
            ErrorType = error?.GetType().FullName,
            IsRepeat = isRepeat,
        });

        var (store, failure) = (options.Store, options.StoreFailure);
        var terms = new StoreFailureTerms(failure.Behavior == StoreFailureBehavior.Throw, failure.Timeout, failure.RetryAfter, store.Capacity, store.Expiration);
        return new BridgedConversationStore(own, terms, timeProvider)
        {
            Failed = (error, isFirst) => Report(GuardEventKind.StoreFailed, error, !isFirst),
            Returned = () => Report(GuardEventKind.StoreReturned, null, isRepeat: false),
        };
    }

    private static T? Find<T>(IServiceProvider services, string name)
        where T : class =>
        (name.Length > 0 ? services.GetKeyedService<T>(name) : null) ?? services.GetService<T>();

    private static IEnumerable<T> All<T>(IServiceProvider services, string name)
        where T : class =>
        [.. (name.Length > 0 ? services.GetKeyedService<IEnumerable<T>>(name) : null) ?? [], .. services.GetService<IEnumerable<T>>() ?? []];
}
