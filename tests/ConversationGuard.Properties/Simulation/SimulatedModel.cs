using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Properties.Simulation;

/// <summary>The provider: answers, fails, breaks off, asks for tools - and talks in insults itself, which must count against nobody (R15).</summary>
internal sealed class SimulatedModel(Holder holder) : IChatClient
{
    private static readonly AsyncLocal<Call?> _current = new();
    private int _ids;

    public Fate Fate { get; set; }

    /// <summary>Gets or sets the call that is made; two at once have one each.</summary>
    public static Call? Current
    {
        get => _current.Value;
        set => _current.Value = value;
    }

    public CancellationTokenSource? Cancellation { get; set; }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        Record(messages, options);
        ThrowIfBroken(Fate is Fate.Fails or Fate.BreaksMidway, cancellationToken);
        var response = Fate == Fate.AnswersAfterTools
            ? new ChatResponse(new ChatMessage(ChatRole.Assistant, [new FunctionCallContent($"tool-{Number(messages)}", "look_up")]))
            : new ChatResponse(new ChatMessage(ChatRole.Assistant, $"insult of the model {Number(messages)}"));
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
            yield return new ChatResponseUpdate(ChatRole.Assistant, [new FunctionCallContent($"tool-{Number(messages)}", "look_up")]) { ConversationId = conversationId };
            yield break;
        }

        yield return new ChatResponseUpdate(ChatRole.Assistant, "insult of ") { ConversationId = conversationId };
        ThrowIfBroken(Fate == Fate.BreaksMidway, cancellationToken);
        yield return new ChatResponseUpdate(ChatRole.Assistant, $"the model {Number(messages)}") { ConversationId = conversationId };
        await Task.CompletedTask;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    private string? NextConversationId(ChatOptions? options) => holder switch
    {
        Holder.Server => options?.ConversationId,
        Holder.ServerWithChangingIds => $"id-{++_ids}",
        _ => null,
    };

    private static int Number(IEnumerable<ChatMessage> messages) => messages.Count();

    private static void Record(IEnumerable<ChatMessage> messages, ChatOptions? options) => Current?.Model.Add(new ModelCall([.. messages], options));

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
