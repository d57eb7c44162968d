using ConversationGuard.ChatCompletion;
using ConversationGuard.DeEscalation;

namespace ConversationGuard.AspNetCore;

/// <summary>Takes feedback and appeals on conversations that were warned or ended (R16), and grants appeals.</summary>
public sealed class FeedbackDesk : IDisposable
{
    private readonly IFeedbackStore _store;
    private readonly TimeProvider _timeProvider;
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Initializes a desk.</summary>
    /// <param name="store">Keeps what is handed in.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    public FeedbackDesk(IFeedbackStore store, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        (_store, _timeProvider) = (store, timeProvider ?? TimeProvider.System);
    }

    /// <summary>Takes feedback.</summary>
    /// <param name="status">How the conversation stands.</param>
    /// <param name="isFair">Whether the person finds it fair; null if they do not say.</param>
    /// <param name="comment">What they write; null if nothing.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The entry; null if the conversation was neither warned nor ended, so that there is nothing to speak of.</returns>
    public async ValueTask<FeedbackEntry?> GiveFeedbackAsync(ConversationStatus status, bool? isFair, string? comment, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(status);
        if (!IsOpenTo(status))
        {
            return null;
        }

        var entry = Entry(FeedbackKind.Feedback, status) with { IsFair = isFair, Comment = comment };
        await _store.AddAsync(entry, cancellationToken).ConfigureAwait(false);
        return entry;
    }

    /// <summary>Takes an appeal. While one is open for a conversation, there is no second.</summary>
    /// <param name="status">How the conversation stands.</param>
    /// <param name="comment">What the person writes; null if nothing.</param>
    /// <param name="messages">The messages of the conversation, if the person chose to send them (R19); null or empty otherwise.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The appeal, the open one if there is one; null if the conversation was neither warned nor ended.</returns>
    public async ValueTask<FeedbackEntry?> AppealAsync(ConversationStatus status, string? comment, IReadOnlyList<FeedbackMessage>? messages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(status);
        if (!IsOpenTo(status))
        {
            return null;
        }

        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if ((await OpenAppealsAsync(cancellationToken).ConfigureAwait(false)).LastOrDefault(appeal => appeal.ConversationKey == status.ConversationKey && appeal.GuardName == status.GuardName) is { } open)
            {
                return open;
            }

            var entry = Entry(FeedbackKind.Appeal, status) with { Comment = comment, Messages = messages ?? [] };
            await _store.AddAsync(entry, cancellationToken).ConfigureAwait(false);
            return entry;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Lists the appeals that wait for an answer.</summary>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The appeals, oldest first.</returns>
    public async ValueTask<IReadOnlyList<FeedbackEntry>> OpenAppealsAsync(CancellationToken cancellationToken = default)
    {
        var entries = await _store.ReadAsync(cancellationToken).ConfigureAwait(false);
        var granted = entries.Where(entry => entry.Kind == FeedbackKind.AppealGranted).Select(entry => entry.AppealId).ToHashSet();
        return [.. entries.Where(entry => entry.Kind == FeedbackKind.Appeal && !granted.Contains(entry.Id))];
    }

    /// <summary>
    /// Grants an appeal: the conversation goes on with its ledger forgiven, and the record says so. If the person sent the messages, the conversation is kept as one that was
    /// judged wrongly.
    /// </summary>
    /// <param name="guard">The guard that looks after the conversation.</param>
    /// <param name="appealId">The appeal's id.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The status after it; null if there is no open appeal with that id in a conversation of this guard.</returns>
    public async ValueTask<ConversationStatus?> GrantAsync(IConversationGuard guard, string appealId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(guard);
        ArgumentNullException.ThrowIfNull(appealId);
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if ((await OpenAppealsAsync(cancellationToken).ConfigureAwait(false)).FirstOrDefault(open => open.Id == appealId) is not { } appeal)
            {
                return null;
            }

            if ((await guard.GetStatusAsync(appeal.ConversationKey, cancellationToken).ConfigureAwait(false)).GuardName != appeal.GuardName)
            {
                return null;
            }

            // The person's conversation comes first. Whatever fails after it can be done again: the appeal is open until the last step.
            var status = await guard.ReinstateAsync(appeal.ConversationKey, cancellationToken).ConfigureAwait(false);
            if (appeal.Messages.Count > 0)
            {
                await _store.AddLabelledConversationAsync(appeal, cancellationToken).ConfigureAwait(false);
            }

            await _store.AddAsync(Entry(FeedbackKind.AppealGranted, status) with { Reason = appeal.Reason, Category = appeal.Category, AppealId = appeal.Id }, cancellationToken).ConfigureAwait(false);
            return status;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    /// <summary>Where the guard merely observes, nobody was warned or ended (R18).</summary>
    private static bool IsOpenTo(ConversationStatus status) =>
        status.Mode == GuardMode.Enforce && (status.Ending is not null || status.State.Phase is ConversationPhase.Warned or ConversationPhase.Ended);

    private FeedbackEntry Entry(FeedbackKind kind, ConversationStatus status) => new()
    {
        Id = Guid.NewGuid().ToString("N"),
        Kind = kind,
        ConversationKey = status.ConversationKey,
        GuardName = status.GuardName,
        At = _timeProvider.GetUtcNow(),
        Phase = status.State.Phase,
        Reason = status.Ending?.Reason.Value,
        Category = Category(status),
    };

    private static string? Category(ConversationStatus status)
    {
        var category = status.Ending?.Category ?? (status.State.Violations is [.., var latest] ? latest.Category : default);
        return category == default ? null : category.Value;
    }
}
