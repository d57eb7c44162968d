namespace ConversationGuard.AspNetCore;

/// <summary>Where feedback and appeals are kept by default, and how long a text may be.</summary>
public sealed class FeedbackOptions
{
    /// <summary>Gets or sets the file of feedback and appeals, JSON lines; a relative path starts at the content root. Default <c>conversation-feedback.jsonl</c>.</summary>
    public string Path { get; set; } = "conversation-feedback.jsonl";

    /// <summary>
    /// Gets or sets the file of the conversations whose appeal was granted and whose messages were sent with it, JSON lines that <c>conversation-guard replay</c> reads; a relative path
    /// starts at the content root. Default <c>conversation-appeals-granted.jsonl</c>.
    /// </summary>
    public string LabelledPath { get; set; } = "conversation-appeals-granted.jsonl";

    /// <summary>Gets or sets the most characters of a comment; default 4,000.</summary>
    public int MaxCommentLength { get; set; } = 4_000;

    /// <summary>Gets or sets the most characters of all messages sent with an appeal or a branch, taken together; default 400,000.</summary>
    public int MaxMessagesLength { get; set; } = 400_000;
}
