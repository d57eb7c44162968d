namespace ConversationGuard.DeEscalation;

/// <summary>How far a conversation has gone.</summary>
public enum ConversationPhase
{
    /// <summary>Nothing counts against the user.</summary>
    Engaged,

    /// <summary>There were violations; the guard turns the talk to something constructive.</summary>
    Redirecting,

    /// <summary>A warning was delivered and has not lapsed.</summary>
    Warned,

    /// <summary>The conversation is over.</summary>
    Ended,
}
