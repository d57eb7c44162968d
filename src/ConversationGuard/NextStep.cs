namespace ConversationGuard;

/// <summary>What someone whose conversation was ended can do now (R16).</summary>
public enum NextStep
{
    /// <summary>Start a new conversation; it is untouched by the end of the old one (R11).</summary>
    StartNewConversation,

    /// <summary>Go back to an earlier message and continue from there.</summary>
    GoBackAndBranch,

    /// <summary>Say what they think of it.</summary>
    GiveFeedback,

    /// <summary>Ask for a second look.</summary>
    Appeal,
}
