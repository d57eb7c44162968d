namespace ConversationGuard.ChatCompletion;

/// <summary>
/// Those in this process who lost a write to a conversation try again one after the other. So a thousand turns at once take some thousand writes, where each against each would take a million.
/// </summary>
/// <param name="patience">The order spares work and nothing else: who waits longer, for a policy that hangs for example, goes on without it.</param>
internal sealed class WriteQueues(TimeSpan patience)
{
    private const int Count = 64;

    private readonly SemaphoreSlim[] _queues = [.. Enumerable.Range(0, Count).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>Waits for one's turn.</summary>
    /// <param name="storeKey">The conversation.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>What is to be released at the end; null if the wait was too long.</returns>
    public async ValueTask<SemaphoreSlim?> WaitAsync(string storeKey, CancellationToken cancellationToken)
    {
        var queue = _queues[(int)((uint)StringComparer.Ordinal.GetHashCode(storeKey) % Count)];
        return await queue.WaitAsync(patience, cancellationToken).ConfigureAwait(false) ? queue : null;
    }
}
