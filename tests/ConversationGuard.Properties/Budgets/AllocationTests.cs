using System.Runtime.CompilerServices;
using ConversationGuard.Classification;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace ConversationGuard.Properties.Budgets;

/// <summary>What the guard leaves to the garbage collector where there is nothing for it to do. How long it takes is measured in ConversationGuard.Benchmarks.</summary>
[TestFixture]
public sealed class AllocationTests
{
    private const int Calls = 1_000;

    /// <summary>The budget is a kilobyte. What the classifier makes depends on its model and on the message, so it is left out here: with three scores a classification takes 104 bytes.</summary>
    private const int Budget = 1_024 - 104;

    private static readonly ChatOptions _keyed = new ChatOptions().WithConversationKey("clean");

    [TestCase(ChatPath.Whole, 1)]
    [TestCase(ChatPath.Whole, 100)]
    [TestCase(ChatPath.Streaming, 1)]
    [TestCase(ChatPath.Streaming, 100)]
    public void A_clean_turn_with_a_key_allocates_less_than_a_kilobyte_over_the_bare_client_however_long_its_history_is(ChatPath path, int turns)
    {
        using var bare = new BareClient();
        using var services = new ServiceCollection().AddSingleton<IMessageClassifier>(new CalmClassifier()).BuildServiceProvider();
        using var guarded = bare.AsBuilder().UseConversationGuard(configure: _ => { }).Build(services);
        var history = History(turns);

        var added = BytesPerCall(path, guarded, history) - BytesPerCall(path, bare, history);

        added.Should().BePositive().And.BeLessThan(Budget);
    }

    private static List<ChatMessage> History(int turns)
    {
        List<ChatMessage> history = [new(ChatRole.System, "You are a travel assistant.")];
        for (var turn = 1; turn < turns; turn++)
        {
            history.Add(new(ChatRole.User, $"What should we see on day {turn} if it rains?"));
            history.Add(new(ChatRole.Assistant, "The aquarium is dry and close to the river."));
        }

        history.Add(new(ChatRole.User, "What should we see in Lisbon on a weekend with two children?"));
        return history;
    }

    /// <summary>After a warm-up, since the first calls make what later ones share.</summary>
    private static long BytesPerCall(ChatPath path, IChatClient client, List<ChatMessage> history)
    {
        long Measure()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Calls; i++)
            {
                // Nothing in it waits, so that all of it happens on this thread.
                if (!CallAsync(path, client, history).IsCompletedSuccessfully)
                {
                    Assert.Fail("The call waited, or failed.");
                }
            }

            return (GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
        }

        Measure();
        return Measure();
    }

    private static async Task CallAsync(ChatPath path, IChatClient client, List<ChatMessage> history)
    {
        if (path == ChatPath.Whole)
        {
            await client.GetResponseAsync(history, _keyed);
            return;
        }

        await foreach (var update in client.GetStreamingResponseAsync(history, _keyed))
        {
            _ = update;
        }
    }

    private sealed class CalmClassifier : IMessageClassifier
    {
        public ValueTask<MessageClassification> ClassifyAsync(ClassificationRequest request, CancellationToken cancellationToken = default) => new(MessageClassification.Clean);
    }

    private sealed class BareClient : IChatClient
    {
        private readonly Task<ChatResponse> _response = Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "Gladly.")));
        private readonly ChatResponseUpdate[] _updates = [new(ChatRole.Assistant, "Glad"), new(ChatRole.Assistant, "ly.")];

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => _response;

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.CompletedTask;
            foreach (var update in _updates)
            {
                yield return update;
            }
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
