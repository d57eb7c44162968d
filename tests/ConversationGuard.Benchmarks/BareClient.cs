using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Benchmarks;

/// <summary>An inner client that answers at once with the same response, so that what is measured is what stands around it.</summary>
internal sealed class BareClient : IChatClient
{
    private readonly Task<ChatResponse> _response = Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "Gladly.")));
    private readonly ChatResponseUpdate[] _updates = [new(ChatRole.Assistant, "Glad"), new(ChatRole.Assistant, "ly.")];

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => _response;

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var update in _updates)
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType?.IsInstanceOfType(this) == true ? this : null;

    public void Dispose()
    {
    }
}
