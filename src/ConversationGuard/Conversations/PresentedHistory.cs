using System.Globalization;
using ConversationGuard.Classification;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Conversations;

/// <summary>The user turns of the messages of one call, and which of them the user newly wrote.</summary>
internal sealed class PresentedHistory
{
    private readonly bool _isHeldByServer;
    private List<UserTurn>? _turns;

    /// <param name="messages">The messages of the call.</param>
    /// <param name="isHeldByServer">Whether the server holds the history, so that what is presented is only what is new.</param>
    /// <param name="author">Whose turns are read; null for everybody's.</param>
    public PresentedHistory(IReadOnlyList<ChatMessage> messages, bool isHeldByServer, string? author = null)
    {
        (Messages, Author) = (messages, author);
        _isHeldByServer = isHeldByServer;
        var last = LastIndexOfUser(messages);
        IsNewestFromUser = last >= 0 && (last == messages.Count - 1 || messages.Skip(last + 1).All(message => message.Role != ChatRole.Assistant && message.Role != ChatRole.Tool));

        // The newest turns are the user messages that no assistant message separates; more than one when the user wrote again
        // before there was an answer. Tool results and system text never count (R15).
        var first = last;
        while (first > 0 && messages[first - 1].Role != ChatRole.Assistant)
        {
            first--;
        }

        Newest = last < 0 ? [] : Read(messages, first, last + 1);
    }

    public IReadOnlyList<ChatMessage> Messages { get; }

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
    public IReadOnlyList<UserTurn> All => _turns ??= Read(Messages, 0, Messages.Count);

    /// <summary>Gives every turn the identity that it has in a ledger.</summary>
    /// <param name="ledger">The ledger; its salt keys the hashes.</param>
    /// <param name="secret">The host's secret that keys them too; null if it has none.</param>
    /// <returns>The turns, oldest first.</returns>
    public IReadOnlyList<UserTurn> Identify(ConversationLedger ledger, HashSecret? secret = null)
    {
        var key = HashSecret.TurnKey(secret, ledger.Salt!);
        var occurrences = new Dictionary<string, int>(StringComparer.Ordinal);
        var turns = new List<UserTurn>(All.Count);
        foreach (var turn in All)
        {
            var fingerprint = Fingerprint(turn, key);
            var occurrence = occurrences.TryGetValue(fingerprint, out var before) ? before : 0;
            occurrences[fingerprint] = occurrence + 1;
            turns.Add(turn with { Fingerprint = fingerprint, Id = Id(fingerprint, occurrence) });
        }

        // In a whole history an occurrence is exact. In a trimmed one the count of what is still shown says little.
        if (turns.Count == 0 || ledger.IsEmpty || (turns[0].Id == ledger.FirstTurn && !_isHeldByServer))
        {
            return turns;
        }

        var place = ledger.Entries.Select(entry => entry.Place).DefaultIfEmpty(0).Max();
        for (var i = Math.Max(0, turns.Count - Newest.Count); i < turns.Count; i++)
        {
            var shownBefore = turns.Take(i).Count(turn => turn.Fingerprint == turns[i].Fingerprint);
            turns[i] = turns[i] with { Id = IdInPartialHistory(ledger, turns[i].Fingerprint, shownBefore), Place = ++place };
        }

        return turns;
    }

    /// <summary>The ledger as this history shows it; what the server holds cannot be seen to be edited.</summary>
    public ConversationLedger Branch(ConversationLedger ledger, IReadOnlyList<UserTurn> turns) =>
        _isHeldByServer ? ledger : ledger.OnBranch([.. turns.Select(turn => turn.Id)], IsNewestFromUser ? Newest.Count : 0);

    /// <summary>
    /// The same text again in a history that is not whole: a retry while its reply was not delivered or the history does not show all the earlier ones;
    /// else a new turn (R10). Where it stays ambiguous, the reading with fewer violations wins (R6).
    /// </summary>
    private TurnId IdInPartialHistory(ConversationLedger ledger, string fingerprint, int shownBefore)
    {
        var recorded = ledger.Entries.Where(entry => IsOccurrenceOf(entry.Turn, fingerprint)).ToList();
        if (recorded.Count == 0 || fingerprint[0] == 'm')
        {
            return Id(fingerprint, 0);
        }

        // What a server holds it also shows: a text sent to it again after its reply went out was typed again.
        var isNew = recorded[^1].IsDelivered && _isHeldByServer;
        return isNew || shownBefore >= recorded.Count ? FirstFreeId(ledger, fingerprint, recorded.Count) : recorded[^1].Turn;
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

    private List<UserTurn> Read(IReadOnlyList<ChatMessage> messages, int from, int to)
    {
        var turns = new List<UserTurn>(1);
        for (var i = from; i < to; i++)
        {
            // A message without text, an image for example, cannot be judged and is no turn.
            if (messages[i].Role == ChatRole.User && (Author is null || Author == NameOf(messages[i])) && messages[i].Text is var text && !string.IsNullOrWhiteSpace(text))
            {
                turns.Add(new UserTurn(i, text, messages[i]) { Place = turns.Count });
            }
        }

        return turns;
    }

    /// <summary>A message id names one turn; a text may name several.</summary>
    private static string Fingerprint(UserTurn turn, byte[] key) =>
        turn.Message.MessageId is { Length: > 0 } id ? "m" + Hash(id, key) : "t" + Hash(turn.Text, key);

    private static TurnId Id(string fingerprint, int occurrence) =>
        new(occurrence == 0 ? fingerprint : fingerprint + "#" + occurrence.ToString(CultureInfo.InvariantCulture));

    private static bool IsOccurrenceOf(TurnId turn, string fingerprint) =>
        turn.Value.StartsWith(fingerprint, StringComparison.Ordinal) && (turn.Value.Length == fingerprint.Length || turn.Value[fingerprint.Length] == '#');

    private static TurnId FirstFreeId(ConversationLedger ledger, string fingerprint, int occurrence)
    {
        while (ledger.Find(Id(fingerprint, occurrence)) is not null)
        {
            occurrence++;
        }

        return Id(fingerprint, occurrence);
    }

    /// <summary>96 bits of a keyed hash: enough to tell the turns of one conversation apart.</summary>
    private static string Hash(string text, byte[] key)
    {
        Span<byte> hash = stackalloc byte[KeyedHash.Length];
        KeyedHash.Compute(key, text, hash);
        return Convert.ToBase64String(hash.Slice(0, 12).ToArray());
    }
}
