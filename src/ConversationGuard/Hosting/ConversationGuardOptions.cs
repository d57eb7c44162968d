using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;

namespace ConversationGuard.Hosting;

/// <summary>Everything about a guard that a host can set, in code or in appsettings.json.</summary>
/// <remarks>
/// Validated when the host starts. A change of the configuration takes effect with the next call; a change to something invalid
/// is logged, and the last valid options stay in force.
/// </remarks>
public sealed class ConversationGuardOptions
{
    private GuardPreset _preset;

    /// <summary>
    /// Gets or sets what to start from. Setting it to another preset sets the options that belong to it, so in code set it first; from a configuration it is always
    /// applied first.
    /// </summary>
    /// <value>Default <see cref="GuardPreset.Balanced"/>.</value>
    public GuardPreset Preset
    {
        get => _preset;
        set
        {
            if (value != _preset)
            {
                _preset = value;
                GuardPresets.Apply(value, this);
            }
        }
    }

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

    /// <summary>Gets or sets the most severe thing that the guard does by itself. Policies and calls of the host are not bound by it.</summary>
    /// <value>Default <see cref="GuardAction.End"/>; <see cref="GuardAction.Redirect"/> for a bot that never warns and never ends.</value>
    public GuardAction MostSevereAction { get; set; } = GuardAction.End;

    /// <summary>Gets or sets a value indicating whether each participant of a conversation, by <c>ChatMessage.AuthorName</c>, has a record of their own, so that one who is abusive ends nothing for the others.</summary>
    /// <remarks>It needs a conversation key that stays the same: the records of participants do not follow a conversation id that changes with every response.</remarks>
    /// <value>Default false.</value>
    public bool PerAuthor { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether an edit that the presented history shows is believed: violations that were edited away then do not count on the new branch (R10).
    /// Set it to false where clients hold the history and are not trusted.
    /// </summary>
    /// <value>Default true.</value>
    public bool TrustHistory { get; set; } = true;

    /// <summary>
    /// Gets or sets a value indicating whether the model is given a tool, <c>end_conversation</c>, to ask for the end itself once a warning was delivered and is in force, or once the user
    /// was asked to confirm a wish to end (R13). It must ask twice, policies can veto it, and there is no tool in a crisis hold, in <see cref="GuardMode.Observe"/>, in background calls,
    /// without a conversation key, or where <see cref="MostSevereAction"/> is milder than an end.
    /// </summary>
    /// <value>Default true.</value>
    public bool OfferEndTool { get; set; } = true;

    /// <summary>
    /// Gets or sets a value indicating whether a user's own wish to end the conversation is recognised (English, German, French, Spanish, Italian, Portuguese). The user is told that an end
    /// is final; a clear yes then ends the conversation, anything else goes on (R12). Not bound by <see cref="MostSevereAction"/>.
    /// </summary>
    /// <value>Default true.</value>
    public bool RecogniseUserWish { get; set; } = true;

    /// <summary>Gets or sets when a crisis hold is released (R5).</summary>
    public CrisisHoldOptions CrisisHold { get; set; } = new();

    /// <summary>Gets or sets how long a classifier may take; after that the turn is unclassified (R6). The embedded classifier never comes near it.</summary>
    /// <value>From 1 millisecond to 10 minutes; default 5 seconds.</value>
    public TimeSpan ClassifierTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets a model file for the embedded classifier to judge with, as <c>conversation-guard train</c> writes it. It is read once, when the host starts.</summary>
    /// <remarks>A relative path is one from the current directory. A file that is missing or no model of this version is an error at the start. A registered <c>IMessageClassifier</c> comes before it.</remarks>
    /// <value>Default null, which an empty text is too: the model in the package.</value>
    public string? ClassifierModelFile { get; set; }

    /// <summary>Gets or sets what differs from the default for a category, by its name, for example <c>harassment/threatening</c>.</summary>
    public Dictionary<string, CategoryOptions> Categories { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets or sets the culture of the guard's own texts, for example <c>de-AT</c>.</summary>
    /// <value>Default null: the current UI culture of the call.</value>
    public string? Culture { get; set; }

    /// <summary>Gets or sets texts that replace the built-in ones (English, German, French, Spanish, Italian, Portuguese), by culture name.</summary>
    public Dictionary<string, GuardTexts> Texts { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets or sets the region (ISO 3166, for example <c>AT</c>) whose emergency number and helplines someone at risk is given (R5).</summary>
    /// <value>Default null: the region that the culture names, de-AT: AT. Set it where the culture of the server says nothing about where the users are.</value>
    public string? Region { get; set; }

    /// <summary>
    /// Gets or sets the help resources (R5) by region (ISO 3166), each the whole text that is shown; <c>*</c> for every region without any. They replace and extend those in the package.
    /// A text in <see cref="Texts"/> comes before them.
    /// </summary>
    public Dictionary<string, string> HelpResources { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Gets or sets a secret that keys the hashes of turns and of conversation keys in the store, so that who has the store alone cannot look for guessed sentences in it (R19). It must be the same on all
    /// machines that share a store, and is read once, when the guard is first used. With another secret conversations begin anew, ended ones too: what was stored before is not found again, and expires.
    /// </summary>
    /// <value>At least 32 characters, for example 32 random bytes in base64; default null: turns are keyed with a random value that is stored beside them. Keep it where secrets are kept, not in appsettings.json.</value>
    public string? HashSecret { get; set; }

    /// <summary>Gets or sets the bounds of the in-memory store, and of the copies that bridge the failure of another one. They are read once, when the guard is first used.</summary>
    public InMemoryStoreOptions Store { get; set; } = new();

    /// <summary>Gets or sets what is done when a store of the host's, Redis for example, fails. Read once, when the guard is first used.</summary>
    public StoreFailureOptions StoreFailure { get; set; } = new();
}
