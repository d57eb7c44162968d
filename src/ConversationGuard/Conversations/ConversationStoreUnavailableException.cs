namespace ConversationGuard.Conversations;

/// <summary>The store does not answer, and the guard is set not to go on without it.</summary>
/// <remarks>Its message is fixed; what the store threw is the inner exception, or none while the store is not asked.</remarks>
public sealed class ConversationStoreUnavailableException : Exception
{
    private const string FixedMessage = "The conversation store does not answer.";

    /// <summary>Initializes the exception.</summary>
    public ConversationStoreUnavailableException()
        : base(FixedMessage)
    {
    }

    /// <summary>Initializes the exception.</summary>
    /// <param name="innerException">What the store threw; null while it is not asked.</param>
    public ConversationStoreUnavailableException(Exception? innerException)
        : base(FixedMessage, innerException)
    {
    }
}
