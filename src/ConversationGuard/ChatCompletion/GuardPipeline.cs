using System.Security.Cryptography;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using Microsoft.Extensions.AI;

namespace ConversationGuard.ChatCompletion;

/// <summary>The way of one turn, the same for both paths: <see cref="BeginAsync"/> before the inner client is called, <see cref="CompleteAsync"/> when its reply went out.</summary>
internal sealed class GuardPipeline(GuardServices services)
{
    private readonly TurnJudge _judge = new(services);
    private int _transcriptModeReported;

    /// <summary>Steps 1 to 7: find the conversation, classify, count, decide, write, and say what to do.</summary>
    public async ValueTask<GuardedTurn> BeginAsync(IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        var settings = services.Settings();
        var key = settings.Mode == GuardMode.Disabled ? default : ConversationKey.Resolve(messages, options, services.KeyResolver);
        var call = new GuardedTurn(settings, key, new PresentedHistory(messages, ConversationKey.IsUsable(options?.ConversationId)), options);
        if (settings.Mode == GuardMode.Disabled)
        {
            return call;
        }

        var outcome = key.Value is null
            ? await FollowTranscriptAsync(call, cancellationToken).ConfigureAwait(false)
            : await FollowLedgerAsync(call, cancellationToken).ConfigureAwait(false);
        return GuardAct.On(call, outcome);
    }

    /// <summary>Step 8: the reply went out completely, so what it carried is delivered (R8).</summary>
    /// <param name="call">The call.</param>
    /// <param name="conversationId">The response's conversation id, if any.</param>
    /// <param name="isReply">Whether the response was for the user; false if it only asks for tools, so that the turn goes on.</param>
    /// <param name="cancellationToken">Cancels the work: what was not marked was not delivered.</param>
    public async ValueTask CompleteAsync(GuardedTurn call, string? conversationId, bool isReply, CancellationToken cancellationToken)
    {
        if (call.Ledger.IsEmpty || call.Settings.Mode == GuardMode.Disabled)
        {
            return;
        }

        IReadOnlyList<TurnId> delivered = isReply ? call.Answered : [];
        var movesOn = (call.Key.Value is null || call.Key.IsConversationId) && ConversationKey.IsUsable(conversationId) && conversationId != call.Key.Value;
        try
        {
            if (movesOn)
            {
                await MoveOnAsync(call, conversationId!, delivered, cancellationToken).ConfigureAwait(false);
            }
            else if (call.Key.Value is { } key && delivered.Count > 0)
            {
                await UpdateAsync(services.StoreKey(call.Settings.Mode, key), ledger => ledger.WithDelivered(delivered), cancellationToken).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // A store that fails must not take the reply away from the user (R6).
        catch (Exception error) when (!(error is OperationCanceledException && cancellationToken.IsCancellationRequested))
#pragma warning restore CA1031
        {
            _judge.Report(call, GuardEventKind.StoreFailed, error);
        }
    }

    /// <summary>Changes a stored ledger; the change is applied again if someone else wrote in between.</summary>
    /// <returns>The ledger as it stands then.</returns>
    public async ValueTask<ConversationLedger> UpdateAsync(string storeKey, Func<ConversationLedger, ConversationLedger> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            var stored = await services.Store.GetAsync(storeKey, cancellationToken).ConfigureAwait(false);
            var changed = change(stored.Ledger);
            if (ReferenceEquals(changed, stored.Ledger) ||
                await services.Store.TryUpdateAsync(storeKey, changed, stored.Version, cancellationToken).ConfigureAwait(false))
            {
                return changed;
            }
        }
    }

    /// <summary>
    /// A service that gives every response a new conversation id lets one go back to an older id. So each id has the ledger as it stood there: the new
    /// id takes this call's turns over from the old one, and a branch from the old one starts with what it had (R11).
    /// </summary>
    private async ValueTask MoveOnAsync(GuardedTurn call, string conversationId, IReadOnlyList<TurnId> delivered, CancellationToken cancellationToken)
    {
        var moved = call.Ledger.WithDelivered(delivered);
        await UpdateAsync(services.StoreKey(call.Settings.Mode, conversationId), _ => moved, cancellationToken).ConfigureAwait(false);
        if (call.Key.Value is { } oldKey && call.Recorded.Count > 0)
        {
            await UpdateAsync(services.StoreKey(call.Settings.Mode, oldKey), ledger => ledger.Without(call.Recorded), cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<Outcome> FollowLedgerAsync(GuardedTurn call, CancellationToken cancellationToken)
    {
        var storeKey = services.StoreKey(call.Settings.Mode, call.Key.Value!);
        var classifications = new Dictionary<int, MessageClassification?>();
        while (true)
        {
            VersionedLedger stored;
            var isStoreDown = false;
            try
            {
                stored = await services.Store.GetAsync(storeKey, cancellationToken).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // A store that fails ends nothing and blocks nothing (R6).
            catch (Exception error) when (!(error is OperationCanceledException && cancellationToken.IsCancellationRequested))
#pragma warning restore CA1031
            {
                _judge.Report(call, GuardEventKind.StoreFailed, error);
                (stored, isStoreDown) = (VersionedLedger.None, true);
            }

            if (stored.Ledger.Ending is not null)
            {
                return Refuse(call, stored.Ledger);
            }

            var outcome = await JudgeNewestAsync(call, stored.Ledger, classifications, cancellationToken).ConfigureAwait(false);
            if (ReferenceEquals(outcome.Ledger, stored.Ledger) || isStoreDown || await TryWriteAsync(call, storeKey, outcome.Ledger, stored.Version, cancellationToken).ConfigureAwait(false))
            {
                Report(call, outcome);
                return outcome;
            }
        }
    }

    private async ValueTask<bool> TryWriteAsync(GuardedTurn call, string storeKey, ConversationLedger ledger, long version, CancellationToken cancellationToken)
    {
        try
        {
            return await services.Store.TryUpdateAsync(storeKey, ledger, version, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A store that fails ends nothing and blocks nothing (R6).
        catch (Exception error) when (!(error is OperationCanceledException && cancellationToken.IsCancellationRequested))
#pragma warning restore CA1031
        {
            _judge.Report(call, GuardEventKind.StoreFailed, error);
            return true;
        }
    }

    /// <summary>Judges the turns that the user newly wrote, on the stored ledger.</summary>
    private async ValueTask<Outcome> JudgeNewestAsync(
        GuardedTurn call, ConversationLedger stored, Dictionary<int, MessageClassification?> classifications, CancellationToken cancellationToken)
    {
        var history = call.History;
        var now = services.TimeProvider.GetUtcNow();
        if (stored.IsEmpty && !history.IsNewestFromUser)
        {
            return new(stored, ConversationState.Fold(stored, call.Settings.DeEscalation, now));
        }

        // Identities cost a hash of every presented turn. A clean conversation with a clean turn never pays it.
        Tracked? tracked = stored.IsEmpty ? null : Track(history, stored);
        var outcome = new Outcome(stored, ConversationState.Fold(tracked?.Branch ?? stored, call.Settings.DeEscalation, now));
        for (var i = 0; i < history.Newest.Count; i++)
        {
            if (tracked is { } known && known.Branch.Find(known.Newest(history, i)) is { Kind: not TurnKind.Unclassified } recorded)
            {
                outcome = outcome.Repeat(recorded);
                continue;
            }

            if (!history.IsNewestFromUser)
            {
                continue;
            }

            var turn = history.Newest[i];
            if (!classifications.TryGetValue(i, out var classification))
            {
                classification = await _judge.ClassifyAsync(call, turn, remember: false, cancellationToken).ConfigureAwait(false);
                classifications[i] = classification;
            }

            var id = tracked?.Newest(history, i) ?? default;
            var judgement = await _judge.DecideAsync(call, tracked?.Branch ?? outcome.Ledger, id, classification, now, cancellationToken).ConfigureAwait(false);
            if (judgement.Entry is { } entry)
            {
                tracked ??= Track(history, stored);
                entry = entry with { Turn = tracked.Value.Newest(history, i) };
                tracked = tracked.Value.With(entry);
            }

            outcome = outcome.Add(judgement, tracked?.Ledger, tracked?.Newest(history, i));
        }

        if (history.Newest.Count == 0 && !history.IsNewestFromUser && stored.Entries is [.., { IsDelivered: false } pending])
        {
            // A further step of a turn whose messages the server holds, for example after a tool call.
            outcome = outcome.Repeat(pending);
        }

        return tracked is { } end && !ReferenceEquals(end.Ledger, stored)
            ? outcome.Close(end.Branch, call.Settings, now)
            : outcome;
    }

    /// <summary>Without a key the presented messages are all there is: the same steps, over all of them.</summary>
    private async ValueTask<Outcome> FollowTranscriptAsync(GuardedTurn call, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _transcriptModeReported, 1) == 0)
        {
            services.Report(new GuardEvent { Kind = GuardEventKind.TranscriptModeEntered, GuardName = services.Name, Mode = call.Settings.Mode });
        }

        var history = call.History;
        var now = services.TimeProvider.GetUtcNow();
        var ledger = ConversationLedger.Empty with { Salt = NewSalt() };
        var turns = history.Identify(ledger);
        var outcome = new Outcome(ledger, ConversationState.Fold(ledger, call.Settings.DeEscalation, now));
        var next = 0;
        for (var i = 0; i < history.Messages.Count; i++)
        {
            var message = history.Messages[i];
            if (message.Role == ChatRole.Assistant && !string.IsNullOrWhiteSpace(message.Text))
            {
                ledger = ledger.WithDelivered(Delivered(call, ledger, outcome.Answered, message.Text));
                outcome = new Outcome(ledger, ConversationState.Fold(ledger, call.Settings.DeEscalation, now));
            }
            else if (next < turns.Count && turns[next].Index == i)
            {
                var turn = turns[next++];
                var classification = await _judge.ClassifyAsync(call, turn, remember: true, cancellationToken).ConfigureAwait(false);
                var at = message.CreatedAt is { } createdAt && createdAt < now ? createdAt : now;
                var judgement = await _judge.DecideAsync(call, ledger, turn.Id, classification, at, cancellationToken).ConfigureAwait(false);
                ledger = judgement.Entry is { } entry ? (ledger with { FirstTurn = turns[0].Id }).With(entry) : ledger;
                outcome = outcome.Add(judgement, ledger, turn.Id);
                if (judgement.Decision.Action == GuardAction.End)
                {
                    outcome = outcome.Close(ledger, call.Settings, at);
                    if (next < turns.Count)
                    {
                        return Refuse(call, outcome.Ledger);
                    }
                }
            }
        }

        Report(call, outcome);
        return outcome;
    }

    /// <summary>What an assistant message in a transcript delivered: a warning only if the guard's own notice is in it (R4).</summary>
    private static List<TurnId> Delivered(GuardedTurn call, ConversationLedger ledger, IReadOnlyList<TurnId> answered, string reply) =>
    [
        .. answered.Where(turn => ledger.Find(turn) is { } entry &&
            (entry.Action != GuardAction.Warn || call.Settings.Wording.WarningNotices(entry.Category).Any(reply.Contains))),
    ];

    private Outcome Refuse(GuardedTurn call, ConversationLedger ledger)
    {
        services.Report(new GuardEvent
        {
            Kind = GuardEventKind.CallRefused,
            GuardName = services.Name,
            ConversationKey = call.Key.Value,
            Mode = call.Settings.Mode,
            Action = GuardAction.End,
            RuleIds = ["R11"],
            Phase = ConversationPhase.Ended,
            Ending = ledger.Ending,
            IsRepeat = true,
        });
        return new(ledger, ConversationState.Fold(ledger, call.Settings.DeEscalation, services.TimeProvider.GetUtcNow())) { IsRefused = true };
    }

    private void Report(GuardedTurn call, Outcome outcome)
    {
        if (services.Observers.Count == 0)
        {
            return;
        }

        foreach (var judged in outcome.Judged)
        {
            services.Report(new GuardEvent
            {
                Kind = GuardEventKind.TurnDecided,
                GuardName = services.Name,
                ConversationKey = call.Key.Value,
                Mode = call.Settings.Mode,
                Turn = judged.Assessment,
                Action = judged.Decision.Action,
                RuleIds = judged.Decision.RuleIds,
                Phase = judged.State.Phase,
                IsCrisisHold = judged.State.IsCrisisHold,
                IsRepeat = judged.IsRepeat,
            });
        }

        if (outcome.Ledger.Ending is { } ending)
        {
            services.Report(new GuardEvent
            {
                Kind = GuardEventKind.ConversationEnded,
                GuardName = services.Name,
                ConversationKey = call.Key.Value,
                Mode = call.Settings.Mode,
                Action = GuardAction.End,
                RuleIds = ending.RuleIds,
                Phase = ConversationPhase.Ended,
                Ending = ending,
            });
        }
    }

    private static Tracked Track(PresentedHistory history, ConversationLedger stored)
    {
        var ledger = stored.Salt is null ? stored with { Salt = NewSalt() } : stored;
        var turns = history.Identify(ledger);
        if (stored.Salt is null)
        {
            ledger = ledger with { FirstTurn = turns[0].Id };
        }

        return new(ledger, history.Branch(ledger, turns), turns);
    }

    private static string NewSalt()
    {
        var bytes = new byte[12];
#if NETSTANDARD2_0
        using var random = RandomNumberGenerator.Create();
        random.GetBytes(bytes);
#else
        RandomNumberGenerator.Fill(bytes);
#endif
        return Convert.ToBase64String(bytes);
    }

    /// <summary>A ledger, as stored and as the presented history shows it, with the identities of the presented turns.</summary>
    private readonly record struct Tracked(ConversationLedger Ledger, ConversationLedger Branch, IReadOnlyList<UserTurn> Turns)
    {
        public Tracked With(LedgerEntry entry) => this with { Ledger = Ledger.With(entry), Branch = Branch.With(entry) };

        public TurnId Newest(PresentedHistory history, int index)
        {
            foreach (var turn in Turns)
            {
                if (turn.Index == history.Newest[index].Index)
                {
                    return turn.Id;
                }
            }

            throw new InvalidOperationException("Every newest turn is one of the presented turns.");
        }
    }
}
