namespace ConversationGuard.Conversations;

/// <summary>What the guard does about a user turn, from mildest to most severe.</summary>
public enum GuardAction
{
    /// <summary>The call passes on.</summary>
    Continue,

    /// <summary>The answer turns the talk to something constructive.</summary>
    Redirect,

    /// <summary>A redirection that also says that the conversation may be ended (R4).</summary>
    Warn,

    /// <summary>The conversation is over (R11).</summary>
    End,
}
