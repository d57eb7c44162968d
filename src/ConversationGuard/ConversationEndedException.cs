using ConversationGuard.Classification;
using ConversationGuard.Conversations;

namespace ConversationGuard;

/// <summary>A conversation was ended, or a call came to one that had been. An outcome to show to the user, not an error.</summary>
/// <remarks>The exception's <see cref="Exception.Message"/> is a fixed sentence, since it ends up in traces; <see cref="UserMessage"/> is for the user.</remarks>
public sealed class ConversationEndedException : Exception
{
    private const string FixedMessage = "The conversation was ended by ConversationGuard.";

    /// <summary>Initializes an exception.</summary>
    public ConversationEndedException()
        : this(FixedMessage)
    {
    }

    /// <summary>Initializes an exception.</summary>
    /// <param name="message">The message.</param>
    public ConversationEndedException(string message)
        : this(message, null)
    {
    }

    /// <summary>Initializes an exception.</summary>
    /// <param name="message">The message.</param>
    /// <param name="innerException">What caused it.</param>
    public ConversationEndedException(string message, Exception? innerException)
        : base(message, innerException) =>
        (Ending, UserMessage) = (new() { Reason = EndReason.HostRequest, At = default }, FixedMessage);

    /// <summary>Initializes an exception.</summary>
    /// <param name="ending">The end on record.</param>
    /// <param name="userMessage">The words for the user, in the user's language.</param>
    /// <param name="conversationKey">The conversation's key; null in transcript mode.</param>
    /// <param name="isRepeat">Whether the conversation had ended before this call.</param>
    public ConversationEndedException(ConversationEnding ending, string userMessage, string? conversationKey = null, bool isRepeat = false)
        : base(FixedMessage)
    {
        ArgumentNullException.ThrowIfNull(ending);
        ArgumentNullException.ThrowIfNull(userMessage);
        Ending = ending;
        UserMessage = userMessage;
        ConversationKey = conversationKey;
        IsRepeat = isRepeat;
    }

    /// <summary>Gets the end on record: reason, category, time, and what it rests on.</summary>
    public ConversationEnding Ending { get; }

    /// <summary>Gets why the conversation ended, as a code for programs.</summary>
    public EndReason Reason => Ending.Reason;

    /// <summary>Gets the category of the turn that ended it; <c>default</c> if no category decided.</summary>
    public HarmCategory Category => Ending.Category;

    /// <summary>Gets when the conversation ended.</summary>
    public DateTimeOffset EndedAt => Ending.At;

    /// <summary>Gets the ids of the rules that the end rests on.</summary>
    public IReadOnlyList<string> RuleIds => Ending.RuleIds;

    /// <summary>Gets the conversation's key; null in transcript mode.</summary>
    public string? ConversationKey { get; }

    /// <summary>Gets a value indicating whether the conversation had ended before this call (R11).</summary>
    public bool IsRepeat { get; }

    /// <summary>Gets what to show to the user: why, and what can be done now, in the user's language (R16).</summary>
    public string UserMessage { get; }

    /// <summary>Gets what the user can do now, as codes for programs (R16).</summary>
    public IReadOnlyList<NextStep> NextSteps { get; } = [NextStep.StartNewConversation, NextStep.GoBackAndBranch, NextStep.GiveFeedback, NextStep.Appeal];
}
