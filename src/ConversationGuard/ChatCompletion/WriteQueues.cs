namespace ConversationGuard.ChatCompletion;

/// <summary>
/// Those in this process who lost a write to a conversation try again one after the other. So a thousand turns at once take some thousand writes, where each against each would take a million.
/// </summary>
internal sealed class WriteQueues
{
    private const int Count = 64;

    /// <summary>The order spares work and nothing else: who waits too long, for a policy that hangs for example, goes on without it.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim[] _queues = [.. Enumerable.Range(0, Count).Select(_ => new SemaphoreSlim(1, 1))];

    public Place PlaceFor(string storeKey) => new(_queues[(int)((uint)StringComparer.Ordinal.GetHashCode(storeKey) % Count)]);

    internal sealed class Place(SemaphoreSlim queue) : IDisposable
    {
        private bool _isFirst;

        public async ValueTask QueueAsync(CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _isFirst = _isFirst || await queue.WaitAsync(_patience, cancellationToken).ConfigureAwait(false);
        }

        public void Dispose()
        {
            if (_isFirst)
            {
                queue.Release();
            }
        }
    }
}
