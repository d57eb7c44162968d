namespace ConversationGuard.Conversations;

/// <summary>A store that may fail, and what this process knows to go on with until it is back (R6).</summary>
/// <remarks>
/// <para>
/// Copies are kept of what the store gives and takes. While it is away the conversation goes on with them: what is recorded then is added to what the store holds when it is back, each turn
/// once (R10), and an end that is known here stays one (R11). What is read meanwhile is marked: other machines may know more, so that nothing is warned about or ended on it.
/// </para>
/// <para>
/// A store that failed some times in a row is left alone for a while; then one call tries it, and the others wait for what becomes of that.
/// </para>
/// </remarks>
internal sealed class BridgedConversationStore : IConversationStore
{
    /// <summary>How many failures in a row it takes until the store is left alone: a single lost packet is no outage.</summary>
    private const int FailuresToLeaveAlone = 3;

    /// <summary>How often a conversation is merged with what the store holds, where others write it at once.</summary>
    private const int MaxMerges = 100;

    /// <summary>The version of a conversation that is not copied here: nobody knows whether there is one.</summary>
    private const long NotCopied = -1;

    private readonly IConversationStore _inner;
    private readonly StoreFailureTerms _terms;
    private readonly TimeProvider _timeProvider;
    private readonly object _lock = new();
    private readonly LedgerCopies _copies;
    private readonly HashSet<string> _unsaved = new(StringComparer.Ordinal);
    private int _failures;
    private DateTimeOffset _aloneUntil;
    private long _clock = -NotCopied;
    private long _outages;
    private bool _isSaving;

    public BridgedConversationStore(IConversationStore inner, StoreFailureTerms terms, TimeProvider timeProvider)
    {
        (_inner, _terms, _timeProvider) = (inner, terms, timeProvider);
        _copies = new LedgerCopies(terms.Capacity, terms.Expiration, timeProvider);
        ForHost = new Unbridged(this);
    }

    /// <summary>Gets the same store as the host's own calls see it: it fails where this one goes on with copies, since the host asks for what is true on all machines.</summary>
    public IConversationStore ForHost { get; }

    /// <summary>Gets or sets who hears of each failure, and whether it is the first since the store last answered.</summary>
    public Action<Exception, bool>? Failed { get; set; }

    /// <summary>Gets or sets who hears that the store answers again.</summary>
    public Action? Returned { get; set; }

    /// <summary>Gets the work of adding to the store what was recorded while it was away.</summary>
    public Task Saving { get; private set; } = Task.CompletedTask;

    /// <summary>Gets how many conversations are copied here.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _copies.Count;
            }
        }
    }

    public ValueTask<VersionedLedger> GetAsync(string key, CancellationToken cancellationToken = default) => GetAsync(key, _terms.Throws, cancellationToken);

    public ValueTask<bool> TryUpdateAsync(string key, ConversationLedger ledger, long expectedVersion, CancellationToken cancellationToken = default) =>
        TryUpdateAsync(key, ledger, expectedVersion, _terms.Throws, cancellationToken);

    public async ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        var isRemoved = await _inner.RemoveAsync(key, cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            _copies.Remove(key);
            _unsaved.Remove(key);
        }

        return isRemoved;
    }

    private async ValueTask<VersionedLedger> GetAsync(string key, bool throws, CancellationToken cancellationToken)
    {
        if (!MayAsk())
        {
            return Copied(key, throws, null);
        }

        try
        {
            return await ReadAsync(key, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever a store throws, the conversation goes on (R6).
        catch (Exception error) when (error.IsFailure(cancellationToken))
#pragma warning restore CA1031
        {
            Fail(error);
            return Copied(key, throws, error);
        }
    }

    private async ValueTask<bool> TryUpdateAsync(string key, ConversationLedger ledger, long expectedVersion, bool throws, CancellationToken cancellationToken)
    {
        // What was read from a copy is written to it.
        if (expectedVersion < 0 || !MayAsk())
        {
            return TryCopy(key, ledger, expectedVersion, throws, null);
        }

        var started = Tick();
        bool isWritten;
        try
        {
            isWritten = await _inner.TryUpdateAsync(key, ledger, expectedVersion, cancellationToken).WithinAsync(_terms.Timeout, _timeProvider, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever a store throws, the conversation goes on (R6).
        catch (Exception error) when (error.IsFailure(cancellationToken))
#pragma warning restore CA1031
        {
            Fail(error);
            return TryCopy(key, ledger, expectedVersion, throws, error);
        }

        Succeed();
        if (isWritten)
        {
            KeepWritten(key, ledger, started);
        }

        return isWritten;
    }

    /// <summary>Reads, and first adds what was recorded while the store was away.</summary>
    private async ValueTask<VersionedLedger> ReadAsync(string key, CancellationToken cancellationToken)
    {
        for (var merge = 0; merge < MaxMerges; merge++)
        {
            var started = Tick();
            var stored = await _inner.GetAsync(key, cancellationToken).WithinAsync(_terms.Timeout, _timeProvider, cancellationToken).ConfigureAwait(false);
            Succeed();
            if (Unknown(key, stored) is not { } copy)
            {
                KeepRead(key, stored, started);
                return stored;
            }

            var merged = new LedgerChange(copy.Base, copy.Ledger).ApplyTo(stored.Ledger);
            if (await _inner.TryUpdateAsync(key, merged, stored.Version, cancellationToken).WithinAsync(_terms.Timeout, _timeProvider, cancellationToken).ConfigureAwait(false))
            {
                lock (_lock)
                {
                    // What was recorded since is still to be added.
                    if (ReferenceEquals(_copies.Find(key), copy))
                    {
                        Set(key, merged, version: 0, isFromRead: false);
                    }
                }
            }
        }

        throw new InvalidOperationException("The conversation store refuses every write: its versions do not match what it returns.");
    }

    /// <summary>What the store does not know yet: recorded while it was away, or lost by it in an outage.</summary>
    private LedgerCopy? Unknown(string key, VersionedLedger stored)
    {
        lock (_lock)
        {
            var copy = _copies.Find(key);
            var isLost = copy is { Ledger.IsEmpty: false } && copy.Outage < _outages && stored.Version == 0;
            if (copy is { IsChanged: true } || isLost)
            {
                return copy;
            }

            _unsaved.Remove(key);
            return null;
        }
    }

    private VersionedLedger Copied(string key, bool throws, Exception? error)
    {
        ThrowIf(throws, error);
        lock (_lock)
        {
            return _copies.Find(key) is { } copy
                ? new VersionedLedger(copy.Ledger, copy.Stamp) { IsBridged = true }
                : new VersionedLedger(ConversationLedger.Empty, NotCopied) { IsBridged = true };
        }
    }

    private bool TryCopy(string key, ConversationLedger ledger, long expectedVersion, bool throws, Exception? error)
    {
        ThrowIf(throws, error);
        lock (_lock)
        {
            var copy = _copies.Find(key);
            var isExpected = copy is null || expectedVersion == copy.Stamp || (expectedVersion > 0 && expectedVersion == copy.BaseVersion && !copy.IsChanged);
            if (!isExpected)
            {
                return false;
            }

            _copies.Set(key, new LedgerCopy(copy?.Base ?? ConversationLedger.Empty, copy?.BaseVersion ?? 0, ledger, NewStamp(), copy?.Outage ?? _outages, IsFromRead: false));
            _unsaved.Add(key);
            return true;
        }
    }

    private static void ThrowIf(bool throws, Exception? error)
    {
        if (throws)
        {
            throw new ConversationStoreUnavailableException(error);
        }
    }

    private void KeepRead(string key, VersionedLedger stored, long started)
    {
        lock (_lock)
        {
            // What was learnt while this was on its way is not older than it.
            var copy = _copies.Find(key);
            if (copy is { IsChanged: true } || (copy is not null && -copy.Stamp > started))
            {
                return;
            }

            if (stored.Ledger.IsEmpty)
            {
                _copies.Remove(key);
            }
            else
            {
                Set(key, stored.Ledger, stored.Version, isFromRead: true);
            }
        }
    }

    private void KeepWritten(string key, ConversationLedger ledger, long started)
    {
        lock (_lock)
        {
            // An end that was learnt while this was on its way may be newer than it, and is never lost (R11).
            var copy = _copies.Find(key);
            var isOlder = copy is not null && -copy.Stamp > started && (!copy.IsFromRead || copy.Ledger.Ending is not null) && ledger.Ending is null;
            if (copy is not { IsChanged: true } && !isOlder)
            {
                Set(key, ledger, version: 0, isFromRead: false);
            }
        }
    }

    private void Set(string key, ConversationLedger ledger, long version, bool isFromRead)
    {
        if (!_terms.Throws)
        {
            _copies.Set(key, new LedgerCopy(ledger, version, ledger, NewStamp(), _outages, isFromRead));
        }

        _unsaved.Remove(key);
    }

    private long Tick()
    {
        lock (_lock)
        {
            return ++_clock;
        }
    }

    private long NewStamp() => -++_clock;

    private bool MayAsk()
    {
        lock (_lock)
        {
            if (_failures < FailuresToLeaveAlone)
            {
                return true;
            }

            var now = _timeProvider.GetUtcNow();
            if (now < _aloneUntil)
            {
                return false;
            }

            // This call tries it; until it knows more the others do not.
            _aloneUntil = now + _terms.RetryAfter;
            return true;
        }
    }

    private void Fail(Exception error)
    {
        bool isFirst;
        lock (_lock)
        {
            // A ledger that cannot be read is one conversation's trouble and not the store's.
            isFirst = _failures == 0;
            if (error is not InvalidDataException)
            {
                _outages += isFirst ? 1 : 0;
                _failures++;
                _aloneUntil = _timeProvider.GetUtcNow() + _terms.RetryAfter;
            }
        }

        Failed?.Invoke(error, isFirst);
    }

    private void Succeed()
    {
        bool isBack;
        lock (_lock)
        {
            isBack = _failures > 0;
            _failures = 0;
            if (_unsaved.Count > 0 && !_isSaving)
            {
                _isSaving = true;
                Saving = Task.Run(SaveAsync);
            }
        }

        if (isBack)
        {
            Returned?.Invoke();
        }
    }

    /// <summary>Adds to the store what was recorded while it was away, one conversation after the other, so that other machines know it too.</summary>
    private async Task SaveAsync()
    {
        try
        {
            string[] keys;
            lock (_lock)
            {
                keys = [.. _unsaved];
            }

            foreach (var key in keys)
            {
                try
                {
                    await ReadAsync(key, CancellationToken.None).ConfigureAwait(false);
                }
                catch (InvalidDataException error)
                {
                    // It will not become readable by trying again.
                    Fail(error);
                    lock (_lock)
                    {
                        _unsaved.Remove(key);
                    }
                }
            }
        }
#pragma warning disable CA1031 // The store is away again: the rest is added when it is back.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Fail(error);
        }
        finally
        {
            lock (_lock)
            {
                _isSaving = false;
            }
        }
    }

    private sealed class Unbridged(BridgedConversationStore store) : IConversationStore
    {
        public ValueTask<VersionedLedger> GetAsync(string key, CancellationToken cancellationToken = default) => store.GetAsync(key, throws: true, cancellationToken);

        public ValueTask<bool> TryUpdateAsync(string key, ConversationLedger ledger, long expectedVersion, CancellationToken cancellationToken = default) =>
            store.TryUpdateAsync(key, ledger, expectedVersion, throws: true, cancellationToken);

        public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default) => store.RemoveAsync(key, cancellationToken);
    }
}

/// <summary>What is done when a store fails.</summary>
/// <param name="Throws">Whether the call fails then, instead of going on.</param>
/// <param name="Timeout">How long the store may take.</param>
/// <param name="RetryAfter">How long it is left alone.</param>
/// <param name="Capacity">How many conversations are copied at most.</param>
/// <param name="Expiration">How long a copy is kept.</param>
internal sealed record StoreFailureTerms(bool Throws, TimeSpan Timeout, TimeSpan RetryAfter, int Capacity, TimeSpan Expiration);
