using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Tests.Doubles;

namespace ConversationGuard.Tests.DeEscalation;

public class ConversationStateTests
{
    private static readonly TimeSpan _anHour = TimeSpan.FromHours(1);

    [Test]
    public void Nothing_on_record_is_a_clean_and_engaged_conversation()
    {
        var state = new LedgerScript().State();

        state.Phase.Should().Be(ConversationPhase.Engaged);
        state.IsClean.Should().BeTrue();
        state.IsCrisisHold.Should().BeFalse();
        state.IsWarned.Should().BeFalse();
        state.Violations.Should().BeEmpty();
    }

    [Test]
    public void What_counts_holds_waits_or_ended_is_not_clean()
    {
        new LedgerScript().Violation().State().IsClean.Should().BeFalse();
        new LedgerScript().Crisis().State().IsClean.Should().BeFalse();
        new LedgerScript().Wish().State().IsClean.Should().BeFalse();
        ConversationState.Fold(ConversationLedger.Empty with { HostEnding = new() { Reason = EndReason.HostRequest, At = LedgerScript.Start } }, new ConversationTerms(), LedgerScript.Start).IsClean.Should().BeFalse();
        new LedgerScript().Calm().State().IsClean.Should().BeTrue();
    }

    [Test]
    public void An_empty_ledger_is_not_folded_at_all()
    {
        var state = ConversationState.Fold(ConversationLedger.Empty, new ConversationTerms(), LedgerScript.Start);

        state.Should().BeSameAs(ConversationState.Untouched);
    }

    [Test]
    public void Null_is_refused()
    {
        var noLedger = () => ConversationState.Fold(null!, new ConversationTerms(), LedgerScript.Start);
        var noTerms = () => ConversationState.Fold(ConversationLedger.Empty, null!, LedgerScript.Start);

        noLedger.Should().Throw<ArgumentNullException>().WithParameterName("ledger");
        noTerms.Should().Throw<ArgumentNullException>().WithParameterName("terms");
    }

    [Test]
    public void R12_a_wish_waits_for_its_answer_once_the_user_was_told_what_it_means_and_until_the_next_turn()
    {
        new LedgerScript().Wish(isDelivered: false).State().Should().Match<ConversationState>(state => state.HasWish && !state.IsWishPending);
        new LedgerScript().Wish().State().Should().Match<ConversationState>(state => state.HasWish && state.IsWishPending);
        new LedgerScript().Wish().Calm().State().Should().Match<ConversationState>(state => !state.HasWish && !state.IsWishPending);
        new LedgerScript().Calm().State().Should().Match<ConversationState>(state => !state.HasWish && !state.IsWishPending);
    }

    [Test]
    public void R5_a_wish_in_a_hold_is_none() =>
        new LedgerScript().Crisis().Wish().State().Should().Match<ConversationState>(state => !state.HasWish && !state.IsWishPending && state.IsCrisisHold);

    [Test]
    public void R5_the_signals_and_what_is_said_in_the_holds_are_known_as_that()
    {
        var script = new LedgerScript().Violation().Crisis().Violation().Crisis().Calm();

        script.State().OfHolds.Should().Equal(script.Ledger.Entries[1], script.Ledger.Entries[2], script.Ledger.Entries[3]);
    }

    [Test]
    public void R5_of_two_signals_the_later_one_counts_whichever_stands_first_on_record()
    {
        var script = new LedgerScript().Crisis().Crisis().Calm(5);
        var first = script.Ledger.Entries[0];
        var terms = new ConversationTerms();
        var later = script.Now + _anHour;
        var ledger = script.Ledger with { Entries = [first with { At = later }, .. script.Ledger.Entries.Skip(1)] };

        ConversationState.Fold(ledger, terms, later + terms.CrisisTime - TimeSpan.FromTicks(1)).IsCrisisHold.Should().BeTrue();
        ConversationState.Fold(ledger, terms, later + terms.CrisisTime).IsCrisisHold.Should().BeFalse();
    }

    [Test]
    public void R5_a_hold_is_released_at_the_very_end_of_its_time_and_not_before()
    {
        var script = new LedgerScript().Crisis();
        var signal = script.Now;
        script.Calm(5);
        var terms = new ConversationTerms();

        ConversationState.Fold(script.Ledger, terms, signal + terms.CrisisTime - TimeSpan.FromTicks(1)).IsCrisisHold.Should().BeTrue();
        ConversationState.Fold(script.Ledger, terms, signal + terms.CrisisTime).IsCrisisHold.Should().BeFalse();
    }

    [Test]
    public void R5_the_resources_are_delivered_by_any_signals_reply_and_stay_so_in_the_hold()
    {
        new LedgerScript().Crisis(isDelivered: false).State().AreResourcesDelivered.Should().BeFalse();
        new LedgerScript().Crisis(isDelivered: false).Crisis(isDelivered: false).State().AreResourcesDelivered.Should().BeFalse();
        new LedgerScript().Crisis().State().AreResourcesDelivered.Should().BeTrue();
        new LedgerScript().Crisis().Crisis(isDelivered: false).State().AreResourcesDelivered.Should().BeTrue();
        new LedgerScript().Crisis(isDelivered: false).Crisis().State().AreResourcesDelivered.Should().BeTrue();
    }

    [Test]
    public void R9_time_takes_violations_back_one_by_one()
    {
        var script = new LedgerScript().Violation().Violation().Violation();

        script.Wait(_anHour - TimeSpan.FromTicks(1)).State().Violations.Should().HaveCount(3);
        script.Wait(TimeSpan.FromTicks(1)).State().Violations.Should().HaveCount(2);
        script.Wait(_anHour).State().Violations.Should().ContainSingle();
        script.Wait(_anHour).State().Violations.Should().BeEmpty();
        script.Wait(_anHour).State().IsClean.Should().BeTrue();
    }

    [Test]
    public void R9_calm_turns_take_violations_back_and_what_is_forgiven_has_no_bearing_any_more()
    {
        var script = new LedgerScript().Violation().Calm(2);
        script.State().Should().Match<ConversationState>(state => state.Violations.Count == 1 && state.CalmTurns == 2 && state.Obsolete == 0);

        script.Calm().State().Should().Match<ConversationState>(state => state.Violations.Count == 0 && state.CalmTurns == 3 && state.Obsolete == 4);
        new LedgerScript().Crisis().Calm().State().Obsolete.Should().Be(0, "a hold has a bearing");
    }

    [Test]
    public void R9_a_calm_turn_in_a_hold_that_releases_it_leaves_nothing()
    {
        var script = new LedgerScript().Crisis().Calm(4).Wait(_anHour).Calm();

        script.State().Should().Match<ConversationState>(state => !state.IsCrisisHold && !state.AreResourcesDelivered && state.Obsolete == 6);
    }

    [Test]
    public void R2_the_ladder_goes_from_redirecting_over_two_failures_to_the_warning()
    {
        var script = new LedgerScript();
        script.State().Phase.Should().Be(ConversationPhase.Engaged);

        script.NewViolation().State().Should().Match<ConversationState>(state => state.Phase == ConversationPhase.Redirecting && state.FailedRedirections == 0);
        script = new LedgerScript().Violation().NewViolation();
        script.State().Should().Match<ConversationState>(state => state.Phase == ConversationPhase.Redirecting && state.FailedRedirections == 1);
        script = new LedgerScript().Violation().Violation().NewViolation();
        script.State().Should().Match<ConversationState>(state => state.Phase == ConversationPhase.Redirecting && state.FailedRedirections == 2 && !state.IsWarned);
        script = new LedgerScript().UpToWarning();
        script.State().Should().Match<ConversationState>(state => state.Phase == ConversationPhase.Warned && state.FailedRedirections == 2 && state.IsWarned);
        script.NewViolation().State().Should().Match<ConversationState>(state => state.Phase == ConversationPhase.Warned && state.FailedRedirections == 3 && state.Violations.Count == 4);
    }

    [Test]
    public void R3_a_redirection_has_not_failed_before_the_next_counted_turn() =>
        new LedgerScript().Violation().State().FailedRedirections.Should().Be(0);

    [Test]
    public void R3_a_redirection_that_a_calm_turn_followed_has_not_failed() =>
        new LedgerScript().Violation().Calm().Violation().Calm().NewViolation().State().FailedRedirections.Should().Be(0);

    [Test]
    public void R3_a_violation_that_was_answered_without_a_redirection_is_no_failed_one() =>
        new LedgerScript().Violation(GuardAction.Continue).NewViolation().State().FailedRedirections.Should().Be(0);

    [Test]
    public void R3_a_redirection_has_not_failed_if_the_host_took_the_violation_after_it_back() =>
        new LedgerScript().Violation().Violation().TakenBack().NewViolation().State().Should().Match<ConversationState>(state => state.FailedRedirections == 0 && state.Violations.Count == 2);

    [Test]
    public void What_the_host_took_back_counts_for_nothing()
    {
        new LedgerScript().Violation().TakenBack().State().IsClean.Should().BeTrue();
        new LedgerScript().Violation(GuardAction.Warn).TakenBack().State().IsWarned.Should().BeFalse();
        new LedgerScript().Crisis().TakenBack().State().IsCrisisHold.Should().BeFalse();
        new LedgerScript().Calm().TakenBack().State().CalmTurns.Should().Be(0);
        new LedgerScript().Violation().TakenBack().NewViolation().State().Should().Match<ConversationState>(state => state.FailedRedirections == 0 && state.Violations.Count == 1);
    }

    [Test]
    public void R12_a_turn_that_the_host_took_back_forgets_a_wish_as_every_turn_does()
    {
        new LedgerScript().Wish().Violation().TakenBack().State().HasWish.Should().BeFalse();
        new LedgerScript().Wish().TakenBack().State().HasWish.Should().BeFalse();
    }

    [Test]
    public void R8_a_redirection_that_was_not_delivered_never_fails() =>
        new LedgerScript().Violation(isDelivered: false).Violation(isDelivered: false).NewViolation().State()
            .Should().Match<ConversationState>(state => state.FailedRedirections == 0 && state.Violations.Count == 3);

    [Test]
    public void R8_a_warning_that_was_not_delivered_is_none()
    {
        var state = new LedgerScript().Violation().Violation().Violation(GuardAction.Warn, isDelivered: false).NewViolation().State();

        state.IsWarned.Should().BeFalse();
        state.Phase.Should().Be(ConversationPhase.Redirecting);
    }

    [Test]
    public void R6_an_unclassified_turn_neither_counts_nor_breaks_the_row()
    {
        var state = new LedgerScript().Violation().Unclassified().Violation().Unclassified().NewViolation().State();

        state.Violations.Should().HaveCount(3);
        state.FailedRedirections.Should().Be(2);
    }

    [Test]
    public void R6_an_unclassified_turn_between_calm_ones_neither_counts_nor_breaks_the_row()
    {
        new LedgerScript().Violation().Calm(2).Unclassified().State().Violations.Should().HaveCount(1);
        new LedgerScript().Violation().Calm(2).Unclassified().Calm().State().Violations.Should().BeEmpty();
    }

    [Test]
    public void R9_three_calm_turns_in_a_row_take_one_violation_back()
    {
        var script = new LedgerScript().Violation().Violation().Calm(2);

        script.State().Violations.Should().HaveCount(2);
        script.Calm().State().Violations.Should().HaveCount(1);
        script.Calm(2).State().Violations.Should().HaveCount(1);
        script.Calm().State().Should().Match<ConversationState>(state => state.IsClean && state.Phase == ConversationPhase.Engaged && state.FailedRedirections == 0);
    }

    [Test]
    public void R9_calm_turns_that_a_violation_interrupts_are_counted_anew() =>
        new LedgerScript().Violation().Calm(2).Violation().Calm(2).State().Violations.Should().HaveCount(2);

    [Test]
    public void R9_each_hour_takes_one_violation_back()
    {
        var script = new LedgerScript().Violation().Violation();

        script.Wait(_anHour - TimeSpan.FromTicks(1)).State().Violations.Should().HaveCount(2);
        script.Wait(TimeSpan.FromTicks(1)).State().Violations.Should().HaveCount(1);
        script.Wait(_anHour).State().IsClean.Should().BeTrue();
    }

    [Test]
    public void R9_time_passes_between_the_turns_too() =>
        new LedgerScript().Violation().Violation().Wait(_anHour).NewViolation().State()
            .Should().Match<ConversationState>(state => state.Violations.Count == 2 && state.FailedRedirections == 1);

    [Test]
    public void R9_a_violation_starts_the_hour_anew() =>
        new LedgerScript().Violation().Wait(TimeSpan.FromMinutes(59)).Violation().Wait(TimeSpan.FromMinutes(59)).State().Violations.Should().HaveCount(2);

    [Test]
    public void R9_a_calm_turn_never_delays_what_time_forgives()
    {
        // Without the first of the calm turns, an hour and three calm turns take two violations back. One more must not make it one.
        var script = new LedgerScript().Violation().Violation().Wait(TimeSpan.FromMinutes(55)).Calm(3).Wait(TimeSpan.FromMinutes(5)).Calm();

        script.State().IsClean.Should().BeTrue();
    }

    [TestCase(3, 0)]
    [TestCase(0, 1)]
    public void R9_a_warning_lapses_with_the_violation_it_answered(int calmTurns, int hours)
    {
        var script = new LedgerScript().UpToWarning().Calm(calmTurns).Wait(TimeSpan.FromHours(hours));

        script.State().IsWarned.Should().BeFalse();
        script.State().Phase.Should().Be(ConversationPhase.Redirecting);
        script.NewViolation().State().IsWarned.Should().BeFalse("the next violation needs a new warning");
    }

    [Test]
    public void R9_a_violation_after_forgiveness_fails_no_redirection_from_before() =>
        new LedgerScript().Violation().Wait(_anHour).NewViolation().State().Should().Match<ConversationState>(state => state.FailedRedirections == 0 && state.Violations.Count == 1);

    [Test]
    public void R5_a_crisis_signal_holds_over_every_phase()
    {
        foreach (var script in new[] { new LedgerScript(), new LedgerScript().Violation(), new LedgerScript().UpToWarning() })
        {
            script.Crisis().State().IsCrisisHold.Should().BeTrue();
        }
    }

    [Test]
    public void R5_a_crisis_signal_is_no_violation_and_breaks_the_row()
    {
        var state = new LedgerScript().Violation().Crisis().State();

        state.Violations.Should().HaveCount(1);
        state.FailedRedirections.Should().Be(0);
    }

    [Test]
    public void R5_violations_in_a_hold_never_count_then_or_later()
    {
        var script = new LedgerScript().Violation().Crisis();
        for (var i = 0; i < 10; i++)
        {
            script.Violation(GuardAction.Redirect);
        }

        script.State().Should().Match<ConversationState>(state => state.Violations.Count == 1 && state.FailedRedirections == 0);
        script.Wait(TimeSpan.FromMinutes(58)).Calm(5).Wait(TimeSpan.FromMinutes(2));
        var released = script.State();

        released.IsCrisisHold.Should().BeFalse();
        released.Violations.Should().BeEmpty();
        released.FailedRedirections.Should().Be(0);
    }

    [Test]
    public void R5_a_violation_after_the_hold_counts_again_but_fails_no_redirection_from_before()
    {
        var rules = new ConversationTerms { TimeToForgive = TimeSpan.FromDays(1), CalmTurnsToForgive = 100 };
        var script = new LedgerScript().Violation().Crisis().Violation().Calm(5).Wait(_anHour).NewViolation();

        script.State(rules).Should().Match<ConversationState>(state => !state.IsCrisisHold && state.Violations.Count == 2 && state.FailedRedirections == 0);
    }

    [Test]
    public void R5_calm_turns_alone_do_not_release_a_hold() =>
        new LedgerScript().Crisis().Calm(50).State().IsCrisisHold.Should().BeTrue();

    [Test]
    public void R5_time_alone_does_not_release_a_hold()
    {
        new LedgerScript().Crisis().Wait(TimeSpan.FromDays(365)).State().IsCrisisHold.Should().BeTrue();
        new LedgerScript().Crisis().Wait(_anHour).Calm(4).State().IsCrisisHold.Should().BeTrue();
    }

    [Test]
    public void R5_calm_turns_and_time_release_a_hold_in_either_order()
    {
        new LedgerScript().Crisis().Calm(5).Wait(_anHour).State().Should().Match<ConversationState>(state => !state.IsCrisisHold && state.IsClean);
        new LedgerScript().Crisis().Wait(_anHour).Calm(5).State().Should().Match<ConversationState>(state => !state.IsCrisisHold && state.IsClean);
    }

    [Test]
    public void R5_another_signal_starts_the_hold_anew()
    {
        new LedgerScript().Crisis().Calm(4).Wait(_anHour).Crisis().Calm(4).Wait(_anHour).State().IsCrisisHold.Should().BeTrue("the calm turns begin anew");
        new LedgerScript().Crisis().Wait(_anHour).Crisis().Calm(5).State().IsCrisisHold.Should().BeTrue("the time begins anew");
    }

    [Test]
    public void R5_a_violation_in_a_hold_breaks_its_row_of_calm_turns() =>
        new LedgerScript().Crisis().Calm(4).Violation().Calm(4).Wait(_anHour).State().IsCrisisHold.Should().BeTrue();

    [Test]
    public void R5_how_long_a_hold_lasts_is_configurable()
    {
        var rules = new ConversationTerms { CrisisCalmTurns = 1, CrisisTime = TimeSpan.Zero };

        new LedgerScript().Crisis().State(rules).IsCrisisHold.Should().BeTrue();
        new LedgerScript().Crisis().Calm().State(rules).IsCrisisHold.Should().BeFalse();
    }

    [Test]
    public void R5_help_resources_are_known_to_be_delivered_once_per_hold()
    {
        new LedgerScript().Crisis(isDelivered: false).State().AreResourcesDelivered.Should().BeFalse();
        new LedgerScript().Crisis().State().AreResourcesDelivered.Should().BeTrue();
        new LedgerScript().Crisis().Crisis(isDelivered: false).State().AreResourcesDelivered.Should().BeTrue();
        new LedgerScript().Crisis().Calm(5).Wait(_anHour).State().AreResourcesDelivered.Should().BeFalse();
        new LedgerScript().Crisis().Calm(5).Wait(_anHour).Crisis(isDelivered: false).State().AreResourcesDelivered.Should().BeFalse("it is another hold");
    }

    [Test]
    public void R11_an_end_on_record_is_the_phase_whatever_else_is()
    {
        var ending = new ConversationEnding { Reason = EndReason.HostRequest, At = LedgerScript.Start };
        var ledger = new LedgerScript().Violation().Ledger with { HostEnding = ending };

        ConversationState.Fold(ledger, new(), LedgerScript.Start.AddYears(1)).Phase.Should().Be(ConversationPhase.Ended);
        ConversationState.Fold(ConversationLedger.Empty with { HostEnding = ending }, new(), LedgerScript.Start).Should().Match<ConversationState>(state => state.Phase == ConversationPhase.Ended && !state.IsClean);
    }

    [Test]
    public void R2_the_rules_say_how_many_calm_turns_and_how_much_time_forgive()
    {
        var rules = new ConversationTerms { CalmTurnsToForgive = 1, TimeToForgive = TimeSpan.FromMinutes(10) };

        new LedgerScript().Violation().Violation().Calm().State(rules).Violations.Should().HaveCount(1);
        new LedgerScript().Violation().Violation().Wait(TimeSpan.FromMinutes(10)).State(rules).Violations.Should().HaveCount(1);
    }

    [Test]
    public void The_kinds_of_violation_are_counted_together() =>
        new LedgerScript().Violation().Violation(category: HarmCategory.Illicit).NewViolation().State().FailedRedirections.Should().Be(2);

    [Test]
    public void Null_arguments_are_refused()
    {
        FluentActions.Invoking(() => ConversationState.Fold(null!, new(), default)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => ConversationState.Fold(ConversationLedger.Empty, null!, default)).Should().Throw<ArgumentNullException>();
    }
}
