using ConsoleChat.Eliza;
using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Hosting;
using ConversationGuard.Transcripts;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace ConsoleChat.Tests;

/// <summary>ELIZA behind a guard whose classifier knows but two words: ABUSE and CRISIS.</summary>
internal sealed class GuardedEliza : IDisposable
{
    private readonly ServiceProvider _services;

    public GuardedEliza(Action<ConversationGuardOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IMessageClassifier, WordClassifier>();
        services.AddConversationGuard(options =>
        {
            options.Culture = "en";
            configure?.Invoke(options);
        });
        services.AddChatClient(new ElizaChatClient()).UseConversationGuard();
        services.AddSingleton<TurnObserver>().AddSingleton<IGuardObserver>(provider => provider.GetRequiredService<TurnObserver>());
        _services = services.BuildServiceProvider();
    }

    public IChatClient Client => _services.GetRequiredService<IChatClient>();

    public TurnObserver Observer => _services.GetRequiredService<TurnObserver>();

    public void Dispose() => _services.Dispose();

    private sealed class WordClassifier : IMessageClassifier
    {
        public ValueTask<MessageClassification> ClassifyAsync(ClassificationRequest request, CancellationToken cancellationToken = default) => ValueTask.FromResult(
            request.Text.Contains("ABUSE", StringComparison.Ordinal) ? new MessageClassification([new CategoryScore(HarmCategory.Harassment, 0.97)])
            : request.Text.Contains("CRISIS", StringComparison.Ordinal) ? new MessageClassification([new CategoryScore(HarmCategory.SelfHarmIntent, 0.97)])
            : MessageClassification.Clean);
    }
}
