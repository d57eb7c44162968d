namespace ConversationGuard.Testing;

/// <summary>Something is not as it should be. Every test framework counts it as a failure.</summary>
public sealed class ConversationGuardTestException : Exception
{
    /// <summary>Initializes the exception.</summary>
    /// <param name="message">What should be, and what is.</param>
    public ConversationGuardTestException(string message)
        : base(message)
    {
    }

    /// <summary>Initializes the exception.</summary>
    /// <param name="message">What should be, and what is.</param>
    /// <param name="innerException">What was thrown instead; null if nothing was.</param>
    public ConversationGuardTestException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Initializes the exception.</summary>
    public ConversationGuardTestException()
        : this("Something is not as it should be.")
    {
    }
}
