namespace ConversationGuard.Hosting;

/// <summary>What is done when the store fails. The in-memory store does not.</summary>
public sealed class StoreFailureOptions
{
    /// <summary>Gets or sets whether conversations go on then.</summary>
    /// <value>Default <see cref="StoreFailureBehavior.Bridge"/>.</value>
    public StoreFailureBehavior Behavior { get; set; }

    /// <summary>Gets or sets how long the store may take to answer; after that it has failed.</summary>
    /// <value>From 1 millisecond to 1 minute; default 2 seconds.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Gets or sets how long a store that failed three times in a row is left alone, before one call tries it again.</summary>
    /// <value>From 100 milliseconds to 10 minutes; default 5 seconds.</value>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(5);
}
