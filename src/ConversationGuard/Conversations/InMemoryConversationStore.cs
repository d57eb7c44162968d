using System.Collections.Concurrent;

namespace ConversationGuard.Conversations;

/// <summary>Keeps ledgers in this process: bounded, and expiring a fixed time after the last write.</summary>
/// <remarks>
/// Only conversations with a notable turn take room. When the store is full, the conversation that was written longest ago goes first.
/// Reads take no lock.
/// </remarks>
public sealed class InMemoryConversationStore : IConversationStore
{
    /// <summary>The default capacity: 100,000 conversations with a notable turn.</summary>
    public const int DefaultCapacity = 100_000;

    private readonly ConcurrentDictionary<string, Slot> _slots = new(StringComparer.Ordinal);
    private readonly LinkedList<string> _byLastWrite = new();
    private readonly object _writing = new();
    private readonly int _capacity;
    private readonly TimeSpan _expiration;
    private readonly TimeProvider _timeProvider;
    private long _lastVersion;

    /// <summary>Initializes a store.</summary>
    /// <param name="capacity">How many conversations are kept at most; at least 1; default <see cref="DefaultCapacity"/>.</param>
    /// <param name="expiration">How long after its last write a conversation is kept; default <see cref="DefaultExpiration"/>.</param>
    /// <param name="timeProvider">The clock; default the system's.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is below 1, or the expiration is not positive.</exception>
    public InMemoryConversationStore(int capacity = DefaultCapacity, TimeSpan? expiration = null, TimeProvider? timeProvider = null)
    {
        if (capacity < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "The store must hold at least one conversation.");
        }

        _capacity = capacity;
        _expiration = expiration ?? DefaultExpiration;
        if (_expiration <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(expiration), _expiration, "The expiration must be positive.");
        }

        _timeProvider = timeProvider ?? TimeProvider.System;
    }

    /// <summary>Gets the default expiration: 30 days after the last write.</summary>
    public static TimeSpan DefaultExpiration { get; } = TimeSpan.FromDays(30);

    /// <summary>Gets how many conversations are held, expired ones that were not yet swept included.</summary>
    public int Count => _slots.Count;

    /// <inheritdoc/>
    public ValueTask<VersionedLedger> GetAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        cancellationToken.ThrowIfCancellationRequested();
        return new(_slots.TryGetValue(key, out var slot) && !IsExpired(slot) ? new VersionedLedger(slot.Ledger, slot.Version) : VersionedLedger.None);
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryUpdateAsync(string key, ConversationLedger ledger, long expectedVersion, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(ledger);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_writing)
        {
            var exists = _slots.TryGetValue(key, out var slot);
            var version = exists && !IsExpired(slot!) ? slot!.Version : 0;
            if (version != expectedVersion)
            {
                return new(false);
            }

            if (exists)
            {
                _byLastWrite.Remove(slot!.Node);
            }

            // Versions are never used twice, so that a conversation removed and begun anew cannot be mistaken for the old one.
            _slots[key] = new Slot(ledger, ++_lastVersion, _timeProvider.GetUtcNow() + _expiration, _byLastWrite.AddLast(key));
            Sweep();
        }

        return new(true);
    }

    /// <inheritdoc/>
    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_writing)
        {
            if (!_slots.TryRemove(key, out var slot))
            {
                return new(false);
            }

            _byLastWrite.Remove(slot.Node);
            return new(!IsExpired(slot));
        }
    }

    private bool IsExpired(Slot slot) => _timeProvider.GetUtcNow() >= slot.ExpiresAt;

    /// <summary>The list is in the order of writing, hence of expiring: what has to go is always at its head.</summary>
    private void Sweep()
    {
        while (_byLastWrite.First is { } oldest && (_slots.Count > _capacity || IsExpired(_slots[oldest.Value])))
        {
            _slots.TryRemove(oldest.Value, out _);
            _byLastWrite.RemoveFirst();
        }
    }

    private sealed record Slot(ConversationLedger Ledger, long Version, DateTimeOffset ExpiresAt, LinkedListNode<string> Node);
}
