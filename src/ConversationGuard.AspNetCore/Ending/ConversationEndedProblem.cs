using System.Text.Json;
using Microsoft.AspNetCore.Mvc;

namespace ConversationGuard.AspNetCore;

/// <summary>What is told of an end (R16): the code, the words, what can be done. No key, no rule, no score: nothing of how it was decided.</summary>
internal static class ConversationEndedProblem
{
    public static ProblemDetails Create(ConversationEndedException ended, ConversationGuardProblemDetailsOptions options)
    {
        var problem = new ProblemDetails
        {
            Type = options.Type,
            Title = options.Title,
            Status = options.StatusCode,
            Detail = ended.UserMessage,
            Extensions =
            {
                ["reason"] = ended.Reason.Value,
                ["isRepeat"] = ended.IsRepeat,
                ["nextSteps"] = ended.NextSteps.Select(Code).ToArray(),
            },
        };
        if (ended.EndedAt != default)
        {
            problem.Extensions["endedAt"] = ended.EndedAt;
        }

        options.Customize?.Invoke(problem, ended);
        return problem;
    }

    /// <summary>The code of a next step, as the reasons are written.</summary>
    public static string Code(NextStep step) => JsonNamingPolicy.SnakeCaseLower.ConvertName(step.ToString());
}
