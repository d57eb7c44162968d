using ConversationGuard.Conversations;

namespace ConversationGuard.Testing;

/// <summary>A store that is to be checked, and what is promised of it.</summary>
public sealed class ConversationStoreSubject
{
    /// <summary>Initializes a subject.</summary>
    /// <param name="create">
    /// Gives the store. Called more than once in one check; if <see cref="IsShared"/>, each call gives another instance over the same data, as another machine would have it.
    /// </param>
    public ConversationStoreSubject(Func<IConversationStore> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        Create = create;
    }

    /// <summary>Gets what gives the store.</summary>
    public Func<IConversationStore> Create { get; }

    /// <summary>Gets a value indicating whether several instances share their data. Else one instance is used throughout a check.</summary>
    /// <value>Default false.</value>
    public bool IsShared { get; init; }

    /// <summary>
    /// Gets a value indicating whether the compare-and-swap is atomic between instances too. A store that cannot promise it must say so in its documentation: two turns at once on two
    /// machines may then count as one.
    /// </summary>
    /// <value>Default true.</value>
    public bool IsAtomicBetweenInstances { get; init; } = true;

    /// <summary>Gets how long after its last write the store keeps a conversation.</summary>
    /// <value>Default null: for ever, or not to be checked.</value>
    public TimeSpan? Expiration { get; init; }

    /// <summary>Gets what lets time pass for the store: moves its clock, or waits.</summary>
    /// <value>Default null: expiry is not checked.</value>
    public Func<TimeSpan, Task>? PassTime { get; init; }
}
