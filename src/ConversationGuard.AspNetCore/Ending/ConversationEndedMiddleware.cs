using Microsoft.AspNetCore.Http;

namespace ConversationGuard.AspNetCore;

/// <summary>Takes the end of a conversation before anything outside sees an exception.</summary>
internal sealed class ConversationEndedMiddleware(RequestDelegate next, ConversationEndedResponder responder)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (ConversationEndedException ended) when (context.Response.HasStarted)
        {
            responder.CutOff(context, ended);
        }
        catch (ConversationEndedException ended)
        {
            context.Response.Clear();
            await responder.AnswerAsync(context, ended).ConfigureAwait(false);
        }
    }
}
