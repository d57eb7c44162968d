using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.Hosting;
using ConversationGuard.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace ConversationGuard.Redis.Tests;

/// <summary>One of several machines that share a server.</summary>
internal static class Machine
{
    public static GuardedConversation On(int port, IChatClient? model = null, Action<IServiceCollection>? register = null, IList<ChatMessage>? history = null, int copies = 100_000, TimeSpan? timeout = null) => new(
        options =>
        {
            options.StoreFailure = new StoreFailureOptions { Timeout = timeout ?? TimeSpan.FromMilliseconds(500), RetryAfter = TimeSpan.FromMilliseconds(100) };
            options.Store.Capacity = copies;
        },
        services =>
        {
            services.AddSingleton<IMessageClassifier>(Parts.Insults);
            services.AddRedisConversationStore($"127.0.0.1:{port},connectTimeout=500,asyncTimeout=30000,connectRetry=1,keepAlive=1");
            register?.Invoke(services);
        },
        model)
    {
        History = history ?? [],
    };

    /// <summary>Waits until the machine reaches its server again.</summary>
    public static async Task IsConnectedAsync(this GuardedConversation machine)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await machine.Guard.GetStatusAsync("is it there?");
                return;
            }
            catch (ConversationStoreUnavailableException) when (attempt < 200)
            {
                await Task.Delay(100);
            }
        }
    }
}
