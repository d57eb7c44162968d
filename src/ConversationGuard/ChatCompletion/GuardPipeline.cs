using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Termination;
using Microsoft.Extensions.AI;

namespace ConversationGuard.ChatCompletion;

/// <summary>The way of one turn, the same for both paths: <see cref="BeginAsync"/> before the inner client is called, <see cref="CompleteAsync"/> when its reply went out.</summary>
internal sealed class GuardPipeline
{
    /// <summary>How often a write that lost against another is tried again. Of those who write at once one always wins, so only a broken store gets here.</summary>
    private const int MaxAttempts = 1_000;

    /// <summary>Stands for the verdict of a classifier that failed: it is not asked again because someone else wrote in between.</summary>
    private static readonly MessageClassification _noVerdict = new([]);

    private readonly TurnJudge _judge;
    private readonly OutcomeReports _reports;
    private readonly TranscriptFollower _transcripts;
    private readonly GuardServices _services;
    private readonly WriteQueues _queues;

    /// <summary>How many conversations ended here. A call at work looks at its own again only when one more did (R14).</summary>
    private long _ends;

    public GuardPipeline(GuardServices services)
    {
        _services = services;
        _queues = new WriteQueues(services.WritePatience);
        _judge = new TurnJudge(services);
        _reports = new OutcomeReports(services);
        _transcripts = new TranscriptFollower(services, _judge, _reports);
    }

    /// <summary>Steps 1 to 7: find the conversation, classify, count, decide, write, and say what to do.</summary>
    public async ValueTask<GuardedTurn> BeginAsync(IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        var settings = _services.Settings();
        var ends = Volatile.Read(ref _ends);
        Outcome[] outcomes = [];
        if (settings.Mode != GuardMode.Disabled)
        {
            var key = ConversationKey.Resolve(messages, options, _services.KeyResolver);
            var isHeldByServer = ConversationKey.IsUsable(options?.ConversationId);
            outcomes = settings.PerAuthor
                ? await FollowEachAsync(settings, key, PresentedHistory.ByAuthor(messages, isHeldByServer), options, cancellationToken).ConfigureAwait(false)
                : [await FollowAsync(new GuardedCall(settings, key, new PresentedHistory(messages, isHeldByServer), options), cancellationToken).ConfigureAwait(false)];
        }

        return GuardAct.On(new GuardedTurn(settings, messages, options) { Outcomes = outcomes, Ends = ends });
    }

    /// <summary>Looks whether the conversation ended while the model was at work on a call in it: then nothing more of the reply goes out (R14).</summary>
    /// <param name="turn">The call.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The call, refused if it did.</returns>
    public ValueTask<GuardedTurn> LookAgainAsync(GuardedTurn turn, CancellationToken cancellationToken)
    {
        var ends = Volatile.Read(ref _ends);
        return ends == turn.Ends || turn is not { Ended: null, Reply: null, ModelEnd: null or { Ended: null } } ? new(turn) : LookAsync(turn with { Ends = ends }, cancellationToken);
    }

    /// <summary>Step 8: the reply went out completely, so what it carried is delivered (R8).</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="conversationId">The response's conversation id, if any.</param>
    /// <param name="isReply">Whether the response was for the user; false if it only asks for tools, so that the turn goes on.</param>
    /// <param name="cancellationToken">Cancels the work: what was not marked was not delivered.</param>
    /// <returns>The call, refused if the conversation had ended when the reply was complete: then nothing is marked (R14).</returns>
    public async ValueTask<GuardedTurn> CompleteAsync(GuardedTurn turn, string? conversationId, bool isReply, CancellationToken cancellationToken)
    {
        var outcomes = turn.Outcomes;
        for (var i = 0; i < outcomes.Length; i++)
        {
            var outcome = outcomes[i];
            if (outcome.Ledger.IsEmpty)
            {
                continue;
            }

            try
            {
                if (await MarkDeliveredAsync(outcome, conversationId, isReply ? outcome.Delivers : [], cancellationToken).ConfigureAwait(false) is { } refused)
                {
                    outcomes = [.. outcomes];
                    outcomes[i] = refused;
                }
            }
#pragma warning disable CA1031 // A store that fails must not take the reply away from the user (R6).
            catch (Exception error) when (error.IsFailure(cancellationToken))
#pragma warning restore CA1031
            {
                ReportStore(outcome.Call, error);
            }
        }

        return ReferenceEquals(outcomes, turn.Outcomes) ? turn : GuardAct.Refuse(turn with { Outcomes = outcomes });
    }

    /// <summary>Changes a stored ledger; the change is applied again if someone else wrote in between.</summary>
    /// <returns>The ledger as it stands then.</returns>
    /// <exception cref="InvalidOperationException">The store refuses every write.</exception>
    public ValueTask<ConversationLedger> UpdateAsync(string storeKey, Func<ConversationLedger, ConversationLedger> change, CancellationToken cancellationToken) =>
        UpdateAsync(_services.Store, storeKey, change, cancellationToken);

    /// <summary>Changes a stored ledger, in the store as the caller sees it.</summary>
    /// <inheritdoc cref="UpdateAsync(string, Func{ConversationLedger, ConversationLedger}, CancellationToken)"/>
    public ValueTask<ConversationLedger> UpdateAsync(IConversationStore store, string storeKey, Func<ConversationLedger, ConversationLedger> change, CancellationToken cancellationToken) =>
        RecordAsync(store, storeKey, ledger => new ValueTask<ConversationLedger>(change(ledger)), cancellationToken);

    /// <summary>The model's confirmed request (R13): the ledger as it stands now and the policies may veto it; else it goes on record.</summary>
    /// <param name="outcome">What came of the call in which the model asked.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The end; or the decision that vetoes it.</returns>
    public async ValueTask<(ConversationEndedException? Ended, GuardDecision Decision)> EndAtModelRequestAsync(Outcome outcome, CancellationToken cancellationToken)
    {
        var call = outcome.Call;
        var asked = outcome;
        try
        {
            async ValueTask<ConversationLedger> AskAsync(ConversationLedger stored) =>
                (asked = await _judge.RequestEndAsync(outcome, stored, cancellationToken).ConfigureAwait(false)).Ledger;
            await RecordAsync(_services.HostStore, _services.StoreKey(call.Settings.Mode, call.Key.Value!), AskAsync, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A store that fails ends nothing (R6).
        catch (Exception error) when (error.IsFailure(cancellationToken))
#pragma warning restore CA1031
        {
            ReportStore(call, error);
            return (null, GuardDecision.Veto(GuardAction.Continue, "R6"));
        }

        asked = _reports.Requested(asked);
        var ended = asked.Ending is { } ending
            ? new ConversationEndedException(ending, call.Settings.Wording.Ended(ending.Reason, ending.Category), call.Key.Value, asked.IsRefused)
            : null;
        return (ended, asked.Decision);
    }

    /// <summary>After a model's end: a service that gave the last response a new conversation id knows the conversation by both ids (R11).</summary>
    public async ValueTask CompleteEndAsync(GuardedTurn turn, string? conversationId, CancellationToken cancellationToken)
    {
        var (settings, call) = (turn.Settings, turn.Outcomes[0].Call);
        if (!call.Key.IsConversationId || !ConversationKey.IsUsable(conversationId) || conversationId == call.Key.Value)
        {
            return;
        }

        try
        {
            var stored = await _services.Store.GetAsync(_services.StoreKey(settings.Mode, call.Key.Value!), cancellationToken).ConfigureAwait(false);
            await UpdateAsync(_services.StoreKey(settings.Mode, conversationId!), _ => stored.Ledger, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The end itself is on record.
        catch (Exception error) when (error.IsFailure(cancellationToken))
#pragma warning restore CA1031
        {
            ReportStore(call, error);
        }
    }

    private async ValueTask<GuardedTurn> LookAsync(GuardedTurn turn, CancellationToken cancellationToken)
    {
        var outcomes = new Outcome[turn.Outcomes.Length];
        for (var i = 0; i < outcomes.Length; i++)
        {
            var (call, outcome) = (turn.Outcomes[i].Call, turn.Outcomes[i]);
            try
            {
                var stored = call.Key.Value is null ? VersionedLedger.None : await _services.Store.GetAsync(_services.StoreKey(call.Settings.Mode, call.Key.Value), cancellationToken).ConfigureAwait(false);
                outcome = EndingSince(outcome, stored.Ledger) is { } ending ? Refused(outcome, stored.Ledger, ending) : outcome;
            }
#pragma warning disable CA1031 // A store that fails ends nothing (R6).
            catch (Exception error) when (error.IsFailure(cancellationToken))
#pragma warning restore CA1031
            {
                ReportStore(call, error);
            }

            outcomes[i] = outcome;
        }

        return GuardAct.Refuse(turn with { Outcomes = outcomes });
    }

    /// <summary>The end of the branch that a call shows, if it came since the call went on record. One from before that is read to be on another branch is no end of this one.</summary>
    private ConversationEnding? EndingSince(Outcome outcome, ConversationLedger stored) =>
        outcome.Ending is null && EndingOf(outcome.Call, outcome.Ledger) is null ? EndingOf(outcome.Call, stored) : null;

    /// <summary>The end of the branch that a call shows; null if it has none.</summary>
    private ConversationEnding? EndingOf(GuardedCall call, ConversationLedger stored) =>
        stored.Ending is null ? null : TrackedLedger.Track(call, stored, _services.TimeProvider.GetUtcNow()).Branch.Ending;

    private Outcome Refused(Outcome outcome, ConversationLedger stored, ConversationEnding ending) =>
        _reports.Refuse(new Outcome(outcome.Call, outcome.Terms, stored, ConversationState.Untouched) { Ending = ending });

    /// <summary>Marks what was delivered.</summary>
    /// <returns>Null; or the outcome, refused, if the conversation has ended: then nothing is marked.</returns>
    private async ValueTask<Outcome?> MarkDeliveredAsync(Outcome outcome, string? conversationId, IReadOnlyList<TurnId> delivered, CancellationToken cancellationToken)
    {
        var (settings, key) = (outcome.Call.Settings, outcome.Call.Key);
        var movesOn = (key.Value is null || key.IsConversationId) && !settings.PerAuthor && ConversationKey.IsUsable(conversationId) && conversationId != key.Value;
        if (movesOn)
        {
            // A service that gives every response a new conversation id lets one go back to an older id. So each id has the ledger as it stood there: the
            // new id takes this call's turns over from the old one, and a branch from the old one starts with what it had (R11).
            var moved = outcome.Ledger.WithDelivered(delivered);
            await UpdateAsync(_services.StoreKey(settings.Mode, conversationId!), _ => moved, cancellationToken).ConfigureAwait(false);
            var left = outcome.Recorded.Where(turn => outcome.Ledger.Find(turn) is not { Kind: TurnKind.Crisis } and not { IsDelivered: true }).ToList();
            if (key.Value is not null && left.Count > 0)
            {
                // A crisis signal stays with both: going back to before it releases no hold (R5).
                await UpdateAsync(_services.StoreKey(settings.Mode, key.Value), ledger => ledger.Without(left), cancellationToken).ConfigureAwait(false);
            }
        }
        else if (key.Value is not null && delivered.Count > 0)
        {
            ConversationEnding? ending = null;
            ConversationLedger Mark(ConversationLedger ledger)
            {
                ending = EndingSince(outcome, ledger);
                return ending is null ? ledger.WithDelivered(delivered) : ledger;
            }

            var stored = await UpdateAsync(_services.StoreKey(settings.Mode, key.Value), Mark, cancellationToken).ConfigureAwait(false);
            return ending is null ? null : Refused(outcome, stored, ending);
        }

        return null;
    }

    /// <summary>Every participant has a record of their own.</summary>
    private async ValueTask<Outcome[]> FollowEachAsync(
        GuardSettings settings, ConversationKey key, IEnumerable<PresentedHistory> histories, ChatOptions? options, CancellationToken cancellationToken)
    {
        var outcomes = new List<Outcome>();
        foreach (var history in histories)
        {
            var own = key.Value is null ? key : key with { Value = ConversationKeys.OfAuthor(key.Value, history.Author) };
            outcomes.Add(await FollowAsync(new GuardedCall(settings, own, history, options), cancellationToken).ConfigureAwait(false));
        }

        return [.. outcomes];
    }

    private ValueTask<Outcome> FollowAsync(GuardedCall call, CancellationToken cancellationToken) =>
        call switch
        {
            { Key.Value: not null } => FollowLedgerAsync(call, cancellationToken),
            { IsBackground: true } => new(new Outcome(call, call.Settings.Terms, ConversationLedger.Empty, ConversationState.Untouched)),
            _ => _transcripts.FollowAsync(call, cancellationToken),
        };

    private async ValueTask<Outcome> FollowLedgerAsync(GuardedCall call, CancellationToken cancellationToken)
    {
        var storeKey = _services.StoreKey(call.Settings.Mode, call.Key.Value!);

        // Verdicts do not depend on the ledger: they are kept when someone else wrote in between.
        var verdicts = new MessageClassification?[call.History.Newest.Count];
        SemaphoreSlim? queue = null;
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                VersionedLedger stored;
                var isStoreDown = false;
                try
                {
                    stored = await _services.Store.GetAsync(storeKey, cancellationToken).ConfigureAwait(false);
                }
#pragma warning disable CA1031 // A store that fails ends nothing and blocks nothing (R6).
                catch (Exception error) when (error.IsFailure(cancellationToken) && error is not ConversationStoreUnavailableException)
#pragma warning restore CA1031
                {
                    ReportStore(call, error);
                    (stored, isStoreDown) = (VersionedLedger.None with { IsBridged = true }, true);
                }

                // Identities cost a hash of every presented turn. A clean conversation with a clean turn never pays it.
                var tracked = stored.Ledger.IsEmpty ? null : TrackedLedger.Track(call, stored.Ledger, _services.TimeProvider.GetUtcNow());
                var start = new Outcome(call, TrackedLedger.Terms(call, stored), stored.Ledger, ConversationState.Untouched) { Ending = (tracked?.Branch ?? stored.Ledger).Ending };
                if (start.Ending is not null)
                {
                    return _reports.Refuse(start);
                }

                if (call.IsBackground)
                {
                    return start;
                }

                var judging = JudgeNewestAsync(start, tracked, verdicts, cancellationToken);
                var tookTime = !judging.IsCompleted;
                var outcome = await judging.ConfigureAwait(false);
                if (attempt == MaxAttempts)
                {
                    _judge.Report(call, GuardEventKind.StoreFailed, StoreRefusesWrites());
                    isStoreDown = true;
                }

                // While a classifier or a policy was waited for, the conversation may have ended, or someone in it may be at risk (R5, R11). Who had nothing to wait for looks once.
                var isSettled = isStoreDown || (ReferenceEquals(outcome.Ledger, stored.Ledger) && !tookTime);
                if (isSettled || await TryKeepAsync(call, storeKey, outcome.Ledger, stored, cancellationToken).ConfigureAwait(false))
                {
                    CountEnd(stored.Ledger, outcome.Ledger);
                    _reports.Decided(outcome);
                    return outcome;
                }

                cancellationToken.ThrowIfCancellationRequested();
                queue ??= await _queues.WaitAsync(storeKey, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            queue?.Release();
        }
    }

    /// <summary>A store that the guard goes on without reports its failures itself.</summary>
    private void ReportStore(GuardedCall call, Exception error)
    {
        if (error is not ConversationStoreUnavailableException)
        {
            _judge.Report(call, GuardEventKind.StoreFailed, error);
        }
    }

    private static InvalidOperationException StoreRefusesWrites() => new("The conversation store refuses every write: its versions do not match what it returns.");

    /// <summary>Writes a ledger; one that was not changed is not written, but must still be the one in the store.</summary>
    private async ValueTask<bool> TryKeepAsync(GuardedCall call, string storeKey, ConversationLedger ledger, VersionedLedger stored, CancellationToken cancellationToken)
    {
        try
        {
            return ReferenceEquals(ledger, stored.Ledger)
                ? (await _services.Store.GetAsync(storeKey, cancellationToken).ConfigureAwait(false)).Version == stored.Version
                : await _services.Store.TryUpdateAsync(storeKey, ledger, stored.Version, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A store that fails ends nothing and blocks nothing (R6).
        catch (Exception error) when (error.IsFailure(cancellationToken) && error is not ConversationStoreUnavailableException)
#pragma warning restore CA1031
        {
            ReportStore(call, error);
            return true;
        }
    }

    private void CountEnd(ConversationLedger before, ConversationLedger after)
    {
        if (after.Ending is { } ending && ending != before.Ending)
        {
            Interlocked.Increment(ref _ends);
        }
    }

    /// <summary>Works out what is to be on record and writes it; once more, on what is on record then, if someone else wrote in between.</summary>
    private async ValueTask<ConversationLedger> RecordAsync(
        IConversationStore store, string storeKey, Func<ConversationLedger, ValueTask<ConversationLedger>> change, CancellationToken cancellationToken)
    {
        SemaphoreSlim? queue = null;
        try
        {
            for (var attempt = 0; attempt < MaxAttempts; attempt++)
            {
                var stored = await store.GetAsync(storeKey, cancellationToken).ConfigureAwait(false);
                var changed = await change(stored.Ledger).ConfigureAwait(false);
                if (ReferenceEquals(changed, stored.Ledger) ||
                    await store.TryUpdateAsync(storeKey, changed, stored.Version, cancellationToken).ConfigureAwait(false))
                {
                    CountEnd(stored.Ledger, changed);
                    return changed;
                }

                cancellationToken.ThrowIfCancellationRequested();
                queue ??= await _queues.WaitAsync(storeKey, cancellationToken).ConfigureAwait(false);
            }

            throw StoreRefusesWrites();
        }
        finally
        {
            queue?.Release();
        }
    }

    /// <summary>Judges the turns that the user newly wrote, on the stored ledger.</summary>
    private async ValueTask<Outcome> JudgeNewestAsync(Outcome outcome, TrackedLedger? tracked, MessageClassification?[] verdicts, CancellationToken cancellationToken)
    {
        var (call, stored) = (outcome.Call, outcome.Ledger);
        var history = call.History;
        var now = _services.TimeProvider.GetUtcNow();
        if (stored.IsEmpty && !history.IsNewestFromUser)
        {
            return outcome;
        }

        outcome = tracked is null ? outcome : new Outcome(call, outcome.Terms, stored, ConversationState.Fold(tracked.Branch, outcome.Terms, now));
        List<(int Index, TurnKind Kind)>? unrecorded = null;
        for (var i = 0; i < history.Newest.Count; i++)
        {
            if (tracked is { } known && known.Branch.Find(known.Newest(history, i).Id) is { Kind: not TurnKind.Unclassified } recorded)
            {
                var isSaidAgain = recorded.Kind == TurnKind.Crisis && history.IsNewestFromUser;
                var moved = known.AsShown(call, recorded);
                if (isSaidAgain || moved.Parent != recorded.Parent)
                {
                    // A signal that is sent again is said now: the hold lasts its time from here, whatever the host released before (R5).
                    recorded = isSaidAgain ? moved with { At = now, IsTakenBack = false } : moved;
                    tracked = known.Replace(recorded);
                    outcome = outcome.On(tracked, now);
                }

                outcome.Repeat(recorded);
                continue;
            }

            // Forgiven, and beside the newest turn again because the reply to it is gone: it does not count again (R10).
            if (i < history.Newest.Count - 1 && tracked is not null && stored.Forgotten.Contains(tracked.Newest(history, i).Id))
            {
                continue;
            }

            // A further step of a turn that was judged before; one that is sent to a server with its turn may be new to that id.
            if (!history.IsNewestFromUser && !history.IsHeldByServer)
            {
                outcome = outcome with { LeavesWishOut = true };
                continue;
            }

            verdicts[i] ??= await _judge.ClassifyAsync(call, history.Newest[i], remember: false, cancellationToken).ConfigureAwait(false) ?? _noVerdict;
            var classification = ReferenceEquals(verdicts[i], _noVerdict) ? null : verdicts[i];
            var judgement = await _judge.DecideAsync(call, outcome.Terms, tracked?.Branch ?? stored, history.Newest[i], classification, now, cancellationToken).ConfigureAwait(false);
            var entry = judgement.Entry ?? (tracked is { IsFork: true } ? Judgement.Marker(judgement.Assessment.Kind, now) : null);
            if (entry is null)
            {
                if (i < history.Newest.Count - 1)
                {
                    (unrecorded ??= []).Add((i, judgement.Assessment.Kind));
                }

                outcome.Add(judgement, null, tracked?.Ledger);
                continue;
            }

            tracked ??= TrackedLedger.Track(call, stored, now);

            // On record, but not where it stands now: judged there, and still one turn (R10).
            var isRepeat = tracked.Ledger.Find(tracked.Newest(history, i).Id) is { Kind: not TurnKind.Unclassified };

            // All turns of a call go on record when one does, or the others would be judged again with every retry (R10).
            foreach (var (index, kind) in unrecorded ?? [])
            {
                var turn = tracked.Newest(history, index).Id;
                tracked = tracked.With(Judgement.Marker(kind, now) with { Turn = turn });
                outcome.AlsoRecord(turn);
            }

            unrecorded = null;
            entry = entry with { Turn = tracked.Newest(history, i).Id };
            tracked = tracked.With(entry);
            outcome.Add(judgement, entry, tracked.Ledger, isRepeat);
        }

        if (history.Newest.Count == 0 && !history.IsNewestFromUser && stored.Entries is [.., { IsDelivered: false } pending])
        {
            // A further step of a turn whose messages the server holds, for example after a tool call.
            outcome.Repeat(pending);
        }

        // What is told again is told under today's terms too: the milder ones go on record with it (R17).
        if (tracked is not null && ReferenceEquals(outcome.Ledger, stored) && !ReferenceEquals(tracked.Ledger.Terms, stored.Terms))
        {
            outcome = outcome.On(tracked, now);
        }

        return tracked is { } end && !ReferenceEquals(end.Ledger, stored) ? outcome.Close(end.Branch, now) : outcome;
    }
}
