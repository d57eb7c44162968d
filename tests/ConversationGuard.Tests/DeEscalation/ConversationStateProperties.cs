using System.Globalization;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Tests.Doubles;
using CsCheck;

namespace ConversationGuard.Tests.DeEscalation;

/// <summary>What holds for every ledger, tried on random ones.</summary>
public class ConversationStateProperties
{
    private const int Ledgers = 3000;

    private static readonly Gen<ConversationTerms> _rules =
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 4], Gen.Int[5, 90], Gen.Int[1, 6], Gen.Int[0, 90], (redirections, calm, forgive, crisisCalm, crisis) => new ConversationTerms
        {
            Redirections = redirections,
            CalmTurnsToForgive = calm,
            TimeToForgive = TimeSpan.FromMinutes(forgive),
            CrisisCalmTurns = crisisCalm,
            CrisisTime = TimeSpan.FromMinutes(crisis),
        });

    private static readonly Gen<int> _minutes = Gen.Frequency((6, Gen.Int[0, 3]), (2, Gen.Int[4, 40]), (1, Gen.Int[41, 200]));

    private static readonly Gen<Step[]> _steps = Steps(withCrisis: true);

    private static readonly Gen<Step[]> _stepsWithoutCrisis = Steps(withCrisis: false);

    [Test]
    public void The_fold_is_deterministic() =>
        Gen.Select(_steps, _rules, _minutes).Sample(
            (steps, rules, later) =>
            {
                Summary(Fold(steps, rules, later)).Should().Be(Summary(Fold(steps, rules, later)));
            },
            iter: Ledgers);

    [Test]
    public void R9_one_more_calm_turn_at_the_end_never_raises_the_phase() =>
        Gen.Select(_steps, _rules, _minutes, _minutes).Sample(
            (steps, rules, gap, later) =>
            {
                var without = Fold(steps, rules, gap + later);
                var with = Fold([.. steps, new Step(TurnKind.Calm, GuardAction.Continue, false, gap)], rules, later);

                with.Phase.Should().BeOneOf(PhasesUpTo(without.Phase));
                with.Violations.Count.Should().BeLessThanOrEqualTo(without.Violations.Count);
                with.FailedRedirections.Should().BeLessThanOrEqualTo(without.FailedRedirections);
                (with.IsCrisisHold && !without.IsCrisisHold).Should().BeFalse();
            },
            iter: Ledgers);

    [Test]
    public void R9_one_more_calm_turn_anywhere_never_raises_the_phase() =>
        Gen.Select(_stepsWithoutCrisis, _rules, _minutes, Gen.Int[0, 25]).Sample(
            (steps, rules, later, position) =>
            {
                // Between two turns, in the middle of the time between them.
                position %= steps.Length + 1;
                var gap = position < steps.Length ? steps[position].Minutes : later;
                var rest = position < steps.Length ? steps.Skip(position).Select((step, i) => i == 0 ? step with { Minutes = gap - gap / 2 } : step) : [];
                Step[] more = [.. steps.Take(position), new Step(TurnKind.Calm, GuardAction.Continue, false, gap / 2), .. rest];

                var without = Fold(steps, rules, later);
                var with = Fold(more, rules, position < steps.Length ? later : gap - gap / 2);

                with.Phase.Should().BeOneOf(PhasesUpTo(without.Phase));
                with.Violations.Count.Should().BeLessThanOrEqualTo(without.Violations.Count);
                with.FailedRedirections.Should().BeLessThanOrEqualTo(without.FailedRedirections);
            },
            iter: Ledgers);

    [Test]
    public void R9_more_time_never_raises_the_phase() =>
        Gen.Select(_steps, _rules, _minutes, _minutes).Sample(
            (steps, rules, soon, later) =>
            {
                var earlier = Fold(steps, rules, soon);
                var after = Fold(steps, rules, soon + later);

                after.Phase.Should().BeOneOf(PhasesUpTo(earlier.Phase));
                after.Violations.Count.Should().BeLessThanOrEqualTo(earlier.Violations.Count);
                after.FailedRedirections.Should().BeLessThanOrEqualTo(earlier.FailedRedirections);
                (after.IsCrisisHold && !earlier.IsCrisisHold).Should().BeFalse();
            },
            iter: Ledgers);

    [Test]
    public void R9_enough_time_leaves_nothing_to_count() =>
        Gen.Select(_steps, _rules).Sample(
            (steps, rules) =>
            {
                var state = Fold(steps, rules, 60 * 24 * 365);

                state.Violations.Should().BeEmpty();
                state.Phase.Should().Be(ConversationPhase.Engaged);
            },
            iter: Ledgers);

    [Test]
    public void R8_redirections_that_were_not_delivered_never_fail() =>
        Gen.Select(_steps, _rules, _minutes).Sample(
            (steps, rules, later) =>
            {
                var state = Fold([.. steps.Select(step => step with { IsDelivered = false })], rules, later);

                state.FailedRedirections.Should().Be(0);
                state.IsWarned.Should().BeFalse();
                state.AreResourcesDelivered.Should().BeFalse();
            },
            iter: Ledgers);

    [Test]
    public void R2_R8_a_warned_conversation_has_a_delivered_warning_on_record() =>
        Gen.Select(_steps, _rules, _minutes).Sample(
            (steps, rules, later) =>
            {
                var state = Fold(steps, rules, later);

                (state.Phase == ConversationPhase.Warned).Should().Be(state.IsWarned);
                if (state.IsWarned)
                {
                    state.Violations.Should().Contain(entry => entry.Action == GuardAction.Warn && entry.IsDelivered);
                }
            },
            iter: Ledgers);

    [Test]
    public void R3_no_more_redirections_failed_than_were_delivered() =>
        Gen.Select(_steps, _rules, _minutes).Sample(
            (steps, rules, later) =>
            {
                var state = Fold(steps, rules, later);
                var delivered = state.Violations.Count(entry => entry.IsDelivered && entry.Action is GuardAction.Redirect or GuardAction.Warn);

                state.FailedRedirections.Should().BeLessThanOrEqualTo(delivered);
                state.Violations.Should().NotContain(entry => entry.Kind != TurnKind.Violation).And.BeInAscendingOrder(entry => entry.At);
            },
            iter: Ledgers);

    [Test]
    public void R6_unclassified_turns_change_nothing() =>
        Gen.Select(_steps, _rules, _minutes).Sample(
            (steps, rules, later) =>
            {
                Step[] doubled = [.. steps.SelectMany(step => new[] { step, new Step(TurnKind.Unclassified, GuardAction.Continue, false, 0) })];

                Summary(Fold(doubled, rules, later)).Should().Be(Summary(Fold(steps, rules, later)));
            },
            iter: Ledgers);

    [Test]
    public void R5_what_is_said_in_a_hold_is_not_held_against_anyone_later() =>
        Gen.Select(_stepsWithoutCrisis, _rules, _minutes).Sample(
            (steps, rules, later) =>
            {
                // Right after the signal, whatever is said before the hold's time is over.
                Step[] held = [new Step(TurnKind.Crisis, GuardAction.Continue, true, 0), .. steps.Select(step => step with { Minutes = 0 })];
                rules = rules with { CrisisTime = TimeSpan.FromMinutes(1) };

                Fold(held, rules, later).Violations.Should().BeEmpty();
            },
            iter: Ledgers);

    [Test]
    public void R9_what_has_no_bearing_any_more_can_be_dropped() =>
        Gen.Select(_steps, _rules, _minutes).Sample(
            (steps, rules, later) =>
            {
                var ledger = Ledger(steps);
                var now = Now(steps, later);
                var whole = ConversationState.Fold(ledger, rules, now);
                var rest = ConversationState.Fold(ledger.Without([.. ledger.Entries.Take(whole.Obsolete).Select(entry => entry.Turn)]), rules, now);

                (Summary(rest) with { CalmTurns = 0 }).Should().Be(Summary(whole) with { CalmTurns = 0 });
            },
            iter: Ledgers);

    [Test]
    public void No_ledger_makes_the_fold_fail()
    {
        var times = Gen.Frequency(
            (6, Gen.Int[-600, 600].Select(minutes => LedgerScript.Start.AddMinutes(minutes))),
            (1, Gen.Const(DateTimeOffset.MinValue)),
            (1, Gen.Const(DateTimeOffset.MaxValue)));
        var entries = Gen.Select(Gen.Enum<TurnKind>(), Gen.Enum<GuardAction>(), Gen.Bool, times, Gen.Int[0, 5], (kind, action, isDelivered, at, turn) => new LedgerEntry
        {
            Turn = new TurnId(turn.ToString(CultureInfo.InvariantCulture)),
            Kind = kind,
            Action = action,
            IsDelivered = isDelivered,
            At = at,
        });
        var extremeRules = Gen.Select(_rules, Gen.Bool, (rules, isExtreme) => isExtreme ? rules with { TimeToForgive = TimeSpan.MaxValue, CrisisTime = TimeSpan.MaxValue } : rules);

        Gen.Select(entries.Array[0, 40], extremeRules, times).Sample(
            (all, rules, now) =>
            {
                var fold = () => ConversationState.Fold(ConversationLedger.Empty with { Entries = all }, rules, now);

                fold.Should().NotThrow();
            },
            iter: Ledgers);
    }

    private static Gen<Step[]> Steps(bool withCrisis)
    {
        var kinds = Gen.Frequency((6, Gen.Const(TurnKind.Violation)), (6, Gen.Const(TurnKind.Calm)), (1, Gen.Const(TurnKind.Unclassified)), (withCrisis ? 1 : 0, Gen.Const(TurnKind.Crisis)));
        var actions = Gen.Frequency((1, Gen.Const(GuardAction.Continue)), (5, Gen.Const(GuardAction.Redirect)), (3, Gen.Const(GuardAction.Warn)));
        return Gen.Select(kinds, actions, Gen.Frequency((4, Gen.Const(true)), (1, Gen.Const(false))), _minutes, (kind, action, isDelivered, minutes) =>
            new Step(kind, kind == TurnKind.Violation ? action : GuardAction.Continue, isDelivered, minutes)).Array[0, 25];
    }

    private static ConversationState Fold(Step[] steps, ConversationTerms rules, int later) => ConversationState.Fold(Ledger(steps), rules, Now(steps, later));

    private static ConversationLedger Ledger(Step[] steps)
    {
        var at = LedgerScript.Start;
        var entries = new List<LedgerEntry>();
        foreach (var step in steps)
        {
            at = at.AddMinutes(step.Minutes);
            entries.Add(new LedgerEntry
            {
                Turn = new TurnId(entries.Count.ToString(CultureInfo.InvariantCulture)),
                Kind = step.Kind,
                Action = step.Action,
                IsDelivered = step.IsDelivered,
                At = at,
            });
        }

        return ConversationLedger.Empty with { Entries = entries };
    }

    private static DateTimeOffset Now(Step[] steps, int later) => LedgerScript.Start.AddMinutes(steps.Sum(step => step.Minutes) + later);

    private static ConversationPhase[] PhasesUpTo(ConversationPhase phase) => [.. Enum.GetValues<ConversationPhase>().Where(one => one <= phase)];

    private static Outline Summary(ConversationState state) => new(
        state.Phase,
        state.IsCrisisHold,
        state.AreResourcesDelivered,
        string.Join(' ', state.Violations.Select(entry => entry.At)),
        state.FailedRedirections,
        state.IsWarned,
        state.CalmTurns);

    private sealed record Step(TurnKind Kind, GuardAction Action, bool IsDelivered, int Minutes);

    private sealed record Outline(ConversationPhase Phase, bool IsCrisisHold, bool AreResourcesDelivered, string Violations, int FailedRedirections, bool IsWarned, int CalmTurns);
}
