using System.Security.Claims;

namespace ConversationGuard.AspNetCore;

/// <summary>How the key of a conversation is read from a request.</summary>
public sealed class HttpConversationKeyOptions
{
    /// <summary>Gets or sets where it is; default <see cref="ConversationKeySource.Route"/>.</summary>
    public ConversationKeySource Source { get; set; }

    /// <summary>Gets or sets the name of the route value, header, claim or session value; default <c>conversationId</c>.</summary>
    public string Name { get; set; } = "conversationId";

    /// <summary>
    /// Gets or sets whether the key is joined with the signed-in user's id, so that nobody speaks in somebody else's conversation or reads about it by sending its key; default
    /// <c>true</c>. The key is then <c>4:anna:value</c> for the user <c>anna</c>, with the length of the id first, and <c>0::value</c> for somebody who is not signed in. Set it to <c>false</c> only where several people share a conversation and the host checks who takes part.
    /// </summary>
    public bool PerUser { get; set; } = true;

    /// <summary>Gets or sets the claim that holds the user's id; default <see cref="ClaimTypes.NameIdentifier"/>, and <c>sub</c> where that is absent.</summary>
    /// <remarks>It becomes part of the key, which logs and the record of feedback show: take one that is neither a name nor an address.</remarks>
    public string? UserClaim { get; set; }
}
