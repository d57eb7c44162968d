namespace ConversationGuard.DeEscalation;

/// <summary>How a redirection reaches the user.</summary>
public enum RedirectionStyle
{
    /// <summary>The model answers, with instructions added to the call.</summary>
    Instruct,

    /// <summary>The guard answers itself; the model is not called.</summary>
    Reply,
}
