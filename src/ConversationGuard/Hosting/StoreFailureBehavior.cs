using ConversationGuard.Conversations;

namespace ConversationGuard.Hosting;

/// <summary>What is done when the store fails.</summary>
public enum StoreFailureBehavior
{
    /// <summary>
    /// Conversations go on with what this process knows (R6): what ended stays ended, a crisis hold holds, violations are recorded and redirected. Nothing is warned about or ended, since other machines may know more.
    /// When the store is back, what was recorded is added to it, each turn once.
    /// </summary>
    Bridge,

    /// <summary>The call throws <see cref="ConversationStoreUnavailableException"/>. For hosts that rather have no answer than one without the record.</summary>
    Throw,
}
