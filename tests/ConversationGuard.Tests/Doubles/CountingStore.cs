using ConversationGuard.Conversations;

namespace ConversationGuard.Tests.Doubles;

/// <summary>The in-memory store, counted, and failing on demand.</summary>
internal sealed class CountingStore(TimeProvider? timeProvider = null) : IConversationStore
{
    private readonly InMemoryConversationStore _inner = new(timeProvider: timeProvider);
    private int _reads;
    private int _writes;

    public int Reads => _reads;

    /// <summary>Gets how many updates were asked for, those that lost against another included.</summary>
    public int Writes => _writes;

    public Func<Task>? BeforeRead { get; set; }

    public Func<Task>? BeforeWrite { get; set; }

    public async ValueTask<VersionedLedger> GetAsync(string key, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _reads);
        if (BeforeRead is { } before)
        {
            await before();
        }

        return await _inner.GetAsync(key, cancellationToken);
    }

    public async ValueTask<bool> TryUpdateAsync(string key, ConversationLedger ledger, long expectedVersion, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _writes);
        if (BeforeWrite is { } before)
        {
            await before();
        }

        return await _inner.TryUpdateAsync(key, ledger, expectedVersion, cancellationToken);
    }

    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default) => _inner.RemoveAsync(key, cancellationToken);
}
