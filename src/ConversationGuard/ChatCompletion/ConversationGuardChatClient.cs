using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace ConversationGuard.ChatCompletion;

/// <summary>Guards the conversations of an inner chat client: redirects, warns and, as a last resort, ends them.</summary>
/// <remarks>
/// Made by <c>UseConversationGuard</c> on a <see cref="ChatClientBuilder"/>. It belongs outermost: outside function invocation it judges a user turn
/// once, and outside retries and failover nobody else answers in a conversation that was ended. Safe for concurrent use.
/// </remarks>
public sealed class ConversationGuardChatClient : DelegatingChatClient
{
    /// <summary>The finish reason of the response that stands for an end under <see cref="EndBehavior.Respond"/>.</summary>
    public static readonly ChatFinishReason ConversationEndedFinishReason = new("conversation_ended");

    private readonly GuardPipeline _pipeline;
    private bool _disposed;

    internal ConversationGuardChatClient(IChatClient innerClient, GuardPipeline pipeline)
        : base(innerClient) =>
        _pipeline = pipeline;

    /// <inheritdoc/>
    /// <exception cref="ConversationEndedException">The conversation is over (<see cref="EndBehavior.Throw"/>).</exception>
    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var call = await BeginAsync(messages, options, cancellationToken).ConfigureAwait(false);
        if (call.Ended is not null)
        {
            return Final(call);
        }

        var response = OwnResponse(call) ?? await Inner(call).GetResponseAsync(call.Messages, call.Options, cancellationToken).ConfigureAwait(false);
        if (call.ModelEnd?.Ended is { } ended)
        {
            await _pipeline.CompleteEndAsync(call, response.ConversationId, cancellationToken).ConfigureAwait(false);
            return WithEnd(response, Final(call with { Ended = ended }));
        }

        call = await _pipeline.LookAgainAsync(call, cancellationToken).ConfigureAwait(false);
        if (call.Ended is null && !call.IsPassedOn)
        {
            var isReply = !AsksForTools(response.Messages);
            if (isReply && call.Notice is { } notice)
            {
                response = WithNotice(response, notice, call.NoticeKind);
            }

            call = await _pipeline.CompleteAsync(call, response.ConversationId, isReply, cancellationToken).ConfigureAwait(false);
        }

        return call.Ended is null ? response : Final(call);
    }

    /// <inheritdoc/>
    /// <exception cref="ConversationEndedException">
    /// The conversation is over (<see cref="EndBehavior.Throw"/>); thrown by the first <c>MoveNextAsync</c>, before any update. If the model ended it (R13), thrown once its farewell went out.
    /// If another call ends it while the model is at work on this one, thrown in place of what was still to come (R14).
    /// </exception>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var call = await BeginAsync(messages, options, cancellationToken).ConfigureAwait(false);
        if (call.Ended is null)
        {
            var reply = call.IsPassedOn ? null : new StreamedReply();
            var updates = OwnResponse(call) is { } own
                ? ToAsync(own.ToChatResponseUpdates())
                : Inner(call).GetStreamingResponseAsync(call.Messages, call.Options, cancellationToken);
            await foreach (var update in updates.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                call = await _pipeline.LookAgainAsync(call, cancellationToken).ConfigureAwait(false);
                if (call.Ended is not null)
                {
                    break;
                }

                reply?.Add(update);
                yield return update;
            }

            if (call.ModelEnd is { Ended: not null })
            {
                await _pipeline.CompleteEndAsync(call, call.ModelEnd.ConversationId ?? reply?.ConversationId, cancellationToken).ConfigureAwait(false);
                call = call with { Ended = call.ModelEnd.Ended };
            }
            else if (reply is not null && call.Ended is null)
            {
                if (!reply.AsksForTools && call.Notice is { } notice)
                {
                    yield return NoticeUpdate(reply, notice, call.NoticeKind);
                }

                call = await _pipeline.CompleteAsync(call, reply.ConversationId, !reply.AsksForTools, cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (var update in call.Ended is null ? [] : Final(call).ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        base.Dispose(disposing);
    }

    private async ValueTask<GuardedTurn> BeginAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();

        // Enumerated once: the messages may be a query that can run only once.
        var list = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        if (list.Contains(null!))
        {
            throw new ArgumentException($"The message at index {list.TakeWhile(message => message is not null).Count()} is null.", nameof(messages));
        }

        var call = await _pipeline.BeginAsync(list, options, cancellationToken).ConfigureAwait(false);
        return call.Ended is null ? ModelEnd.Offer(call, _pipeline, InnerClient) : call;
    }

    /// <summary>Where the model has a tool to ask for the end, its calls are answered on the way (R13).</summary>
    private IChatClient Inner(GuardedTurn call) => call.ModelEnd is null ? InnerClient : new ModelEndChatClient(InnerClient, call.ModelEnd);

    /// <summary>The one final message (R14).</summary>
    /// <exception cref="ConversationEndedException">The host asked for an exception.</exception>
    private static ChatResponse Final(GuardedTurn call) => call.Settings.EndBehavior == EndBehavior.Throw ? throw call.Ended! : OwnResponse(call)!;

    /// <summary>The final message after the model's farewell.</summary>
    private static ChatResponse WithEnd(ChatResponse response, ChatResponse end) => new([.. response.Messages, .. end.Messages])
    {
        AdditionalProperties = end.AdditionalProperties,
        ConversationId = response.ConversationId ?? end.ConversationId,
        CreatedAt = response.CreatedAt,
        FinishReason = end.FinishReason,
        ModelId = response.ModelId,
        ResponseId = response.ResponseId,
        Usage = response.Usage,
    };

    /// <summary>What the guard answers itself, the inner client not being called; null if it does not.</summary>
    private static ChatResponse? OwnResponse(GuardedTurn call)
    {
        var (text, finishReason) = call switch
        {
            { Ended: { } ended } => (ended.UserMessage, ConversationEndedFinishReason),
            { Reply: { } reply } => (reply, ChatFinishReason.Stop),
            _ => (null, default),
        };

        // The request's conversation id is echoed: agent frameworks refuse a response that lost it.
        return text is null ? null : new ChatResponse(new ChatMessage(ChatRole.Assistant, text) { MessageId = Guid.NewGuid().ToString("N") })
        {
            ConversationId = call.Options?.ConversationId,
            FinishReason = finishReason,
            AdditionalProperties = call.Ended is null ? null : EndProperties(call.Ended),
        };
    }

    private static AdditionalPropertiesDictionary EndProperties(ConversationEndedException ended) => new()
    {
        ["ConversationGuard.Reason"] = ended.Reason.Value,
        ["ConversationGuard.Category"] = ended.Category.Value,
        ["ConversationGuard.IsRepeat"] = ended.IsRepeat,
    };

    /// <summary>Appends to a copy: an inner client may hand out one response more than once.</summary>
    private static ChatResponse WithNotice(ChatResponse response, string notice, string? kind)
    {
        var messages = response.Messages.ToList();
        if (messages is [.., { Role: var role } last] && role == ChatRole.Assistant)
        {
            messages[^1] = last.Clone();
            messages[^1].Contents = [.. last.Contents, GuardNotice.Content(Separated(notice, !string.IsNullOrEmpty(last.Text)), kind)];
        }
        else
        {
            messages.Add(new ChatMessage(ChatRole.Assistant, [GuardNotice.Content(notice, kind)]));
        }

        return new ChatResponse(messages)
        {
            AdditionalProperties = response.AdditionalProperties,
            ConversationId = response.ConversationId,
            CreatedAt = response.CreatedAt,
            FinishReason = response.FinishReason,
            ModelId = response.ModelId,
            RawRepresentation = response.RawRepresentation,
            ResponseId = response.ResponseId,
            Usage = response.Usage,
        };
    }

    private static string Separated(string notice, bool followsText) => followsText ? "\n\n" + notice : notice;

    /// <summary>Belongs to the message that went out last, so that both paths give the same message.</summary>
    private static ChatResponseUpdate NoticeUpdate(StreamedReply reply, string notice, string? kind) => new(ChatRole.Assistant, [GuardNotice.Content(Separated(notice, reply is { IsAssistant: true, HasText: true }), kind)])
    {
        AuthorName = reply.IsAssistant ? reply.Last?.AuthorName : null,
        ConversationId = reply.Last?.ConversationId,
        CreatedAt = reply.Last?.CreatedAt,
        MessageId = reply.IsAssistant ? reply.Last?.MessageId : null,
        ModelId = reply.Last?.ModelId,
        ResponseId = reply.Last?.ResponseId,
    };

    private static bool AsksForTools(IList<ChatMessage> messages)
    {
        var tools = new ToolCalls();
        for (var i = 0; i < messages.Count; i++)
        {
            tools.Add(messages[i].Contents);
        }

        return tools.ArePending;
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> ToAsync(IEnumerable<ChatResponseUpdate> updates)
    {
        foreach (var update in updates)
        {
            yield return update;
        }

        await default(ValueTask).ConfigureAwait(false);
    }

    /// <summary>What a stream has brought so far.</summary>
    private sealed class StreamedReply
    {
        private ToolCalls _tools;
        private string? _messageId;
        private ChatRole? _role;

        public ChatResponseUpdate? Last { get; private set; }

        public string? ConversationId { get; private set; }

        public bool AsksForTools => _tools.ArePending;

        /// <summary>Gets a value indicating whether the message that the stream is at has text.</summary>
        public bool HasText { get; private set; }

        /// <summary>Gets a value indicating whether the message that the stream is at is the assistant's.</summary>
        public bool IsAssistant => _role is null || _role == ChatRole.Assistant;

        public void Add(ChatResponseUpdate update)
        {
            // A new message begins where the id or the role changes.
            var isNew = (update.MessageId is { Length: > 0 } id && _messageId is not null && id != _messageId) || (update.Role is { } role && _role is not null && role != _role);
            HasText = (!isNew && HasText) || !string.IsNullOrEmpty(update.Text);
            _messageId = update.MessageId is { Length: > 0 } ? update.MessageId : _messageId;
            _role = update.Role ?? _role;
            ConversationId = update.ConversationId ?? ConversationId;
            _tools.Add(update.Contents);
            Last = update;
        }
    }

    /// <summary>Which tool calls of a response have no result in it: a reply is still to come.</summary>
    private struct ToolCalls
    {
        private HashSet<string>? _pending;

        public readonly bool ArePending => _pending is { Count: > 0 };

        public void Add(IList<AIContent> contents)
        {
            for (var i = 0; i < contents.Count; i++)
            {
                switch (contents[i])
                {
                    // What a service tells of a tool that it ran itself asks for nothing.
                    case FunctionCallContent { InformationalOnly: false } asked:
                        (_pending ??= []).Add(asked.CallId);
                        break;
                    case FunctionResultContent answered:
                        _pending?.Remove(answered.CallId);
                        break;
                    default:
                        break;
                }
            }
        }
    }
}
