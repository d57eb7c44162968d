using ConversationGuard.Conversations;
using Microsoft.Extensions.AI;

namespace ConversationGuard;

/// <summary>The host's handle on its conversations.</summary>
/// <remarks>
/// Where the store does not answer, every call throws <see cref="ConversationStoreUnavailableException"/>, though conversations go on: what is not on record for all machines is not claimed.
/// A key is what the host set on the call or its resolver gave; for a conversation known by its <c>ConversationId</c>, the latest id.
/// </remarks>
public interface IConversationGuard
{
    /// <summary>Tells how a conversation stands on the branch that went on record last; only a call shows on which it goes on.</summary>
    /// <param name="conversationKey">The conversation's key.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The status; that of an untouched conversation if nothing is on record.</returns>
    ValueTask<ConversationStatus> GetStatusAsync(string conversationKey, CancellationToken cancellationToken = default);

    /// <summary>Ends a conversation by the host's own decision (R1). A conversation that has ended stays as it ended.</summary>
    /// <param name="conversationKey">The conversation's key.</param>
    /// <param name="reason">Why; <see cref="EndReason.HostRequest"/> if null.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The status after it.</returns>
    ValueTask<ConversationStatus> EndAsync(string conversationKey, EndReason? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Begins a branch of a conversation for hosts that know where it leaves: the new conversation starts with what was on record there (R11).</summary>
    /// <param name="conversationKey">The conversation's key.</param>
    /// <param name="branchKey">The key of the new conversation.</param>
    /// <param name="history">The messages that the branch keeps, as they were presented to the guard. Turns that are not among them do not count on the branch; crisis signals stay (R5). With a record per author, those of the author.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The status of the branch. A branch that keeps all that led to an end has ended too.</returns>
    /// <exception cref="InvalidOperationException">Something is on record under <paramref name="branchKey"/> already.</exception>
    ValueTask<ConversationStatus> BranchAsync(string conversationKey, string branchKey, IEnumerable<ChatMessage> history, CancellationToken cancellationToken = default);

    /// <summary>Takes an end back, for example after an appeal, and forgives what led to it. A crisis hold stays.</summary>
    /// <param name="conversationKey">The conversation's key.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The status after it.</returns>
    ValueTask<ConversationStatus> ReinstateAsync(string conversationKey, CancellationToken cancellationToken = default);

    /// <summary>Releases a crisis hold by the host's own decision (R5).</summary>
    /// <param name="conversationKey">The conversation's key.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The status after it.</returns>
    ValueTask<ConversationStatus> ReleaseCrisisHoldAsync(string conversationKey, CancellationToken cancellationToken = default);
}
