using ConversationGuard.Conversations;

namespace ConversationGuard.Testing.Tests;

public enum Fault
{
    ForgetsWrites,
    IgnoresVersions,
    IgnoresCase,
    SwapsInTwoSteps,
    IgnoresCancellation,
    NeverRemoves,
    DropsEvidence,
    IsNotShared,
    NeverExpires,
    ExpiresByFirstWrite,
}

/// <summary>A store with one fault.</summary>
internal sealed class FaultyStore(Fault fault, TimeProvider time) : IConversationStore
{
    private readonly InMemoryConversationStore _inner = new(expiration: fault == Fault.NeverExpires ? TimeSpan.MaxValue : TimeSpan.FromHours(1), timeProvider: time);
    private readonly Dictionary<string, DateTimeOffset> _firstWrites = [];

    public async ValueTask<VersionedLedger> GetAsync(string key, CancellationToken cancellationToken = default)
    {
        if (fault == Fault.ExpiresByFirstWrite && _firstWrites.TryGetValue(Name(key), out var first) && time.GetUtcNow() - first > TimeSpan.FromHours(1))
        {
            return VersionedLedger.None;
        }

        return await _inner.GetAsync(Name(key), Token(cancellationToken));
    }

    public async ValueTask<bool> TryUpdateAsync(string key, ConversationLedger ledger, long expectedVersion, CancellationToken cancellationToken = default)
    {
        if (fault == Fault.ForgetsWrites)
        {
            return true;
        }

        if (fault is Fault.IgnoresVersions or Fault.SwapsInTwoSteps)
        {
            var current = (await _inner.GetAsync(Name(key), cancellationToken)).Version;
            if (fault == Fault.SwapsInTwoSteps && current != expectedVersion)
            {
                return false;
            }

            await Task.Delay(1, cancellationToken);
            while (!await _inner.TryUpdateAsync(Name(key), ledger, (await _inner.GetAsync(Name(key), cancellationToken)).Version, cancellationToken))
            {
                // Somebody else was quicker: over it.
            }

            return true;
        }

        lock (_firstWrites)
        {
            _firstWrites.TryAdd(Name(key), time.GetUtcNow());
        }

        if (fault == Fault.DropsEvidence)
        {
            ledger = ledger with { Entries = [.. ledger.Entries.Select(entry => entry with { Ending = entry.Ending is null ? null : entry.Ending with { Evidence = [] } })] };
        }

        return await _inner.TryUpdateAsync(Name(key), ledger, expectedVersion, Token(cancellationToken));
    }

    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default) =>
        fault == Fault.NeverRemoves ? new(true) : _inner.RemoveAsync(Name(key), Token(cancellationToken));

    private CancellationToken Token(CancellationToken cancellationToken) => fault == Fault.IgnoresCancellation ? CancellationToken.None : cancellationToken;

    private string Name(string key) => fault == Fault.IgnoresCase ? key.ToUpperInvariant() : key;
}
