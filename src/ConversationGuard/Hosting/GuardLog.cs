using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;
using Microsoft.Extensions.Logging;

namespace ConversationGuard.Hosting;

/// <summary>Writes the guard's events to the log: what was done at Information, failures at Warning, quiet turns at Trace. Never text (R19).</summary>
internal sealed partial class GuardLog(ILogger<GuardLog> logger) : ISelectiveObserver
{
    public bool LooksAt(in JudgedTurn turn) => logger.IsEnabled(turn.Decision.Action == GuardAction.Continue && !turn.State.IsCrisisHold ? LogLevel.Trace : LogLevel.Information);

    public void OnEvent(GuardEvent guardEvent)
    {
        var (name, key) = (guardEvent.GuardName, guardEvent.ConversationKey);
        switch (guardEvent.Kind)
        {
            case GuardEventKind.TurnDecided when guardEvent.Action == GuardAction.Continue && !guardEvent.IsCrisisHold:
                LogPassed(logger, name, guardEvent.Turn.Kind, key);
                break;
            case GuardEventKind.TurnDecided:
                if (logger.IsEnabled(LogLevel.Information))
                {
                    LogActed(logger, name, guardEvent.Action, guardEvent.Turn.Kind, guardEvent.Turn.Category.Value, guardEvent.Turn.Score, guardEvent.Phase, guardEvent.IsCrisisHold, Join(guardEvent), guardEvent.Mode, key);
                }

                break;
            case GuardEventKind.ConversationEnded:
                if (logger.IsEnabled(LogLevel.Information))
                {
                    LogEnded(logger, name, guardEvent.Ending?.Reason.Value, Join(guardEvent), guardEvent.Mode, key);
                }

                break;
            case GuardEventKind.CallRefused:
                LogRefused(logger, name, guardEvent.Mode, key);
                break;
            case GuardEventKind.ModelEndVetoed:
                if (logger.IsEnabled(LogLevel.Information))
                {
                    LogVetoed(logger, name, Join(guardEvent), guardEvent.Phase, guardEvent.IsCrisisHold, key);
                }

                break;
            case GuardEventKind.TranscriptModeEntered:
                LogTranscriptMode(logger, name);
                break;
            case GuardEventKind.StoreFailed when guardEvent.IsRepeat:
                LogStoreStillAway(logger, name, guardEvent.ErrorType);
                break;
            case GuardEventKind.StoreFailed when key is null:
                LogStoreAway(logger, name, guardEvent.ErrorType);
                break;
            case GuardEventKind.StoreReturned:
                LogStoreBack(logger, name);
                break;
            default:
                LogFailed(logger, name, guardEvent.Kind, guardEvent.ErrorType, key);
                break;
        }
    }

    private static string Join(GuardEvent guardEvent) => string.Join(" ", guardEvent.RuleIds);

    [LoggerMessage(10, LogLevel.Trace, "ConversationGuard '{GuardName}': turn is {TurnKind}, passed on. Conversation {ConversationKey}.")]
    private static partial void LogPassed(ILogger logger, string guardName, Classification.TurnKind turnKind, string? conversationKey);

    [LoggerMessage(11, LogLevel.Information, "ConversationGuard '{GuardName}': {Action}. Turn is {TurnKind} ({Category} {Score:0.00}), conversation is {Phase}, crisis hold {IsCrisisHold}, rules {RuleIds}, mode {Mode}. Conversation {ConversationKey}.")]
    private static partial void LogActed(
        ILogger logger, string guardName, GuardAction action, Classification.TurnKind turnKind, string category, double score, DeEscalation.ConversationPhase phase, bool isCrisisHold, string ruleIds, GuardMode mode, string? conversationKey);

    [LoggerMessage(12, LogLevel.Information, "ConversationGuard '{GuardName}': conversation ended, reason {Reason}, rules {RuleIds}, mode {Mode}. Conversation {ConversationKey}.")]
    private static partial void LogEnded(ILogger logger, string guardName, string? reason, string ruleIds, GuardMode mode, string? conversationKey);

    [LoggerMessage(13, LogLevel.Debug, "ConversationGuard '{GuardName}': call refused, the conversation had ended, mode {Mode}. Conversation {ConversationKey}.")]
    private static partial void LogRefused(ILogger logger, string guardName, GuardMode mode, string? conversationKey);

    [LoggerMessage(14, LogLevel.Warning, "ConversationGuard '{GuardName}': a call names no conversation, so only what its messages show is known: an end is forgotten when the host drops the message that led to it, and so is time. Set a key with ChatOptions.WithConversationKey, or register an IConversationKeyResolver. Said once.")]
    private static partial void LogTranscriptMode(ILogger logger, string guardName);

    [LoggerMessage(15, LogLevel.Warning, "ConversationGuard '{GuardName}': {EventKind} with {ErrorType}; the conversation goes on. Conversation {ConversationKey}.")]
    private static partial void LogFailed(ILogger logger, string guardName, GuardEventKind eventKind, string? errorType, string? conversationKey);

    [LoggerMessage(16, LogLevel.Warning, "ConversationGuard '{GuardName}': the conversation store failed with {ErrorType}. Until it is back, conversations go on with what this process knows; nothing is warned about or ended. Said once until it is back.")]
    private static partial void LogStoreAway(ILogger logger, string guardName, string? errorType);

    [LoggerMessage(17, LogLevel.Debug, "ConversationGuard '{GuardName}': the conversation store failed again with {ErrorType}.")]
    private static partial void LogStoreStillAway(ILogger logger, string guardName, string? errorType);

    [LoggerMessage(18, LogLevel.Information, "ConversationGuard '{GuardName}': the conversation store answers again; what was recorded meanwhile is added to it.")]
    private static partial void LogStoreBack(ILogger logger, string guardName);

    [LoggerMessage(19, LogLevel.Warning, "Conversations are kept in the distributed cache, which has no compare-and-swap: of two turns at once in one conversation on two machines one may be hidden, an end too. On one machine both count. Where machines share conversations, use ConversationGuard.Redis.")]
    internal static partial void LogNoCompareAndSwap(ILogger logger);

    [LoggerMessage(20, LogLevel.Information, "ConversationGuard '{GuardName}': the model asked for the end and was refused, rules {RuleIds}, conversation is {Phase}, crisis hold {IsCrisisHold}. Conversation {ConversationKey}.")]
    private static partial void LogVetoed(ILogger logger, string guardName, string ruleIds, DeEscalation.ConversationPhase phase, bool isCrisisHold, string? conversationKey);
}
