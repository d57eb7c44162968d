using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Tests.Doubles;

/// <summary>An inner client that answers what the test says and keeps what it was asked.</summary>
internal sealed class ScriptedChatClient : IChatClient
{
    private readonly List<Call> _calls = [];
    private readonly object _lock = new();

    /// <summary>Gets or sets what it answers; default "Reply N" to the N-th call.</summary>
    public Func<IReadOnlyList<ChatMessage>, ChatOptions?, ChatResponse>? Respond { get; set; }

    /// <summary>Gets or sets what happens before the answer, for example a delay or an exception.</summary>
    public Func<CancellationToken, Task>? Before { get; set; }

    /// <summary>Gets or sets what happens after the update with this index went out, while streaming.</summary>
    public Func<int, CancellationToken, Task>? AfterUpdate { get; set; }

    public IReadOnlyList<Call> Calls
    {
        get
        {
            lock (_lock)
            {
                return [.. _calls];
            }
        }
    }

    public bool IsDisposed { get; private set; }

    /// <summary>Gets how many streams were begun but not disposed of.</summary>
    public int OpenStreams { get; private set; }

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var response = Record(messages, options);
        if (Before is { } before)
        {
            await before(cancellationToken);
        }

        return response();
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        OpenStreams++;
        try
        {
            var response = Record(messages, options);
            if (Before is { } before)
            {
                await before(cancellationToken);
            }

            var index = 0;
            foreach (var update in response().ToChatResponseUpdates())
            {
                yield return update;
                if (AfterUpdate is { } after)
                {
                    await after(index, cancellationToken);
                }

                index++;
            }
        }
        finally
        {
            OpenStreams--;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this :
        serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("scripted") : null;

    public void Dispose() => IsDisposed = true;

    private Func<ChatResponse> Record(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        int number;
        var call = new Call([.. messages], options);
        lock (_lock)
        {
            _calls.Add(call);
            number = _calls.Count;
        }

        return () => Respond?.Invoke(call.Messages, options) ?? new ChatResponse(new ChatMessage(ChatRole.Assistant, $"Reply {number}"));
    }

    internal sealed record Call(IReadOnlyList<ChatMessage> Messages, ChatOptions? Options)
    {
        public string? Instructions => Options?.Instructions;
    }
}
