using Microsoft.Extensions.AI;

namespace ConversationGuard.ChatCompletion;

/// <summary>How an end reaches the host.</summary>
public enum EndBehavior
{
    /// <summary><see cref="ConversationEndedException"/> is thrown.</summary>
    Throw,

    /// <summary>
    /// The message for the user is returned as the response, with the <see cref="ChatFinishReason"/> <c>conversation_ended</c>:
    /// for hosts whose transport flattens exceptions.
    /// </summary>
    Respond,
}
