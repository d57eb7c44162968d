namespace ConversationGuard.Conversations;

/// <summary>One way to read a presented history: which turn each one is, and behind which turn on record the new ones stand.</summary>
/// <param name="Turns">Every user turn with its identity, oldest first.</param>
/// <param name="Tip">The newest turn on record that is shown, or read to have been trimmed; null if there is none.</param>
/// <param name="Added">How many turns the user wrote that are not on record on this branch.</param>
/// <param name="Old">How many of the turns were there before what the user newly wrote.</param>
internal sealed record HistoryReading(IReadOnlyList<UserTurn> Turns, TurnId? Tip, int Added, int Old)
{
    /// <summary>Gives the ledger of the branch that is shown.</summary>
    public ConversationLedger Branch(ConversationLedger ledger)
    {
        var shown = Turns.Take(Old).Select(turn => turn.Id);
        return ledger.BranchOf(Tip is { } tip ? shown.Append(tip) : shown);
    }
}
