using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using Microsoft.Extensions.AI;

namespace ConversationGuard.ChatCompletion;

/// <summary>The host's handle, over the same store as the guard's chat clients.</summary>
internal sealed class ConversationGuardHandle(GuardServices services, GuardPipeline pipeline) : IConversationGuard
{
    public async ValueTask<ConversationStatus> GetStatusAsync(string conversationKey, CancellationToken cancellationToken = default)
    {
        var stored = await services.HostStore.GetAsync(StoreKey(conversationKey), cancellationToken).ConfigureAwait(false);
        return Status(conversationKey, stored.Ledger);
    }

    public async ValueTask<ConversationStatus> EndAsync(string conversationKey, EndReason? reason = null, CancellationToken cancellationToken = default)
    {
        var ending = new ConversationEnding { Reason = reason ?? EndReason.HostRequest, At = services.TimeProvider.GetUtcNow(), RuleIds = ["R1"] };

        // What ended stays as it ended, and from now on on every branch: the host ends the conversation, not one of its branches (R1).
        var status = await ChangeAsync(
            conversationKey,
            ledger => ledger.HostEnding is null ? ledger with { HostEnding = Latest(ledger).Ending ?? ending } : ledger,
            cancellationToken).ConfigureAwait(false);
        if (ReferenceEquals(status.Ending, ending))
        {
            services.Report(new GuardEvent
            {
                Kind = GuardEventKind.ConversationEnded,
                GuardName = services.Name,
                ConversationKey = conversationKey,
                Mode = services.Settings().Mode,
                RuleIds = ending.RuleIds,
                Phase = ConversationPhase.Ended,
                Ending = ending,
            });
        }

        return status;
    }

    public async ValueTask<ConversationStatus> BranchAsync(
        string conversationKey, string branchKey, IEnumerable<ChatMessage> history, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        ChatMessage[] messages = [.. history];
        if (messages.Contains(null!))
        {
            throw new ArgumentException("A message is null.", nameof(history));
        }

        var (from, to) = (StoreKey(conversationKey), StoreKey(branchKey));
        var stored = await services.HostStore.GetAsync(from, cancellationToken).ConfigureAwait(false);

        // Without a notable turn there is none to keep; what a host ended stays the source's own end (R11).
        var branch = stored.Ledger.Entries.Count == 0 ? ConversationLedger.Empty : stored.Ledger.KeepingOnly(Turns(messages, stored.Ledger));
        var existing = await services.HostStore.GetAsync(to, cancellationToken).ConfigureAwait(false);
        if (!existing.Ledger.IsEmpty || (!branch.IsEmpty && !await services.HostStore.TryUpdateAsync(to, branch, existing.Version, cancellationToken).ConfigureAwait(false)))
        {
            throw new InvalidOperationException($"Something is on record under the key \"{branchKey}\" already. A branch needs a key of its own.");
        }

        return Status(branchKey, branch);
    }

    public ValueTask<ConversationStatus> ReinstateAsync(string conversationKey, CancellationToken cancellationToken = default) =>
        ChangeAsync(conversationKey, ledger => TakeBack(ledger with { HostEnding = null, Entries = [.. ledger.Entries.Select(entry => entry with { Ending = null })] }, IsNotOfHold), cancellationToken);

    public ValueTask<ConversationStatus> ReleaseCrisisHoldAsync(string conversationKey, CancellationToken cancellationToken = default) =>
        ChangeAsync(conversationKey, ledger => TakeBack(ledger, OfHolds(ledger).Contains), cancellationToken);

    /// <summary>The signals and what was said in a hold, on any branch: a calm turn on another one, or of a call that failed, released it there alone (R5).</summary>
    private HashSet<LedgerEntry> OfHolds(ConversationLedger ledger) =>
        [.. Fold(ledger).OfHolds, .. ledger.Entries.SelectMany(entry => Fold(ledger.BranchOf([entry.Turn])).OfHolds)];

    /// <summary>
    /// What is taken back stays on record: its turn is not judged anew (R10), and what it stood between does not become neighbours (R3). With nothing left that counts the conversation is
    /// under no terms.
    /// </summary>
    private static ConversationLedger TakeBack(ConversationLedger ledger, Func<LedgerEntry, bool> isMeant)
    {
        List<LedgerEntry> entries = [.. ledger.Entries.Select(entry => isMeant(entry) ? entry with { IsTakenBack = true } : entry)];
        return ledger with { Entries = entries, Terms = entries.TrueForAll(entry => entry.IsTakenBack || entry.Kind == TurnKind.Calm) ? null : ledger.Terms };
    }

    private static bool IsNotOfHold(LedgerEntry entry) => entry.Kind is not TurnKind.Crisis and not TurnKind.Calm;

    /// <summary>The branch that the conversation went on with last.</summary>
    private static ConversationLedger Latest(ConversationLedger ledger) => ledger.Entries is [.., var last] ? ledger.BranchOf([last.Turn]) : ledger;

    private List<TurnId> Turns(IReadOnlyList<ChatMessage> history, ConversationLedger ledger) =>
        [.. new PresentedHistory(history, isHeldByServer: false).Read(ledger, services.Settings().HashSecret).First().Turns.Select(turn => turn.Id)];

    private async ValueTask<ConversationStatus> ChangeAsync(string conversationKey, Func<ConversationLedger, ConversationLedger> change, CancellationToken cancellationToken) =>
        Status(conversationKey, await pipeline.UpdateAsync(services.HostStore, StoreKey(conversationKey), ledger => ledger.IsEmpty && change(ledger).IsEmpty ? ledger : change(ledger), cancellationToken).ConfigureAwait(false));

    private ConversationStatus Status(string conversationKey, ConversationLedger ledger) =>
        new(conversationKey, Fold(Latest(ledger)), Latest(ledger).Ending) { GuardName = services.Name, Mode = services.Settings().Mode };

    private ConversationState Fold(ConversationLedger ledger)
    {
        // As the next call will see it (R17).
        var terms = services.Settings().Terms;
        return ConversationState.Fold(ledger, ledger.Terms?.MoreLenient(terms) ?? terms, services.TimeProvider.GetUtcNow());
    }

    private string StoreKey(string conversationKey)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(conversationKey);
        return services.StoreKey(services.Settings().Mode, conversationKey);
    }
}
