using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.Termination;
using Microsoft.Extensions.DependencyInjection;

namespace ConversationGuard.Tests.Doubles;

/// <summary>Parts of a guard made from a lambda.</summary>
internal static class Parts
{
    public static IServiceCollection AddClassifier(this IServiceCollection services, Func<string, MessageClassification> classify) =>
        services.AddSingleton<IMessageClassifier>(new Classifier((request, _) => new(classify(request.Text))));

    public static IServiceCollection AddPolicy(this IServiceCollection services, Func<TerminationContext, GuardDecision> decide) =>
        services.AddSingleton<ITerminationPolicy>(new Policy(decide));

    public static IServiceCollection AddResolver(this IServiceCollection services, Func<ConversationKeyContext, string?> resolve) =>
        services.AddSingleton<IConversationKeyResolver>(new Resolver(resolve));

    internal sealed class Classifier(Func<ClassificationRequest, CancellationToken, ValueTask<MessageClassification>> classify) : IMessageClassifier
    {
        public ValueTask<MessageClassification> ClassifyAsync(ClassificationRequest request, CancellationToken cancellationToken = default) => classify(request, cancellationToken);
    }

    internal sealed class Policy(Func<TerminationContext, GuardDecision> decide) : ITerminationPolicy
    {
        public ValueTask<GuardDecision> DecideAsync(TerminationContext context, CancellationToken cancellationToken = default) => new(decide(context));
    }

    private sealed class Resolver(Func<ConversationKeyContext, string?> resolve) : IConversationKeyResolver
    {
        public string? Resolve(ConversationKeyContext context) => resolve(context);
    }
}
