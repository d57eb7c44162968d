namespace ConversationGuard.Conversations;

/// <summary>Tells a failure, after which the conversation goes on (R6), from the caller's own cancellation, which is none.</summary>
internal static class Failure
{
    public static bool IsFailure(this Exception error, CancellationToken cancellationToken) =>
        !(error is OperationCanceledException && cancellationToken.IsCancellationRequested);

    /// <summary>Waits so long and no longer. What is then left behind may still fail: nobody is there to see it.</summary>
    /// <exception cref="TimeoutException">The time is over.</exception>
    public static async ValueTask<T> WithinAsync<T>(this ValueTask<T> pending, TimeSpan time, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        if (pending.IsCompletedSuccessfully)
        {
            return pending.Result;
        }

        var task = pending.AsTask();
        try
        {
            return await task.WaitAsync(time, timeProvider, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (!task.IsCompleted)
            {
                _ = task.ContinueWith(static left => _ = left.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously | TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            }
        }
    }
}
