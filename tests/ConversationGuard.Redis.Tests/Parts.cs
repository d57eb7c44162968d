using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace ConversationGuard.Redis.Tests;

internal static class Parts
{
    /// <summary>Finds harassment in <c>idiot</c> and a crisis in <c>cannot go on</c>.</summary>
    public static IMessageClassifier Insults => new ScriptedClassifier().Finds(HarmCategory.Harassment, "idiot").Finds(HarmCategory.SelfHarmIntent, "cannot go on");

    public static IServiceCollection AddSingletons(this IServiceCollection services, IConversationStore store, IMessageClassifier classifier) =>
        services.AddSingleton(store).AddSingleton(classifier);
}
