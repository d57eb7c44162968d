using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConversationGuard.AspNetCore;

/// <summary>Answers with problem details where a conversation has ended. An outcome, not an error: told to the log as information.</summary>
internal sealed partial class ConversationEndedResponder(IOptions<ConversationGuardProblemDetailsOptions> options, ILogger<ConversationEndedResponder> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not ConversationEndedException ended)
        {
            return false;
        }

        await AnswerAsync(httpContext, ended).ConfigureAwait(false);
        return true;
    }

    public Task AnswerAsync(HttpContext httpContext, ConversationEndedException ended)
    {
        var problem = ConversationEndedProblem.Create(ended, options.Value);
        LogAnswered(logger, problem.Status, ended.Reason.Value, ended.IsRepeat);
        return TypedResults.Problem(problem).ExecuteAsync(httpContext);
    }

    /// <summary>Text went out already, and no status can: the client is shown that its answer is not whole.</summary>
    public void CutOff(HttpContext httpContext, ConversationEndedException ended)
    {
        LogCutOff(logger, ended.Reason.Value);
        httpContext.Abort();
    }

    [LoggerMessage(30, LogLevel.Information, "The conversation has ended ({Reason}, repeated {IsRepeat}): answered with status {StatusCode}.")]
    private static partial void LogAnswered(ILogger logger, int? statusCode, string reason, bool isRepeat);

    [LoggerMessage(31, LogLevel.Information, "The conversation has ended ({Reason}) after its answer had begun: the connection is closed. A stream of server-sent events tells its client.")]
    private static partial void LogCutOff(ILogger logger, string reason);
}
