namespace ConversationGuard.Classification;

/// <summary>What a user turn was held to be.</summary>
public enum TurnKind
{
    /// <summary>Nothing to object to.</summary>
    Calm,

    /// <summary>Abuse or a request for serious harm, above its category's threshold.</summary>
    Violation,

    /// <summary>A sign that the user may harm themselves or others (R5).</summary>
    Crisis,

    /// <summary>Could not be judged: the classifier failed, timed out or was unsure. Neither a violation nor calm (R6).</summary>
    Unclassified,

    /// <summary>The user's wish to end the conversation, still to be confirmed (R12). Neither a violation nor calm.</summary>
    EndWish,
}
