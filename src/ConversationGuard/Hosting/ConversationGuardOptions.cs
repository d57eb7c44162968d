using ConversationGuard.ChatCompletion;
using ConversationGuard.DeEscalation;

namespace ConversationGuard.Hosting;

/// <summary>Everything about a guard that a host can set, in code or in appsettings.json.</summary>
/// <remarks>
/// Validated when the host starts. A change of the configuration takes effect with the next call; a change to something invalid
/// is logged, and the last valid options stay in force.
/// </remarks>
public sealed class ConversationGuardOptions
{
    /// <summary>Gets or sets how far the guard may go (R18).</summary>
    /// <value>Default <see cref="GuardMode.Enforce"/>.</value>
    public GuardMode Mode { get; set; } = GuardMode.Enforce;

    /// <summary>Gets or sets how an end reaches the host.</summary>
    /// <value>Default <see cref="EndBehavior.Throw"/>.</value>
    public EndBehavior EndBehavior { get; set; } = EndBehavior.Throw;

    /// <summary>Gets or sets how a redirection reaches the user.</summary>
    /// <value>Default <see cref="RedirectionStyle.Instruct"/>.</value>
    public RedirectionStyle RedirectionStyle { get; set; } = RedirectionStyle.Instruct;

    /// <summary>Gets or sets how many redirections must have been delivered and failed before the warning (R2, R3).</summary>
    /// <value>From 1 to 100; default 2: the earliest end is then the 4th violation.</value>
    public int Redirections { get; set; } = 2;

    /// <summary>Gets or sets how many calm turns in a row take one violation back (R9).</summary>
    /// <value>From 1 to 100; default 3.</value>
    public int CalmTurnsToForgive { get; set; } = 3;

    /// <summary>Gets or sets how much time takes one violation back (R9).</summary>
    /// <value>From 1 second to 365 days; default 1 hour.</value>
    public TimeSpan TimeToForgive { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Gets or sets when a crisis hold is released (R5).</summary>
    public CrisisHoldOptions CrisisHold { get; set; } = new();

    /// <summary>Gets or sets how long a classifier may take; after that the turn is unclassified (R6). The embedded classifier never comes near it.</summary>
    /// <value>From 1 millisecond to 10 minutes; default 5 seconds.</value>
    public TimeSpan ClassifierTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets what differs from the default for a category, by its name, for example <c>harassment/threatening</c>.</summary>
    public Dictionary<string, CategoryOptions> Categories { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets or sets the culture of the guard's own texts, for example <c>de-AT</c>.</summary>
    /// <value>Default null: the current UI culture of the call.</value>
    public string? Culture { get; set; }

    /// <summary>Gets or sets texts that replace the built-in ones (English, German, French, Spanish, Italian, Portuguese), by culture name.</summary>
    public Dictionary<string, GuardTexts> Texts { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets or sets the bounds of the in-memory store. They are read once, when the guard is first used.</summary>
    public InMemoryStoreOptions Store { get; set; } = new();
}
