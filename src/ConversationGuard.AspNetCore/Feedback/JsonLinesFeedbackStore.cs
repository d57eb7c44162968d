namespace ConversationGuard.AspNetCore;

/// <summary>Keeps feedback and appeals in a file, one JSON object a line; labelled conversations in another.</summary>
/// <remarks>Several processes may share the files. Every reading reads the whole file: for more than some ten thousand entries, keep them elsewhere.</remarks>
public sealed class JsonLinesFeedbackStore : IFeedbackStore, IDisposable
{
    /// <summary>The label of a conversation whose appeal was granted: nothing in it should have been warned about or ended.</summary>
    public const string GrantedLabel = "wrongly_judged";

    private readonly JsonLinesFile _entries;
    private readonly JsonLinesFile _labelled;

    /// <summary>Initializes a store.</summary>
    /// <param name="path">The file of entries; made when there is something to write.</param>
    /// <param name="labelledPath">The file of labelled conversations, as <c>conversation-guard replay</c> reads it.</param>
    public JsonLinesFeedbackStore(string path, string labelledPath)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentException.ThrowIfNullOrWhiteSpace(labelledPath);
        (_entries, _labelled) = (new JsonLinesFile(Path.GetFullPath(path)), new JsonLinesFile(Path.GetFullPath(labelledPath)));
    }

    /// <inheritdoc/>
    public async ValueTask AddAsync(FeedbackEntry entry, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        await _entries.AppendAsync(entry, GuardJson.Default.FeedbackEntry, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<FeedbackEntry>> ReadAsync(CancellationToken cancellationToken = default) =>
        await _entries.ReadAsync(GuardJson.Default.FeedbackEntry, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask AddLabelledConversationAsync(FeedbackEntry appeal, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(appeal);
        var conversation = new LabelledConversation(appeal.Id, GrantedLabel, appeal.Phase, appeal.Reason, appeal.Category, appeal.At, appeal.Messages);
        await _labelled.AppendAsync(conversation, GuardJson.Default.LabelledConversation, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _entries.Dispose();
        _labelled.Dispose();
    }
}
