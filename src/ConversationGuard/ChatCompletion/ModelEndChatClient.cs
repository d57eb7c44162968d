using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace ConversationGuard.ChatCompletion;

/// <summary>
/// Stands for the inner client in a call that has the tool of R13: answers those of its calls that nobody inside has answered, and calls the inner client again. Neither a call of the tool
/// nor its result gets out; calls of other tools pass untouched. Once the end is on record nothing more comes (R14).
/// </summary>
internal sealed class ModelEndChatClient(IChatClient innerClient, ModelEnd end) : IChatClient
{
    /// <summary>A request, its confirmation, a second attempt; the last round has no such tool.</summary>
    private const int LastRound = 4;

    /// <summary>Keeps the rounds here apart from the iterations of function invocation inside.</summary>
    private const int FirstStep = 1_000_000;

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var shown = new List<ChatMessage>();
        var usage = default(UsageDetails);
        for (var round = 0; ; round++)
        {
            var response = await innerClient.GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false);
            var calls = new EndCalls();
            calls.Add(response.Messages.SelectMany(message => message.Contents));
            if (round == 0 && !calls.Any)
            {
                return response;
            }

            shown.AddRange(response.Messages.Select(calls.Hide).OfType<ChatMessage>());
            usage = Sum(usage, response.Usage);
            var answers = await AnswerAsync(calls, round, cancellationToken).ConfigureAwait(false);
            if (answers.Count == 0)
            {
                return new ChatResponse(shown)
                {
                    AdditionalProperties = response.AdditionalProperties,
                    ConversationId = response.ConversationId,
                    CreatedAt = response.CreatedAt,
                    FinishReason = calls.FinishReason(response.FinishReason),
                    ModelId = response.ModelId,
                    RawRepresentation = response.RawRepresentation,
                    ResponseId = response.ResponseId,
                    Usage = usage,
                };
            }

            (messages, options) = Next(messages, options, response, answers, round);
        }
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var round = 0; ; round++)
        {
            var calls = new EndCalls();
            var updates = new List<ChatResponseUpdate>();
            await foreach (var update in innerClient.GetStreamingResponseAsync(messages, options, cancellationToken).ConfigureAwait(false))
            {
                if (end.Ended is not null)
                {
                    yield break;
                }

                updates.Add(update);
                end.ConversationId = update.ConversationId ?? end.ConversationId;
                calls.Add(update.Contents);
                if (calls.Hide(update) is { } shown)
                {
                    yield return shown;
                }
            }

            var answers = await AnswerAsync(calls, round, cancellationToken).ConfigureAwait(false);
            if (answers.Count == 0)
            {
                yield break;
            }

            (messages, options) = Next(messages, options, updates.ToChatResponse(), answers, round);
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => innerClient.GetService(serviceType, serviceKey);

    /// <summary>The inner client is the guard's to dispose of.</summary>
    public void Dispose()
    {
    }

    /// <summary>Answers the calls that nobody inside has answered; none if the response goes to the host.</summary>
    private async ValueTask<List<AIContent>> AnswerAsync(EndCalls calls, int round, CancellationToken cancellationToken)
    {
        var answers = new List<AIContent>();
        // With other tools pending the turn goes on outside, where they are run, in another call: what comes between ends the request.
        if (end.Ended is not null || round == LastRound || calls.AreOthersPending)
        {
            return answers;
        }

        foreach (var callId in calls.Pending)
        {
            var told = await end.AskAsync(FirstStep + round, isAlone: calls.IsAlone, cancellationToken).ConfigureAwait(false);
            answers.Add(new FunctionResultContent(callId, told));
        }

        return end.Ended is null ? answers : [];
    }

    private (IEnumerable<ChatMessage> Messages, ChatOptions? Options) Next(
        IEnumerable<ChatMessage> messages, ChatOptions? options, ChatResponse response, List<AIContent> answers, int round)
    {
        var answer = new ChatMessage(ChatRole.Tool, answers);
        options = options?.Clone() ?? new ChatOptions();
        if (end.IsRefused || round == LastRound - 1)
        {
            options.Tools = options.Tools?.Where(tool => !ReferenceEquals(tool, end)).ToList() is { Count: > 0 } others ? others : null;
        }

        if (response.ConversationId is null)
        {
            return ([.. messages, .. response.Messages, answer], options);
        }

        // The server holds the rest.
        options.ConversationId = response.ConversationId;
        return ([answer], options);
    }

    private static UsageDetails? Sum(UsageDetails? before, UsageDetails? more)
    {
        if (before is null || more is null)
        {
            return before ?? more;
        }

        var sum = new UsageDetails();
        sum.Add(before);
        sum.Add(more);
        return sum;
    }

    /// <summary>The tool calls of one response of the inner client.</summary>
    private sealed class EndCalls
    {
        private readonly HashSet<string> _own = [];
        private readonly List<string> _pending = [];
        private readonly HashSet<string> _others = [];
        private bool _isOtherUsed;
        private bool _isApprovalHidden;

        public bool Any => _own.Count > 0 || _isApprovalHidden;

        public IReadOnlyList<string> Pending => _pending;

        public bool AreOthersPending => _others.Count > 0;

        public bool IsAlone => _pending.Count == 1 && _own.Count == 1 && !_isOtherUsed;

        public void Add(IEnumerable<AIContent> contents)
        {
            foreach (var content in contents)
            {
                switch (content)
                {
                    case FunctionCallContent { Name: ModelEnd.ToolName } asked:
                        _own.Add(asked.CallId);
                        _pending.Add(asked.CallId);
                        break;
                    case FunctionResultContent answered when _own.Contains(answered.CallId):
                        _pending.Remove(answered.CallId);
                        break;
                    case FunctionCallContent other:
                        _others.Add(other.CallId);
                        _isOtherUsed = true;
                        break;
                    case FunctionResultContent otherAnswered:
                        _others.Remove(otherAnswered.CallId);
                        _isOtherUsed = true;
                        break;
                    case ToolApprovalRequestContent { ToolCall: FunctionCallContent { Name: ModelEnd.ToolName } }:
                        _isApprovalHidden = true;
                        break;
                    case ToolApprovalRequestContent:
                        _isOtherUsed = true;
                        break;
                    default:
                        break;
                }
            }
        }

        /// <summary>The message without what belongs to the tool; null if nothing is left.</summary>
        public ChatMessage? Hide(ChatMessage message)
        {
            if (!message.Contents.Any(IsOwn))
            {
                return message;
            }

            var shown = message.Clone();
            shown.Contents = [.. message.Contents.Where(content => !IsOwn(content))];
            return shown.Contents.Count == 0 ? null : shown;
        }

        public ChatResponseUpdate? Hide(ChatResponseUpdate update)
        {
            if (!update.Contents.Any(IsOwn))
            {
                return update;
            }

            var shown = update.Clone();
            shown.Contents = [.. update.Contents.Where(content => !IsOwn(content))];
            return shown.Contents.Count == 0 ? null : shown;
        }

        /// <summary>A response that asked for nothing but this tool does not ask the host for anything.</summary>
        public ChatFinishReason? FinishReason(ChatFinishReason? reason) =>
            reason == ChatFinishReason.ToolCalls && !AreOthersPending ? ChatFinishReason.Stop : reason;

        private bool IsOwn(AIContent content) => content switch
        {
            FunctionCallContent call => call.Name == ModelEnd.ToolName,
            FunctionResultContent result => _own.Contains(result.CallId),
            ToolApprovalRequestContent { ToolCall: FunctionCallContent call } => call.Name == ModelEnd.ToolName,
            _ => false,
        };
    }
}
