namespace ConversationGuard.AspNetCore;

/// <summary>What an entry in the feedback record is.</summary>
public enum FeedbackKind
{
    /// <summary>What somebody thinks of a warning or an end.</summary>
    Feedback,

    /// <summary>Somebody asks for a second look.</summary>
    Appeal,

    /// <summary>An appeal was granted, and the conversation reinstated.</summary>
    AppealGranted,
}
