namespace ConversationGuard.ChatCompletion;

/// <summary>Tells a failure, after which the conversation goes on (R6), from the caller's own cancellation, which is none.</summary>
internal static class Failure
{
    public static bool IsFailure(this Exception error, CancellationToken cancellationToken) =>
        !(error is OperationCanceledException && cancellationToken.IsCancellationRequested);
}
