using System.Text.Json;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Termination;
using Microsoft.Extensions.AI;

namespace ConversationGuard.ChatCompletion;

/// <summary>
/// The model's way to ask for the end of the conversation (R13): a tool, for one call. The first use is a request, and is answered with the demand to confirm it; the next use, with nothing
/// in between, is the confirmation; then the ledger and the policies decide. Nothing of this outlives the call.
/// </summary>
/// <remarks>Used by function invocation inside the guard, or, where there is none or it is outside, by <see cref="ModelEndChatClient"/>. The arguments are never read (R19).</remarks>
internal sealed class ModelEnd : AIFunction
{
    public const string ToolName = "end_conversation";

    private const string Confirm =
        "Not ended yet. An end is final for the user. If attempts to change course and a warning have failed, or the user has just confirmed their own wish to end, and nothing suggests that " +
        "the user or anyone else may be at risk, confirm by calling " + ToolName + " again now, alone; you may write one short, kind sentence of farewell with it. Otherwise do not call it " +
        "again: answer the user, and go on.";

    private const string CallAlone = "Not ended. To ask for the end, call " + ToolName + " alone, without another tool call beside it. Otherwise answer the user, and go on.";

    private const string Over = "The conversation is over. Write nothing more.";

    private static readonly JsonElement _schema = Parse("""
        { "type": "object", "properties": { "reason": { "type": "string", "description": "Why, in a few words. It is not kept." } } }
        """);

    private static readonly GuardDecision _noneInHold = GuardDecision.Veto(GuardAction.Continue, "R5");
    private static readonly GuardDecision _noGrounds = GuardDecision.Veto(GuardAction.Continue, "R13");
    private static readonly GuardDecision _endAfterWarning = GuardDecision.End(EndReason.ModelRequest, "R1", "R13");
    private static readonly GuardDecision _endAtUserRequest = GuardDecision.End(EndReason.UserRequest, "R1", "R12", "R13");

    private readonly GuardPipeline _pipeline;
    private readonly Outcome _outcome;
    private readonly object _lock = new();
    private int? _requestedAt;
    private string? _refusal;

    private ModelEnd(GuardPipeline pipeline, Outcome outcome) => (_pipeline, _outcome) = (pipeline, outcome);

    public override string Name => ToolName;

    public override string Description =>
        "Asks to end this conversation for good, as a last resort. Only if the user stays abusive, or keeps asking for serious harm, although several attempts to change course and an explicit warning " +
        "have failed; or if the user, asked to confirm their own wish to end, has just confirmed it. Never because of disagreement, criticism, frustration or swearing. Never if the user may harm " +
        "themselves or someone else or is in a crisis. It has to be called a second time to confirm, and it may be refused.";

    public override JsonElement JsonSchema => _schema;

    /// <summary>Gets the end, once it is on record.</summary>
    public ConversationEndedException? Ended { get; private set; }

    /// <summary>Gets or sets the conversation id of the last answer, which may be hidden with the call in it.</summary>
    public string? ConversationId { get; set; }

    /// <summary>Gets a value indicating whether a confirmed request was refused: then the tool is taken away.</summary>
    public bool IsRefused => _refusal is not null;

    /// <summary>Gives the tool to the model in a clone of the options, if the ledger allows it; else the turn stays as it is.</summary>
    public static GuardedTurn Offer(GuardedTurn turn, GuardPipeline pipeline, IChatClient inner)
    {
        if (turn is not { Settings: { Mode: GuardMode.Enforce, OffersEndTool: true }, Ended: null, Reply: null, Outcomes: [{ Ending: null, Call.Key.Value: not null } outcome] } ||
            Propose(outcome, outcome.State).Action != GuardAction.End || !FitsIn(turn.Options, inner))
        {
            return turn;
        }

        var end = new ModelEnd(pipeline, outcome);
        var options = turn.Options?.Clone() ?? new ChatOptions();
        options.Tools = [.. options.Tools ?? [], end];
        return turn with { ModelEnd = end, Options = options };
    }

    /// <summary>
    /// What the ledger has to say about an end at the model's request: a warning is in force, or the user answers whether they confirm their own wish. Never in a hold (R5), and not where the
    /// reply to the warned turn is made again: the user has written nothing since.
    /// </summary>
    /// <param name="outcome">What came of the call.</param>
    /// <param name="state">The state of the conversation.</param>
    /// <param name="isLatest">Whether nothing was said since: it takes a wish back (R12).</param>
    public static GuardDecision Propose(Outcome outcome, ConversationState state, bool isLatest = true) => (state, outcome) switch
    {
        ({ IsCrisisHold: true }, _) => _noneInHold,
        (_, { Terms.MostSevereAction: < GuardAction.End }) => _noGrounds,
        ({ IsWarned: true }, { Decision.Action: not GuardAction.Warn }) => _endAfterWarning,
        (_, { AnswersWish: true, IsWishTurn: false }) when isLatest => _endAtUserRequest,
        _ => _noGrounds,
    };

    /// <summary>Takes a call of the tool.</summary>
    /// <param name="step">Which answer of the model it stands in; the next answer has the next number.</param>
    /// <param name="isAlone">Whether that answer asks for nothing else.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>What the model is told.</returns>
    public async ValueTask<string> AskAsync(int step, bool isAlone, CancellationToken cancellationToken)
    {
        // Function invocation may run the calls of one answer at once; those are not alone, and none of them gets further than the lock.
        lock (_lock)
        {
            if (Ended is not null || _refusal is not null)
            {
                return _refusal ?? Over;
            }

            var isConfirmed = isAlone && _requestedAt == step - 1;
            _requestedAt = isAlone ? step : null;
            if (!isConfirmed)
            {
                return isAlone ? Confirm : CallAlone;
            }
        }

        (Ended, var decision) = await _pipeline.EndAtModelRequestAsync(_outcome, cancellationToken).ConfigureAwait(false);
        if (Ended is null)
        {
            _refusal = $"Not ended: it is not allowed here ({string.Join(", ", decision.RuleIds)}). Do not ask for it again and do not mention it. Answer the user, and go on.";
        }

        return _refusal ?? Over;
    }

    /// <summary>Function invocation inside the guard calls it.</summary>
    protected override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        // Who else invokes functions does not say which calls belong to one answer of the model: nothing is confirmed there.
        var context = FunctionInvokingChatClient.CurrentContext is { } current && ReferenceEquals(current.Function, this) ? current : null;
        var told = await AskAsync(context?.Iteration ?? 0, isAlone: context is { FunctionCount: 1 }, cancellationToken).ConfigureAwait(false);
        if (context is not null && Ended is not null)
        {
            // An exception would become a tool result: the guard outside acts on the end.
            context.Terminate = true;
        }
        else if (IsRefused)
        {
            context?.Options?.Tools?.Remove(this);
        }

        return told;
    }

    private static bool FitsIn(ChatOptions? options, IChatClient inner)
    {
        // The guarded client serves a tool of another conversation: a sub-agent ends nothing (R13).
        if (FunctionInvokingChatClient.CurrentContext is not null || options?.ToolMode is NoneChatToolMode or RequiredChatToolMode)
        {
            return false;
        }

        var invocation = inner.GetService<FunctionInvokingChatClient>();
        if (HasToolOfThatName(options?.Tools) || HasToolOfThatName(invocation?.AdditionalTools))
        {
            return false;
        }

        // A server that holds the history waits for the result of every call. If another tool is called beside this one, and someone outside answers that, this one's result would be missing.
        return invocation is not null || options?.Tools is not { Count: > 0 } || !ConversationKey.IsUsable(options.ConversationId);
    }

    private static bool HasToolOfThatName(IList<AITool>? tools) => tools?.Any(tool => tool.Name == ToolName) == true;

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
