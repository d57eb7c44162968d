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
    public GuardRuntime(IServiceProvider services, string name, Func<GuardSettings> settings, InMemoryStoreOptions store, StoreFailureOptions failure)
    {
        var timeProvider = services.GetService<TimeProvider>() ?? TimeProvider.System;
        Services = new GuardServices
        {
            Name = name,
            Settings = settings,
            Classifier = Find<IMessageClassifier>(services, name) ?? EmbeddedClassifier.Default,
            Store = Find<IConversationStore>(services, name) switch
            {
                null => new InMemoryConversationStore(store.Capacity, store.Expiration, timeProvider),
                InMemoryConversationStore inMemory => inMemory,
                var own => Bridged(own, store, failure, timeProvider),
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
    private BridgedConversationStore Bridged(IConversationStore own, InMemoryStoreOptions store, StoreFailureOptions failure, TimeProvider timeProvider)
    {
        void Report(GuardEventKind kind, Exception? error, bool isRepeat) => Services.Report(new GuardEvent
        {
            Kind = kind,
            GuardName = Services.Name,
            Mode = Services.Settings().Mode,
            ErrorType = error?.GetType().FullName,
            IsRepeat = isRepeat,
        });

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
