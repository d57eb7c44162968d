namespace ConversationGuard.Testing;

/// <summary>One thing that every store must do.</summary>
public sealed class ConversationStoreCheck
{
    private readonly Func<ConversationStoreSubject, Task> _run;
    private readonly Func<ConversationStoreSubject, bool> _applies;

    internal ConversationStoreCheck(string name, Func<ConversationStoreSubject, Task> run, Func<ConversationStoreSubject, bool>? applies = null)
    {
        (Name, _run) = (name, run);
        _applies = applies ?? (_ => true);
    }

    /// <summary>Gets what must be, as a sentence with underscores, to be shown by a test framework.</summary>
    public string Name { get; }

    /// <summary>Tells whether the check says something about a store: one without expiry is not asked for it.</summary>
    /// <param name="subject">The store.</param>
    /// <returns>Whether it applies.</returns>
    public bool AppliesTo(ConversationStoreSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return _applies(subject);
    }

    /// <summary>Checks a store. It works with keys of its own, so that other data in the store does not matter.</summary>
    /// <param name="subject">The store.</param>
    /// <returns>The check.</returns>
    /// <exception cref="ConversationGuardTestException">The store does not do what it must.</exception>
    public Task RunAsync(ConversationStoreSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return _run(subject);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
