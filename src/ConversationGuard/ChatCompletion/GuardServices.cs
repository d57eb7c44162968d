using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.Termination;

namespace ConversationGuard.ChatCompletion;

/// <summary>What one guard is made of. Shared by all its chat clients and by the host's handle.</summary>
internal sealed record GuardServices
{
    public string Name { get; init; } = string.Empty;

    /// <summary>Gets the settings in force; asked once per call.</summary>
    public required Func<GuardSettings> Settings { get; init; }

    public required IMessageClassifier Classifier { get; init; }

    public IReadOnlyList<ITerminationPolicy> Policies { get; init; } = BuiltInPolicies;

    public required IConversationStore Store { get; init; }

    /// <summary>Gets the store as the host's own calls see it: they are told when it fails.</summary>
    public IConversationStore HostStore => Store is BridgedConversationStore bridged ? bridged.ForHost : Store;

    public IConversationKeyResolver? KeyResolver { get; init; }

    public IReadOnlyList<IGuardObserver> Observers { get; init; } = [];

    /// <summary>Gets how long a lost write waits for its place among others before it is tried again.</summary>
    public TimeSpan WritePatience { get; init; } = TimeSpan.FromSeconds(2);

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    public static IReadOnlyList<ITerminationPolicy> BuiltInPolicies { get; } = [new EscalationPolicy(), new CrisisHoldPolicy(), new UncertaintyPolicy()];

    /// <summary>
    /// What is stored under: guards with different names, and a guard that merely observes, keep separate records. What was never shown to a user
    /// must not count against them once the guard enforces (R2, R18).
    /// </summary>
    public string StoreKey(GuardMode mode, string conversationKey)
    {
        // The name's length and the leading bar keep any two of them apart, whatever the names and keys consist of (R11).
        var isPlain = Name.Length == 0 && mode != GuardMode.Observe && conversationKey[0] != '|';
        var key = isPlain ? conversationKey : FormattableString.Invariant($"|{Name.Length}|{Name}|{(mode == GuardMode.Observe ? "observed" : "enforced")}|{conversationKey}");
        return Settings().HashSecret?.ConversationKey(key) ?? key;
    }

    /// <summary>Tells whether an observer looks at a decision.</summary>
    public bool IsWatched(in JudgedTurn turn)
    {
        for (var i = 0; i < Observers.Count; i++)
        {
            if (Observers[i] is not ISelectiveObserver selective || selective.LooksAt(in turn))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Tells every observer. One that throws is its author's concern, never the conversation's.</summary>
    public void Report(GuardEvent guardEvent)
    {
        foreach (var observer in Observers)
        {
            try
            {
                observer.OnEvent(guardEvent);
            }
#pragma warning disable CA1031 // An observer must not be able to break a conversation.
            catch (Exception)
#pragma warning restore CA1031
            {
            }
        }
    }
}
