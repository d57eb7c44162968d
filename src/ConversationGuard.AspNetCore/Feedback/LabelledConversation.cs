using ConversationGuard.DeEscalation;

namespace ConversationGuard.AspNetCore;

/// <summary>A conversation with what it should have been judged to be.</summary>
internal sealed record LabelledConversation(string Id, string Label, ConversationPhase Phase, string? Reason, string? Category, DateTimeOffset At, IReadOnlyList<FeedbackMessage> Messages);
