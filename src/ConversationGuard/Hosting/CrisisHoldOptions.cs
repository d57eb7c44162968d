namespace ConversationGuard.Hosting;

/// <summary>When a crisis hold is released: after calm turns and after a time, both (R5).</summary>
public sealed class CrisisHoldOptions
{
    /// <summary>Gets or sets how many calm turns in a row it asks for.</summary>
    /// <value>From 1 to 100; default 5.</value>
    public int CalmTurns { get; set; } = 5;

    /// <summary>Gets or sets how long after the last crisis signal it lasts at least.</summary>
    /// <value>From 0 to 365 days; default 1 hour.</value>
    public TimeSpan Time { get; set; } = TimeSpan.FromHours(1);
}
