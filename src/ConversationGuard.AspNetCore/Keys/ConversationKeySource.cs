namespace ConversationGuard.AspNetCore;

/// <summary>Where in a request the key of its conversation is.</summary>
public enum ConversationKeySource
{
    /// <summary>In a value of the route, for example <c>/chats/{conversationId}/messages</c>. The client sets it.</summary>
    Route,

    /// <summary>In a request header. The client sets it.</summary>
    Header,

    /// <summary>In a claim of the signed-in user, for example a session id that the sign-in issued: one conversation per claim value.</summary>
    Claim,

    /// <summary>In the session, which makes one up when a call first asks for it: one conversation per session, until the host removes the value.</summary>
    Session,
}
