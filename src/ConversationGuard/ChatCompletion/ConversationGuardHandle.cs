using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;

namespace ConversationGuard.ChatCompletion;

/// <summary>The host's handle, over the same store as the guard's chat clients.</summary>
internal sealed class ConversationGuardHandle(GuardServices services, GuardPipeline pipeline) : IConversationGuard
{
    public async ValueTask<ConversationStatus> GetStatusAsync(string conversationKey, CancellationToken cancellationToken = default)
    {
        var stored = await services.Store.GetAsync(StoreKey(conversationKey), cancellationToken).ConfigureAwait(false);
        return Status(conversationKey, stored.Ledger);
    }

    public async ValueTask<ConversationStatus> EndAsync(string conversationKey, EndReason? reason = null, CancellationToken cancellationToken = default)
    {
        var ending = new ConversationEnding { Reason = reason ?? EndReason.HostRequest, At = services.TimeProvider.GetUtcNow(), RuleIds = ["R1"] };
        var status = await ChangeAsync(conversationKey, ledger => ledger.Ending is null ? ledger with { Ending = ending } : ledger, cancellationToken).ConfigureAwait(false);
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

    public ValueTask<ConversationStatus> ReinstateAsync(string conversationKey, CancellationToken cancellationToken = default) =>
        ChangeAsync(conversationKey, ledger => ledger with { Ending = null, Entries = [.. ledger.Entries.Where(IsOfHold)] }, cancellationToken);

    public ValueTask<ConversationStatus> ReleaseCrisisHoldAsync(string conversationKey, CancellationToken cancellationToken = default) =>
        ChangeAsync(conversationKey, ledger => ledger with { Entries = [.. ledger.Entries.Where(entry => entry.Kind != TurnKind.Crisis)] }, cancellationToken);

    private static bool IsOfHold(LedgerEntry entry) => entry.Kind is TurnKind.Crisis or TurnKind.Calm;

    private async ValueTask<ConversationStatus> ChangeAsync(string conversationKey, Func<ConversationLedger, ConversationLedger> change, CancellationToken cancellationToken) =>
        Status(conversationKey, await pipeline.UpdateAsync(StoreKey(conversationKey), ledger => ledger.IsEmpty && change(ledger).IsEmpty ? ledger : change(ledger), cancellationToken).ConfigureAwait(false));

    private ConversationStatus Status(string conversationKey, ConversationLedger ledger) =>
        new(conversationKey, ConversationState.Fold(ledger, services.Settings().DeEscalation, services.TimeProvider.GetUtcNow()), ledger.Ending);

    private string StoreKey(string conversationKey)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(conversationKey);
        return services.StoreKey(services.Settings().Mode, conversationKey);
    }
}
