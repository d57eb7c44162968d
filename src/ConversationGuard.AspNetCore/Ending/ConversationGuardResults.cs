using ConversationGuard.AspNetCore;
using Microsoft.Extensions.AI;

namespace Microsoft.AspNetCore.Http;

/// <summary>Results for guarded conversations, for minimal APIs and for controllers.</summary>
public static class ConversationGuardResults
{
    /// <summary>The event that tells that the conversation has ended; its data are the problem details, as JSON.</summary>
    public const string ConversationEndedEvent = "conversation-ended";

    /// <summary>The event that tells that the answer is whole.</summary>
    public const string CompletedEvent = "completed";

    /// <summary>The event that carries the guard's own text; its data are <c>{"kind", "text"}</c>, the kind one of <see cref="ConversationGuard.ChatCompletion.GuardNotice"/>.</summary>
    public const string NoticeEvent = "notice";

    /// <summary>Sends a guarded stream as server-sent events: <c>{"text"}</c> for each piece of the answer, and one terminal event.</summary>
    /// <param name="updates">What <c>GetStreamingResponseAsync</c> gives.</param>
    /// <returns>
    /// The result. Its terminal event is <see cref="ConversationEndedEvent"/>, whether the end came before the answer or after some of it, and whether the guard throws or
    /// responds; else <see cref="CompletedEvent"/>. A stream without either was cut off. The status is 200 also for an end: a browser's event source reads nothing else.
    /// </returns>
    /// <remarks>
    /// What fails before the first piece reaches the exception handlers of the host, since nothing went out yet; what fails after it closes the connection.
    /// </remarks>
    public static IResult ServerSentEvents(IAsyncEnumerable<ChatResponseUpdate> updates)
    {
        ArgumentNullException.ThrowIfNull(updates);
        return new ServerSentEventsResult(updates);
    }
}
