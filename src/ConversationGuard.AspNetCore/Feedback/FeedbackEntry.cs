using ConversationGuard.DeEscalation;

namespace ConversationGuard.AspNetCore;

/// <summary>One entry in the record of feedback and appeals. An immutable value.</summary>
public sealed record FeedbackEntry
{
    /// <summary>Gets the entry's id.</summary>
    public required string Id { get; init; }

    /// <summary>Gets what it is.</summary>
    public required FeedbackKind Kind { get; init; }

    /// <summary>Gets the key of the conversation that it is about.</summary>
    public required string ConversationKey { get; init; }

    /// <summary>Gets the name of the guard that looks after it; empty for the unnamed one.</summary>
    public string GuardName { get; init; } = string.Empty;

    /// <summary>Gets when it was given.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets how far the conversation had gone: warned, or ended.</summary>
    public ConversationPhase Phase { get; init; }

    /// <summary>Gets the code of the reason, if the conversation had ended.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets the category of the latest turn that counted; null if none.</summary>
    public string? Category { get; init; }

    /// <summary>Gets whether the person finds what the guard did fair; null if they did not say.</summary>
    public bool? IsFair { get; init; }

    /// <summary>Gets what the person wrote about it; null if nothing.</summary>
    public string? Comment { get; init; }

    /// <summary>Gets the messages of the conversation, only if the person chose to send them with an appeal (R19); else empty.</summary>
    public IReadOnlyList<FeedbackMessage> Messages { get; init; } = [];

    /// <summary>Gets the id of the appeal that this entry grants; null if it is none.</summary>
    public string? AppealId { get; init; }
}
