namespace ConversationGuard.ChatCompletion;

/// <summary>The kinds of <see cref="GuardEvent"/>.</summary>
public enum GuardEventKind
{
    /// <summary>A user turn was judged and decided about.</summary>
    TurnDecided,

    /// <summary>A conversation ended.</summary>
    ConversationEnded,

    /// <summary>A call in an ended conversation was refused (R11).</summary>
    CallRefused,

    /// <summary>The classifier failed or timed out; the turn is unclassified (R6).</summary>
    ClassificationFailed,

    /// <summary>A policy failed; the turn changes nothing (R6).</summary>
    PolicyFailed,

    /// <summary>The store failed; the conversation goes on (R6).</summary>
    StoreFailed,

    /// <summary>No key tells which conversation a call belongs to: what the presented messages do not show is not remembered. Reported once per guard.</summary>
    TranscriptModeEntered,

    /// <summary>The store that had failed answers again; what was recorded meanwhile is added to it.</summary>
    StoreReturned,

    /// <summary>The model asked to end the conversation, confirmed it, and was refused by the ledger or a policy (R13).</summary>
    ModelEndVetoed,
}
