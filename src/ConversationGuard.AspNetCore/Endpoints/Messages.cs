using ConversationGuard.ChatCompletion;
using ConversationGuard.DeEscalation;

namespace ConversationGuard.AspNetCore;

/// <summary>How a conversation stands, as its participant may know it.</summary>
internal sealed record StatusResponse(ConversationPhase Phase, bool IsEnded, string? Reason, DateTimeOffset? EndedAt, IReadOnlyList<string> NextSteps)
{
    /// <summary>What a guard that merely observes has on record was never shown to the participant, and is not now (R18).</summary>
    public static StatusResponse Of(ConversationStatus status) => status switch
    {
        { Mode: not GuardMode.Enforce } => new(ConversationPhase.Engaged, IsEnded: false, Reason: null, EndedAt: null, NextSteps: []),
        { Ending: { } ending } => new(ConversationPhase.Ended, IsEnded: true, ending.Reason.Value, ending.At, [.. Enum.GetValues<NextStep>().Select(ConversationEndedProblem.Code)]),
        _ => new(status.State.Phase, IsEnded: false, Reason: null, EndedAt: null, NextSteps: []),
    };
}

internal sealed record FeedbackRequest(bool? IsFair = null, string? Comment = null);

internal sealed record FeedbackResponse(string Id);

internal sealed record AppealRequest(string? Comment = null, bool IncludeMessages = false, IReadOnlyList<FeedbackMessage>? Messages = null);

internal sealed record BranchRequest(int? Keep = null, IReadOnlyList<FeedbackMessage>? Messages = null);

internal sealed record BranchResponse(string Conversation, StatusResponse Status);

internal sealed record ReinstateRequest(string? AppealId = null, string? ConversationKey = null);
