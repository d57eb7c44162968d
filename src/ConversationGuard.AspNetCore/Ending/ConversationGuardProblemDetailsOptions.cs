using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace ConversationGuard.AspNetCore;

/// <summary>How an ended conversation is told to an HTTP client.</summary>
public sealed class ConversationGuardProblemDetailsOptions
{
    /// <summary>Gets or sets the status code; 400 to 499, default 409 (Conflict): the request is fine, the state of the conversation does not allow it.</summary>
    public int StatusCode { get; set; } = StatusCodes.Status409Conflict;

    /// <summary>Gets or sets the problem type, a URI; default <c>urn:conversation-guard:conversation-ended</c>.</summary>
    public string Type { get; set; } = "urn:conversation-guard:conversation-ended";

    /// <summary>Gets or sets the title; default "The conversation has ended.". What is meant for the user is in <c>detail</c>.</summary>
    public string Title { get; set; } = "The conversation has ended.";

    /// <summary>Gets or sets a last change, for example to leave out next steps that the host does not offer or to add links; default none.</summary>
    public Action<ProblemDetails, ConversationEndedException>? Customize { get; set; }
}
