using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Properties.Simulation;

/// <summary>The provider: answers, fails, breaks off, asks for tools - and talks in insults itself, which must count against nobody (R15).</summary>
internal sealed class SimulatedModel(Holder holder) : IChatClient
{
    public const string EndTool = "end_conversation";
    public const string Farewell = "Take care.";

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
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, Tools(messages, options) ?? [new TextContent($"insult of the model {Number(messages)}")]) { MessageId = AnswerId() });
        response.ConversationId = NextConversationId(options);
        return Task.FromResult(response);
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Record(messages, options);
        ThrowIfBroken(Fate == Fate.Fails, cancellationToken);
        var conversationId = NextConversationId(options);
        if (Tools(messages, options) is { } tools)
        {
            foreach (var content in tools)
            {
                yield return new ChatResponseUpdate(ChatRole.Assistant, [content]) { ConversationId = conversationId, MessageId = AnswerId() };
            }

            yield break;
        }

        yield return new ChatResponseUpdate(ChatRole.Assistant, "insult of ") { ConversationId = conversationId, MessageId = AnswerId() };
        ThrowIfBroken(Fate == Fate.BreaksMidway, cancellationToken);
        yield return new ChatResponseUpdate(ChatRole.Assistant, $"the model {Number(messages)}") { ConversationId = conversationId, MessageId = AnswerId() };
        await Task.CompletedTask;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    public static bool HasEndTool(ChatOptions? options) => options?.Tools?.Any(tool => tool.Name == EndTool) == true;

    /// <summary>Which tools it asks for in this answer; null if it answers in words.</summary>
    private List<AIContent>? Tools(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var (round, number) = (Current?.Model.Count ?? 1, Number(messages));
        FunctionCallContent End(int which) => new($"{EndTool}-{number}-{which}", EndTool);
        List<AIContent>? tools = (Fate, HasEndTool(options), round) switch
        {
            (Fate.AsksToEnd or Fate.AsksToEndTwice or Fate.AsksToEndAroundATool, true, 1) => [End(1)],
            (Fate.AsksToEndTwice, true, 2) => [new TextContent(Farewell), End(1)],
            (Fate.AsksToEndTwiceInOneAnswer, true, 1) => [End(1), End(2)],
            (Fate.AnswersAfterTools or Fate.AsksToEndAroundATool, _, _) => [new FunctionCallContent($"tool-{number}", "look_up")],
            _ => null,
        };
        Current?.Model[^1].EndCalls = tools?.OfType<FunctionCallContent>().Count(tool => tool.Name == EndTool) ?? 0;
        return tools;
    }

    private string? NextConversationId(ChatOptions? options) => holder switch
    {
        Holder.Server => options?.ConversationId,
        Holder.ServerWithChangingIds => $"id-{++_ids}",
        _ => null,
    };

    private static string AnswerId() => $"a{Current?.Index}-{Current?.Model.Count}";

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
