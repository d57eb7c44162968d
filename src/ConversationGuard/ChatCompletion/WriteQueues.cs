namespace ConversationGuard.ChatCompletion;

/// <summary>
/// Those in this process who lost a write to a conversation try again one after the other. So a thousand turns at once take some thousand writes, where each against each would take a million.
/// </summary>
/// <param name="patience">The order spares work and nothing else: who waits longer, for a policy that hangs for example, goes on without it.</param>
internal sealed class WriteQueues(TimeSpan patience)
{
    private const int Count = 64;

    private readonly SemaphoreSlim[] _queues = [.. Enumerable.Range(0, Count).Select(_ => new SemaphoreSlim(1, 1))];

    public Place PlaceFor(string storeKey) => new(_queues[(int)((uint)StringComparer.Ordinal.GetHashCode(storeKey) % Count)], patience);

    internal sealed class Place(SemaphoreSlim queue, TimeSpan patience) : IDisposable
    {
        private bool _isFirst;

        public async ValueTask QueueAsync(CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _isFirst = _isFirst || await queue.WaitAsync(patience, cancellationToken).ConfigureAwait(false);
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
