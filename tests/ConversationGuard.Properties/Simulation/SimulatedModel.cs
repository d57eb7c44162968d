using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Properties.Simulation;

/// <summary>The provider: answers, fails, breaks off, asks for tools - and talks in insults itself, which must count against nobody (R15).</summary>
internal sealed class SimulatedModel(Holder holder) : IChatClient
{
    private int _replies;

    public Fate Fate { get; set; }

    public Call? Current { get; set; }

    public CancellationTokenSource? Cancellation { get; set; }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        Record(messages, options);
        ThrowIfBroken(Fate is Fate.Fails or Fate.BreaksMidway, cancellationToken);
        var response = Fate == Fate.AnswersAfterTools
            ? new ChatResponse(new ChatMessage(ChatRole.Assistant, [new FunctionCallContent($"tool-{_replies}", "look_up")]))
            : new ChatResponse(new ChatMessage(ChatRole.Assistant, $"insult of the model {++_replies}"));
        response.ConversationId = NextConversationId(options);
        return Task.FromResult(response);
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Record(messages, options);
        ThrowIfBroken(Fate == Fate.Fails, cancellationToken);
        var conversationId = NextConversationId(options);
        if (Fate == Fate.AnswersAfterTools)
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, [new FunctionCallContent($"tool-{_replies}", "look_up")]) { ConversationId = conversationId };
            yield break;
        }

        var number = ++_replies;
        yield return new ChatResponseUpdate(ChatRole.Assistant, "insult of ") { ConversationId = conversationId };
        ThrowIfBroken(Fate == Fate.BreaksMidway, cancellationToken);
        yield return new ChatResponseUpdate(ChatRole.Assistant, $"the model {number}") { ConversationId = conversationId };
        await Task.CompletedTask;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    private int _ids;

    private string? NextConversationId(ChatOptions? options) => holder switch
    {
        Holder.Server => options?.ConversationId,
        Holder.ServerWithChangingIds => $"id-{++_ids}",
        _ => null,
    };

    private void Record(IEnumerable<ChatMessage> messages, ChatOptions? options) => Current?.Model.Add(new ModelCall([.. messages], options));

    private void ThrowIfBroken(bool breaks, CancellationToken cancellationToken)
    {
        if (Fate == Fate.IsCancelled)
        {
            Cancellation?.Cancel();
            cancellationToken.ThrowIfCancellationRequested();
        }

        if (breaks)
        {
            throw new HttpRequestException("The provider is scripted to fail.");
        }
    }
}
