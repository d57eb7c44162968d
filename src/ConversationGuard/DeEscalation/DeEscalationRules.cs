namespace ConversationGuard.DeEscalation;

/// <summary>How much patience a conversation gets. An immutable value.</summary>
public sealed record DeEscalationRules
{
    /// <summary>Gets how many redirections must have been delivered and failed before a warning (R2, R3); at least 1; default 2.</summary>
    public int Redirections { get; init; } = 2;

    /// <summary>Gets how many calm turns in a row take one violation back (R9); at least 1; default 3.</summary>
    public int CalmTurnsToForgive { get; init; } = 3;

    /// <summary>Gets how much time takes one violation back (R9); positive; default 1 hour.</summary>
    public TimeSpan TimeToForgive { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Gets how many calm turns in a row a crisis hold asks for, together with <see cref="CrisisTime"/> (R5); at least 1; default 5.</summary>
    public int CrisisCalmTurns { get; init; } = 5;

    /// <summary>Gets how long after the last crisis signal a hold lasts at least (R5); not negative; default 1 hour.</summary>
    public TimeSpan CrisisTime { get; init; } = TimeSpan.FromHours(1);
}
