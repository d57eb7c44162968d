using ConversationGuard.Conversations;

namespace ConversationGuard.Tests.Doubles;

/// <summary>The in-memory store, counted, and failing on demand.</summary>
internal sealed class CountingStore(TimeProvider? timeProvider = null) : IConversationStore
{
    private readonly InMemoryConversationStore _inner = new(timeProvider: timeProvider);
    private int _reads;
    private int _writes;

    private readonly System.Collections.Concurrent.ConcurrentQueue<ConversationLedger> _written = new();

    public int Reads => _reads;

    /// <summary>Gets every ledger that was to be written, oldest first.</summary>
    public IReadOnlyList<ConversationLedger> Written => [.. _written];

    /// <summary>Gets or sets a value indicating whether every write loses against another.</summary>
    public bool RefusesWrites { get; set; }

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
        _written.Enqueue(ledger);
        if (BeforeWrite is { } before)
        {
            await before();
        }

        return !RefusesWrites && await _inner.TryUpdateAsync(key, ledger, expectedVersion, cancellationToken);
    }

    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default) => _inner.RemoveAsync(key, cancellationToken);
}
