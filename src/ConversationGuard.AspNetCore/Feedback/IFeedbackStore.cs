namespace ConversationGuard.AspNetCore;

/// <summary>Keeps feedback and appeals. Register an implementation to keep them elsewhere than in a file.</summary>
/// <remarks>Called concurrently.</remarks>
public interface IFeedbackStore
{
    /// <summary>Adds an entry: all of it, or nothing.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>A task that is done when the entry is kept.</returns>
    ValueTask AddAsync(FeedbackEntry entry, CancellationToken cancellationToken = default);

    /// <summary>Reads all entries, oldest first.</summary>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The entries.</returns>
    ValueTask<IReadOnlyList<FeedbackEntry>> ReadAsync(CancellationToken cancellationToken = default);

    /// <summary>Keeps a conversation that an appeal showed to be judged wrongly, for the evaluation of the guard. Called only with messages that the person sent.</summary>
    /// <param name="appeal">The appeal that was granted.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>A task that is done when the conversation is kept.</returns>
    ValueTask AddLabelledConversationAsync(FeedbackEntry appeal, CancellationToken cancellationToken = default);
}
