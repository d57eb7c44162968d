using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace ConversationGuard.AspNetCore;

/// <summary>Who may do what at the guard's endpoints. Nobody may do anything that is not allowed here.</summary>
public sealed class ConversationGuardEndpointOptions
{
    /// <summary>
    /// Gets or sets the check whether a conversation is the caller's own: whether they may read its status, branch it, give feedback and appeal. Default none: then it is
    /// theirs only if the key comes from their session, a claim, or is joined with their user id (<see cref="HttpConversationKey.IsCallersOwn"/>). To know a key is not enough.
    /// </summary>
    public Func<HttpContext, string, ValueTask<bool>>? IsOwner { get; set; }

    /// <summary>Gets or sets the authorization policy for those who may reinstate any conversation and grant appeals; default none: then nobody may.</summary>
    public string? ReinstatePolicy { get; set; }

    /// <summary>
    /// Gets or sets what makes the host's record of a branch: it gets the request, the key of the conversation and the messages that the branch keeps, and gives the new conversation's name, as
    /// a request will have it in the place where <see cref="HttpConversationKeyOptions"/> look for it (without those: its key). Default none: then the name is a new random one.
    /// </summary>
    public Func<HttpContext, string, IReadOnlyList<ChatMessage>, ValueTask<string>>? CreateBranch { get; set; }

    /// <summary>Gets or sets the name of the guard; default the unnamed one.</summary>
    public string GuardName { get; set; } = string.Empty;
}
