using ConversationGuard.DeEscalation;

namespace ConversationGuard.AspNetCore;

/// <summary>How a conversation stands, as its participant may know it.</summary>
internal sealed record StatusResponse(ConversationPhase Phase, bool IsEnded, string? Reason, DateTimeOffset? EndedAt, IReadOnlyList<string> NextSteps)
{
    public static StatusResponse Of(ConversationStatus status) => status.Ending is { } ending
        ? new(ConversationPhase.Ended, IsEnded: true, ending.Reason.Value, ending.At, [.. Enum.GetValues<NextStep>().Select(ConversationEndedProblem.Code)])
        : new(status.State.Phase, IsEnded: false, Reason: null, EndedAt: null, NextSteps: []);
}

internal sealed record FeedbackRequest(bool? IsFair = null, string? Comment = null);

internal sealed record FeedbackResponse(string Id);

internal sealed record AppealRequest(string? Comment = null, bool IncludeMessages = false, IReadOnlyList<FeedbackMessage>? Messages = null);

internal sealed record BranchRequest(int? Keep = null, IReadOnlyList<FeedbackMessage>? Messages = null);

internal sealed record BranchResponse(string Conversation, StatusResponse Status);

internal sealed record ReinstateRequest(string? AppealId = null, string? ConversationKey = null);
