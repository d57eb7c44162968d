using ConversationGuard.Classification;

namespace ConversationGuard.Conversations;

/// <summary>What a conversation is held to: which categories count, and how much patience it gets. An immutable value.</summary>
public sealed record ConversationTerms
{
    /// <summary>Gets what the categories mean, and from which score on.</summary>
    public CategoryRules Categories { get; init; } = CategoryRules.Default;

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

    /// <summary>Gets the most severe thing that the guard does by itself; default <see cref="GuardAction.End"/>. Policies of the host are not bound by it.</summary>
    public GuardAction MostSevereAction { get; init; } = GuardAction.End;

    /// <summary>Takes of two terms what is more lenient, point by point (R17).</summary>
    /// <param name="other">The other terms.</param>
    /// <returns>The lenient terms; these very terms if the other ones are nowhere more lenient.</returns>
    public ConversationTerms MoreLenient(ConversationTerms other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (ReferenceEquals(this, other))
        {
            return this;
        }

        var lenient = new ConversationTerms
        {
            Categories = Categories.MoreLenient(other.Categories),
            Redirections = Math.Max(Redirections, other.Redirections),
            CalmTurnsToForgive = Math.Min(CalmTurnsToForgive, other.CalmTurnsToForgive),
            TimeToForgive = TimeToForgive < other.TimeToForgive ? TimeToForgive : other.TimeToForgive,
            CrisisCalmTurns = Math.Max(CrisisCalmTurns, other.CrisisCalmTurns),
            CrisisTime = CrisisTime > other.CrisisTime ? CrisisTime : other.CrisisTime,
            MostSevereAction = MostSevereAction < other.MostSevereAction ? MostSevereAction : other.MostSevereAction,
        };
        return lenient == this ? this : lenient;
    }
}
