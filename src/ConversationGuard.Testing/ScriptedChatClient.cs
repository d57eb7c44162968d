using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Testing;

/// <summary>An inner client that answers what the test says and keeps what it was asked. Safe for concurrent use.</summary>
public sealed class ScriptedChatClient : IChatClient
{
    private readonly object _lock = new();
    private readonly List<ScriptedCall> _calls = [];
    private readonly Queue<string> _replies;
    private int _openStreams;

    /// <summary>Initializes a client.</summary>
    /// <param name="replies">What it answers, one after the other; then "Reply N" to the N-th call.</param>
    public ScriptedChatClient(params string[] replies) => _replies = new Queue<string>(replies);

    /// <summary>Gets or sets what gives the answers instead; null for the replies.</summary>
    public Func<ScriptedCall, ChatResponse>? Respond { get; set; }

    /// <summary>Gets or sets what happens before each answer, for example a delay or an exception.</summary>
    public Func<ScriptedCall, CancellationToken, Task>? Before { get; set; }

    /// <summary>Gets or sets what happens after the update with this index went out, while streaming.</summary>
    public Func<int, CancellationToken, Task>? AfterUpdate { get; set; }

    /// <summary>Gets every call, oldest first.</summary>
    public IReadOnlyList<ScriptedCall> Calls
    {
        get
        {
            lock (_lock)
            {
                return [.. _calls];
            }
        }
    }

    /// <summary>Gets how many streams were begun and not disposed of: after a test none should be left.</summary>
    public int OpenStreams => Volatile.Read(ref _openStreams);

    /// <inheritdoc/>
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var call = Record(messages, options);
        if (Before is { } before)
        {
            await before(call, cancellationToken).ConfigureAwait(false);
        }

        return Answer(call);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _openStreams);
        try
        {
            var call = Record(messages, options);
            if (Before is { } before)
            {
                await before(call, cancellationToken).ConfigureAwait(false);
            }

            var index = 0;
            foreach (var update in Answer(call).ToChatResponseUpdates())
            {
                yield return update;
                if (AfterUpdate is { } after)
                {
                    await after(index, cancellationToken).ConfigureAwait(false);
                }

                index++;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _openStreams);
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("scripted") : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // There is nothing to dispose of; a test may ask for the calls afterwards.
    }

    private ScriptedCall Record(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        lock (_lock)
        {
            var call = new ScriptedCall(_calls.Count + 1, [.. messages], options);
            _calls.Add(call);
            return call;
        }
    }

    private ChatResponse Answer(ScriptedCall call)
    {
        if (Respond is { } respond)
        {
            return respond(call);
        }

        lock (_lock)
        {
            return new ChatResponse(new ChatMessage(ChatRole.Assistant, _replies.Count > 0 ? _replies.Dequeue() : FormattableString.Invariant($"Reply {call.Number}")))
            {
                FinishReason = ChatFinishReason.Stop,
            };
        }
    }
}

/// <summary>What a scripted client was asked.</summary>
/// <param name="Number">Which call it was, from 1 on.</param>
/// <param name="Messages">The messages.</param>
/// <param name="Options">The options; null if none.</param>
public sealed record ScriptedCall(int Number, IReadOnlyList<ChatMessage> Messages, ChatOptions? Options)
{
    /// <summary>Gets the instructions of the call, among them those of the guard; null if none.</summary>
    public string? Instructions => Options?.Instructions;
}
