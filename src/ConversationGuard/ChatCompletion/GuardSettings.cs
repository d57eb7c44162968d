using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;

namespace ConversationGuard.ChatCompletion;

/// <summary>The validated settings of one guard at one moment. A call sees one of them from its start to its end.</summary>
internal sealed record GuardSettings
{
    public GuardMode Mode { get; init; }

    public EndBehavior EndBehavior { get; init; }

    public RedirectionStyle RedirectionStyle { get; init; }

    public ConversationTerms Terms { get; init; } = new();

    public GuardWording Wording { get; init; } = GuardWording.BuiltIn;

    /// <summary>Gets a value indicating whether each participant of a conversation has a ledger of their own.</summary>
    public bool PerAuthor { get; init; }

    /// <summary>Gets a value indicating whether an edit that the presented history shows is believed; not where clients hold the history and are not trusted.</summary>
    public bool TrustsHistory { get; init; } = true;

    /// <summary>Gets a value indicating whether the model may ask to end the conversation, where the ledger allows it (R13).</summary>
    public bool OffersEndTool { get; init; } = true;

    /// <summary>Gets a value indicating whether the user's wish to end is recognised (R12).</summary>
    public bool RecognisesWishes { get; init; } = true;

    /// <summary>Gets the secret that keys what is stored; null for none. It stays as it was at the start: with another one every conversation on record would be lost.</summary>
    public HashSecret? HashSecret { get; init; }

    public TimeSpan ClassifierTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
