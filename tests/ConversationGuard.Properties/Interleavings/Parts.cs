using System.Runtime.CompilerServices;
using ConversationGuard.Conversations;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Properties.Interleavings;

/// <summary>A store in which somebody else may come before every operation.</summary>
internal sealed class ScheduledStore(Scheduler scheduler) : IConversationStore
{
    private readonly InMemoryConversationStore _inner = new();

    /// <summary>Gets every ledger that was written, with the one before it and when.</summary>
    public List<(int At, string Key, ConversationLedger Before, ConversationLedger After)> Writes { get; } = [];

    public async ValueTask<VersionedLedger> GetAsync(string key, CancellationToken cancellationToken = default)
    {
        await scheduler.PointAsync();
        return await _inner.GetAsync(key, cancellationToken);
    }

    public async ValueTask<bool> TryUpdateAsync(string key, ConversationLedger ledger, long expectedVersion, CancellationToken cancellationToken = default)
    {
        await scheduler.PointAsync();
        var before = await _inner.GetAsync(key, CancellationToken.None);
        if (!await _inner.TryUpdateAsync(key, ledger, expectedVersion, cancellationToken))
        {
            return false;
        }

        Writes.Add((scheduler.Now, key, before.Ledger, ledger));
        return true;
    }

    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default) => _inner.RemoveAsync(key, cancellationToken);

    /// <summary>Puts a ledger on record before anything begins.</summary>
    public void Begin(string key, ConversationLedger ledger)
    {
        if (!ledger.IsEmpty)
        {
            _inner.TryUpdateAsync(key, ledger, 0).AsTask().GetAwaiter().GetResult();
        }
    }

    public ConversationLedger Read(string key) => _inner.GetAsync(key).AsTask().GetAwaiter().GetResult().Ledger;
}

/// <summary>How a model takes its calls.</summary>
internal enum Model
{
    Answers,
    Fails,

    /// <summary>Asks for the end, and confirms it, wherever it is given the tool; else it answers.</summary>
    AsksForTheEnd,
}

/// <summary>A model that takes its time: others may come before and while it answers. The call says how it goes.</summary>
internal sealed class ScheduledModel(Scheduler scheduler) : IChatClient
{
    public const string HowKey = "model";

    private const string EndTool = "end_conversation";

    /// <summary>Gets when which calls began, and with which instructions.</summary>
    public List<(int At, string Text, string? Instructions)> Begun { get; } = [];

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        Begin(messages, options);
        await WaitAsync(options, cancellationToken);
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, Answer(options))) { ConversationId = options?.ConversationId };
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Begin(messages, options);
        yield return new ChatResponseUpdate(ChatRole.Assistant, "Well. ") { ConversationId = options?.ConversationId };
        await WaitAsync(options, cancellationToken);
        yield return new ChatResponseUpdate(ChatRole.Assistant, Answer(options)) { ConversationId = options?.ConversationId };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    /// <summary>The first call of a turn begins it; what follows answers the results of tools.</summary>
    private void Begin(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        if (messages.Last() is { } last && last.Role == ChatRole.User)
        {
            Begun.Add((scheduler.Now, last.Text, options?.Instructions));
        }
    }

    private async Task WaitAsync(ChatOptions? options, CancellationToken cancellationToken)
    {
        await scheduler.PointAsync();
        cancellationToken.ThrowIfCancellationRequested();
        if (How(options) == Model.Fails)
        {
            throw new HttpRequestException("The model is scripted to fail.");
        }
    }

    private static List<AIContent> Answer(ChatOptions? options) =>
        How(options) == Model.AsksForTheEnd && options?.Tools?.Any(tool => tool.Name == EndTool) == true
            ? [new FunctionCallContent(Guid.NewGuid().ToString("N"), EndTool)]
            : [new TextContent("I see.")];

    private static Model How(ChatOptions? options) => options?.AdditionalProperties?.TryGetValue(HowKey, out Model how) == true ? how : Model.Answers;
}
