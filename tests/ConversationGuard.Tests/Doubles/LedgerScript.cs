using System.Globalization;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;

namespace ConversationGuard.Tests.Doubles;

/// <summary>Writes a ledger turn by turn, one second apart, as the guard would have recorded it.</summary>
internal sealed class LedgerScript
{
    public static DateTimeOffset Start { get; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public ConversationLedger Ledger { get; private set; } = ConversationLedger.Empty;

    public DateTimeOffset Now { get; private set; } = Start;

    /// <summary>A violation and what was decided about it; of the turn that is just being decided, nothing yet.</summary>
    public LedgerScript Violation(GuardAction action = GuardAction.Redirect, bool isDelivered = true, HarmCategory? category = null) =>
        Add(TurnKind.Violation, action, isDelivered, category ?? HarmCategory.Harassment);

    /// <summary>The violation that is just being decided about.</summary>
    public LedgerScript NewViolation() => Violation(GuardAction.Continue, isDelivered: false);

    public LedgerScript Calm(int turns = 1)
    {
        for (var i = 0; i < turns; i++)
        {
            Add(TurnKind.Calm, GuardAction.Continue, false, default);
        }

        return this;
    }

    public LedgerScript Crisis(bool isDelivered = true) => Add(TurnKind.Crisis, GuardAction.Continue, isDelivered, HarmCategory.SelfHarmIntent);

    public LedgerScript Wish(bool isDelivered = true) => Add(TurnKind.EndWish, GuardAction.Continue, isDelivered, default);

    public LedgerScript Unclassified() => Add(TurnKind.Unclassified, GuardAction.Continue, false, default);

    /// <summary>The host takes the latest turn back.</summary>
    public LedgerScript TakenBack()
    {
        Ledger = Ledger.With(Ledger.Entries[^1] with { IsTakenBack = true });
        return this;
    }

    public LedgerScript Wait(TimeSpan time)
    {
        Now += time;
        return this;
    }

    /// <summary>Two redirections that failed and the warning that the third violation got.</summary>
    public LedgerScript UpToWarning() => Violation().Violation().Violation(GuardAction.Warn);

    public ConversationState State(ConversationTerms? rules = null) => ConversationState.Fold(Ledger, rules ?? new ConversationTerms(), Now);

    private LedgerScript Add(TurnKind kind, GuardAction action, bool isDelivered, HarmCategory category)
    {
        Now += TimeSpan.FromSeconds(1);
        Ledger = Ledger.With(new LedgerEntry
        {
            Turn = new TurnId("turn " + (Now - Start).TotalSeconds.ToString(CultureInfo.InvariantCulture)),
            Kind = kind,
            Action = action,
            IsDelivered = isDelivered,
            Category = category,
            Score = category == default ? 0 : 0.97,
            At = Now,
        });
        return this;
    }
}
