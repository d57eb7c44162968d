using StackExchange.Redis;

namespace ConversationGuard.Redis;

/// <summary>A connection that is made when it is first needed, so that a server that is down does not keep the host from starting.</summary>
internal sealed class RedisConnection : IDisposable, IAsyncDisposable
{
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private readonly ConfigurationOptions? _configuration;
    private readonly bool _isOwn;
    private volatile IConnectionMultiplexer? _multiplexer;
    private volatile bool _isDisposed;

    public RedisConnection(IConnectionMultiplexer multiplexer) => _multiplexer = multiplexer;

    public RedisConnection(string connectionString)
    {
        _isOwn = true;
        _configuration = ConfigurationOptions.Parse(connectionString);

        // It goes on trying by itself. While it is down, a call fails at once instead of waiting in a queue: the guard has a copy to go on with (R6).
        _configuration.AbortOnConnectFail = false;
        _configuration.BacklogPolicy = BacklogPolicy.FailFast;
    }

    public ValueTask<IConnectionMultiplexer> GetAsync(CancellationToken cancellationToken) =>
        _multiplexer is { } connected ? new(connected) : new(ConnectAsync(cancellationToken));

    public void Dispose()
    {
        _isDisposed = true;
        if (_isOwn)
        {
            _multiplexer?.Dispose();
        }
    }

    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        return _isOwn && _multiplexer is { } connected ? connected.DisposeAsync() : default;
    }

    private async Task<IConnectionMultiplexer> ConnectAsync(CancellationToken cancellationToken)
    {
        await _connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _multiplexer ??= await ConnectionMultiplexer.ConnectAsync(_configuration!).ConfigureAwait(false);
        }
        finally
        {
            _connecting.Release();
        }
    }
}
