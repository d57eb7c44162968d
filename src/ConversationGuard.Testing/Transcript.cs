using System.Collections;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;

namespace ConversationGuard.Testing;

/// <summary>A conversation turn by turn, with assertions. A failed one shows numbers, kinds and decisions, and not what was said.</summary>
/// <param name="turns">The turns, oldest first.</param>
public sealed class Transcript(IReadOnlyList<TranscriptTurn> turns) : IReadOnlyList<TranscriptTurn>
{
    /// <inheritdoc/>
    public int Count => turns.Count;

    /// <inheritdoc/>
    public TranscriptTurn this[int index] => turns[index];

    /// <inheritdoc/>
    public IEnumerator<TranscriptTurn> GetEnumerator() => turns.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Asserts what was decided, turn by turn.</summary>
    /// <param name="actions">The decisions, one for each turn.</param>
    /// <returns>This transcript.</returns>
    /// <exception cref="ConversationGuardTestException">It was decided otherwise.</exception>
    public Transcript ShouldDecide(params GuardAction[] actions)
    {
        ArgumentNullException.ThrowIfNull(actions);
        Require(actions.SequenceEqual(turns.Select(turn => turn.Action)), $"The decisions should be {string.Join(", ", actions)}");
        return this;
    }

    /// <summary>Asserts that the conversation ended.</summary>
    /// <param name="reason">Why; null for whatever reason.</param>
    /// <param name="atTurn">At which turn, from 1 on; null for whichever.</param>
    /// <returns>This transcript.</returns>
    /// <exception cref="ConversationGuardTestException">It did not, or otherwise.</exception>
    public Transcript ShouldEnd(EndReason? reason = null, int? atTurn = null)
    {
        var end = turns.FirstOrDefault(turn => turn.Ended is not null);
        Require(end is not null, "The conversation should end");
        Require(reason is null || end!.Ended!.Reason == reason, $"The reason should be {reason}, and it is {end?.Ended?.Reason}");
        Require(atTurn is null || end!.Number == atTurn, $"The end should come at turn {atTurn}, and it comes at turn {end?.Number}");
        return this;
    }

    /// <summary>Asserts that the conversation goes on.</summary>
    /// <returns>This transcript.</returns>
    /// <exception cref="ConversationGuardTestException">It ended.</exception>
    public Transcript ShouldGoOn()
    {
        Require(turns.All(turn => turn.Ended is null && turn.Action != GuardAction.End), "The conversation should go on");
        return this;
    }

    /// <summary>
    /// Asserts what holds in every conversation, whatever the policies: in a crisis hold there is neither a warning nor an end (R5); persistent abuse or requests for harm end only after a warning in an
    /// earlier turn, and that comes only after a redirection (R2, R3); after the end every call is refused (R11).
    /// </summary>
    /// <returns>This transcript.</returns>
    /// <exception cref="ConversationGuardTestException">A rule was broken.</exception>
    public Transcript ShouldKeepTheRules()
    {
        var (isRedirected, isWarned, isEnded) = (false, false, false);
        foreach (var turn in turns)
        {
            Require(!isEnded || turn.Ended is { IsRepeat: true }, $"Turn {turn.Number} should be refused: the conversation had ended (R11)");
            if (isEnded)
            {
                continue;
            }

            Require(!turn.IsCrisisHold || turn.Action < GuardAction.Warn, $"Turn {turn.Number} is in a crisis hold: there should be neither a warning nor an end (R5)");
            Require(turn.Action != GuardAction.Warn || isRedirected, $"Turn {turn.Number} warns without a redirection before it (R3)");
            var isPersistence = turn.Ended is { } ended && (ended.Reason == EndReason.PersistentAbuse || ended.Reason == EndReason.PersistentHarmRequests);
            Require(!isPersistence || isWarned, $"Turn {turn.Number} ends the conversation without a warning before it (R2)");
            Require(!isPersistence || turn.Kind == TurnKind.Violation, $"Turn {turn.Number} ends the conversation and is no violation (R2)");
            isRedirected |= turn.Action == GuardAction.Redirect;
            isWarned |= turn.Action == GuardAction.Warn;
            isEnded = turn.Ended is not null;
        }

        return this;
    }

    /// <summary>Shows the turns: number, kind, decision and rules.</summary>
    /// <returns>A line for each turn.</returns>
    public override string ToString() => string.Join(
        Environment.NewLine,
        turns.Select(turn => FormattableString.Invariant($"{turn.Number,4}  {turn.Kind,-12} {turn.Category.Value,-24} {(turn.Ended is { IsRepeat: true } ? "refused" : turn.Action),-8} {(turn.IsCrisisHold ? "hold " : string.Empty)}{string.Join(" ", turn.RuleIds)}")));

    private void Require(bool isSo, string what)
    {
        if (!isSo)
        {
            throw new ConversationGuardTestException($"{what}.{Environment.NewLine}{this}");
        }
    }
}
