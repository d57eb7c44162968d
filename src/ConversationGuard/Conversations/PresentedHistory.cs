using ConversationGuard.Classification;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Conversations;

/// <summary>The user turns of the messages of one call, and which of them the user newly wrote.</summary>
internal sealed class PresentedHistory
{
    private List<UserTurn>? _turns;

    /// <param name="messages">The messages of the call.</param>
    /// <param name="isHeldByServer">Whether the server holds the history, so that what is presented is only what is new.</param>
    /// <param name="author">Whose turns are read; null for everybody's.</param>
    public PresentedHistory(IReadOnlyList<ChatMessage> messages, bool isHeldByServer, string? author = null)
    {
        (Messages, IsHeldByServer, Author) = (messages, isHeldByServer, author);
        var last = LastIndexOfUser(messages);
        IsNewestFromUser = last >= 0 && (last == messages.Count - 1 || messages.Skip(last + 1).All(message => message.Role != ChatRole.Assistant && message.Role != ChatRole.Tool));

        // The newest turns are the user messages that no assistant message separates; more than one when the user wrote again
        // before there was an answer. Tool results and system text never count (R15).
        var first = last;
        for (var i = last - 1; i >= 0 && messages[i].Role != ChatRole.Assistant; i--)
        {
            first = messages[i].Role == ChatRole.User ? i : first;
        }

        if (last < 0)
        {
            Newest = [];
        }
        else if (first == last)
        {
            Newest = TurnAt(last) is { } only ? [only] : [];
        }
        else
        {
            Newest = Read(first, last + 1);
        }
    }

    public IReadOnlyList<ChatMessage> Messages { get; }

    public bool IsHeldByServer { get; }

    /// <summary>Gets whose turns are read; null for everybody's.</summary>
    public string? Author { get; }

    /// <summary>
    /// Gets a value indicating whether the newest message is the user's, whatever system text a host puts after it (R15): else this is a further step of a turn
    /// seen before, for example after a tool call.
    /// </summary>
    public bool IsNewestFromUser { get; }

    /// <summary>Gets the turns since the last assistant message that a user turn follows.</summary>
    public IReadOnlyList<UserTurn> Newest { get; }

    /// <summary>Gets every user turn, oldest first.</summary>
    public IReadOnlyList<UserTurn> All => _turns ??= Read(0, Messages.Count);

    /// <summary>Gives every turn its identity, in every way that the history can be read.</summary>
    /// <param name="ledger">The ledger; its salt keys the hashes.</param>
    /// <param name="secret">The host's secret that keys them too; null if it has none.</param>
    /// <returns>The readings, the likeliest first; one unless the history is ambiguous.</returns>
    public IEnumerable<HistoryReading> Read(ConversationLedger ledger, HashSecret? secret = null)
    {
        using var hash = KeyedHash.With(HashSecret.TurnKey(secret, ledger.Salt!));
        TurnId Identify(string fingerprint, TurnId? previous) => Id(fingerprint, previous, hash);
        var turns = All.Select(turn => turn with { Fingerprint = Fingerprint(turn, hash) }).ToList();
        if (ledger.Entries.Count == 0)
        {
            var previous = default(TurnId?);
            return [new([.. turns.Select(turn => turn with { Id = (previous = Identify(turn.Fingerprint, previous)).Value })], null, Newest.Count, turns.Count - Newest.Count)];
        }

        var reader = new HistoryReader(ledger, turns, IsNewestFromUser ? Newest.Count : 0, Identify);
        return IsHeldByServer ? [reader.HeldByServer()] : [.. reader.Readings()];
    }

    /// <summary>One history for each participant who newly wrote something; for nobody's if nobody did.</summary>
    public static IEnumerable<PresentedHistory> ByAuthor(IReadOnlyList<ChatMessage> messages, bool isHeldByServer) =>
        new PresentedHistory(messages, isHeldByServer).Newest
            .Select(turn => NameOf(turn.Message))
            .Distinct(StringComparer.Ordinal)
            .Select(author => new PresentedHistory(messages, isHeldByServer, author));

    private static string NameOf(ChatMessage message) => message.AuthorName ?? string.Empty;

    private static int LastIndexOfUser(IReadOnlyList<ChatMessage> messages)
    {
        var last = messages.Count - 1;
        while (last >= 0 && messages[last].Role != ChatRole.User)
        {
            last--;
        }

        return last;
    }

    private List<UserTurn> Read(int from, int to)
    {
        var turns = new List<UserTurn>();
        for (var i = from; i < to; i++)
        {
            if (TurnAt(i) is { } turn)
            {
                turns.Add(turn);
            }
        }

        return turns;
    }

    /// <summary>A message without text, an image for example, cannot be judged and is no turn.</summary>
    private UserTurn? TurnAt(int index)
    {
        var message = Messages[index];
        return message.Role == ChatRole.User && (Author is null || Author == NameOf(message)) && message.Text is var text && !string.IsNullOrWhiteSpace(text)
            ? new UserTurn(index, text, message)
            : null;
    }

    /// <summary>A message id names one turn; a text may name several.</summary>
    private static string Fingerprint(UserTurn turn, KeyedHash hash) =>
        turn.Message.MessageId is { Length: > 0 } id ? "m" + Hash(id, hash, 12) : "t" + Hash(turn.Text, hash, 12);

    /// <summary>The same text is another turn behind another one.</summary>
    private static TurnId Id(string fingerprint, TurnId? previous, KeyedHash hash) =>
        new(previous is null || fingerprint[0] == 'm' ? fingerprint : fingerprint + TurnId.Separator + Hash(previous.Value.Value, hash, 6));

    /// <summary>96 bits of a keyed hash are enough to tell the texts of one conversation apart; 48 more, the places of one text.</summary>
    private static string Hash(string text, KeyedHash hash, int bytes)
    {
        Span<byte> value = stackalloc byte[KeyedHash.Length];
        hash.Compute(text, value);
        return Convert.ToBase64String(value.Slice(0, bytes).ToArray());
    }
}
