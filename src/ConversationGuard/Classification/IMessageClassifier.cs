namespace ConversationGuard.Classification;

/// <summary>The first stage: says what a user's message is.</summary>
/// <remarks>
/// Implementations are called concurrently. An exception or a time-out counts as "unsure": the conversation goes on and
/// the failure is reported (R6).
/// </remarks>
public interface IMessageClassifier
{
    /// <summary>Classifies one message of the user.</summary>
    /// <param name="request">The message and what is known around it.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The classification.</returns>
    ValueTask<MessageClassification> ClassifyAsync(ClassificationRequest request, CancellationToken cancellationToken = default);
}
