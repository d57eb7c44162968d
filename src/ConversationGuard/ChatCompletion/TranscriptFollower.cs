using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using Microsoft.Extensions.AI;

namespace ConversationGuard.ChatCompletion;

/// <summary>Transcript mode: the ledger of a conversation that no key names, folded from the presented messages alone.</summary>
internal sealed class TranscriptFollower(GuardServices services, TurnJudge judge, OutcomeReports reports)
{
    private int _transcriptModeReported;

    /// <summary>Without a key the presented messages are all there is: the same steps, over all of them.</summary>
    public async ValueTask<Outcome> FollowAsync(GuardedCall call, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _transcriptModeReported, 1) == 0)
        {
            services.Report(new GuardEvent { Kind = GuardEventKind.TranscriptModeEntered, GuardName = services.Name, Mode = call.Settings.Mode });
        }

        var terms = call.Settings.Terms;
        var now = services.TimeProvider.GetUtcNow();
        var ledger = ConversationLedger.Empty;
        var turns = call.History.All;
        var outcome = new Outcome(call, terms, ledger, ConversationState.Untouched);
        var next = 0;
        var (endedBy, endedAt) = (0, now);
        for (var i = 0; i < call.Messages.Count; i++)
        {
            var message = call.Messages[i];
            if (IsReply(call.Messages, i))
            {
                if (outcome.Decision.Action == GuardAction.End)
                {
                    return reports.Refuse(outcome.Close(ledger, endedAt));
                }

                ledger = ledger.IsEmpty ? ledger : ledger.WithDelivered(DeliveredBy(message.Text, outcome));
                outcome = new Outcome(call, terms, ledger, ConversationState.Fold(ledger, terms, now));
            }
            else if (next < turns.Count && turns[next].Index == i)
            {
                var turn = turns[next++];
                var classification = await judge.ClassifyAsync(call, turn, remember: true, cancellationToken).ConfigureAwait(false);
                var at = message.CreatedAt is { } createdAt && createdAt < now ? createdAt : now;
                var judgement = await judge.DecideAsync(call, terms, ledger, turn, classification, at, cancellationToken).ConfigureAwait(false);
                if (judgement.Entry is not null && ledger.IsEmpty)
                {
                    // Identities cost a hash of every presented turn. A clean history never pays it.
                    ledger = ledger with { Salt = TrackedLedger.NewSalt(), Terms = terms };
                    turns = call.History.Read(ledger).First().Turns;
                    ledger = ledger with { FirstTurn = turns[0].Id };
                }

                var entry = judgement.Entry is { } notable ? notable with { Turn = turns[next - 1].Id } : null;
                ledger = entry is null ? ledger : ledger.With(entry);
                outcome.Add(judgement, entry, ledger);

                // What follows may take it back: a crisis (R5), or more that the user has to say after a yes (R12).
                if (outcome.Decision.Action != GuardAction.End)
                {
                    endedBy = 0;
                }
                else if (endedBy == 0)
                {
                    (endedBy, endedAt) = (next, at);
                }
            }
        }

        if (outcome.Decision.Action == GuardAction.End)
        {
            outcome = outcome.Close(ledger, endedAt);
            if (endedBy < turns.Count)
            {
                return reports.Refuse(outcome);
            }
        }

        outcome = call.History.IsNewestFromUser ? outcome : outcome.AsRepeat();
        reports.Decided(outcome);
        return outcome;
    }

    /// <summary>What an assistant writes while it asks for tools is not its reply yet.</summary>
    private static bool IsReply(IReadOnlyList<ChatMessage> messages, int index) =>
        messages[index].Role == ChatRole.Assistant && !string.IsNullOrWhiteSpace(messages[index].Text) &&
        (index + 1 == messages.Count || messages[index + 1].Role != ChatRole.Tool);

    /// <summary>
    /// What an assistant message in a transcript delivered: a warning, or what a wish asks for, only if the guard's own notice is in it (R4, R12) - or would be, were the guard
    /// not merely observing (R18).
    /// </summary>
    private static List<TurnId> DeliveredBy(string reply, Outcome outcome)
    {
        var settings = outcome.Call.Settings;
        return [.. outcome.Delivers.Where(turn => outcome.Ledger.Find(turn) switch
        {
            null => false,
            _ when settings.Mode == GuardMode.Observe => true,
            { Action: GuardAction.Warn } warned => settings.Wording.WarningNotices(warned.Category).Any(reply.Contains),
            { Kind: TurnKind.EndWish } => settings.Wording.WishNotices().Any(reply.Contains),
            _ => true,
        })];
    }
}
