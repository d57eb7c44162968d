using Microsoft.Extensions.Hosting;

namespace ConsoleChat.Chat;

/// <summary>What Ctrl+C means: stop the running answer; when none is running, or it does not stop, leave the program.</summary>
/// <remarks>It takes the place of the host's own console lifetime, to which Ctrl+C always means the end.</remarks>
internal sealed class CtrlC : IHostLifetime, IDisposable
{
    private readonly Lock _lock = new();
    private CancellationTokenSource? _running;

    /// <summary>Runs what Ctrl+C may cancel, one at a time.</summary>
    /// <param name="work">The work.</param>
    /// <returns>The work's own outcome.</returns>
    public async Task RunAsync(Func<CancellationToken, Task> work)
    {
        using var running = new CancellationTokenSource();
        Set(running);
        try
        {
            await work(running.Token);
        }
        finally
        {
            Set(null);
        }
    }

    /// <summary>The key was pressed.</summary>
    /// <returns>Whether something was cancelled; otherwise the program should end.</returns>
    public bool Press()
    {
        lock (_lock)
        {
            var cancels = _running is { IsCancellationRequested: false };
            _running?.Cancel();
            return cancels;
        }
    }

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        Console.CancelKeyPress += OnPress;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => Console.CancelKeyPress -= OnPress;

    private void OnPress(object? sender, ConsoleCancelEventArgs pressed) => pressed.Cancel = Press();

    private void Set(CancellationTokenSource? running)
    {
        lock (_lock)
        {
            _running = running;
        }
    }
}
