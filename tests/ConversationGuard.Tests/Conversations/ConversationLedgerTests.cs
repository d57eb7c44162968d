using System.Globalization;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.Tests.Doubles;

namespace ConversationGuard.Tests.Conversations;

public class ConversationLedgerTests
{
    private static readonly DateTimeOffset _noon = LedgerScript.Start;
    private static readonly ConversationEnding _ending = new() { Reason = EndReason.PersistentAbuse, At = _noon };

    [Test]
    public void An_empty_ledger_knows_nothing()
    {
        var ledger = ConversationLedger.Empty;

        ledger.IsEmpty.Should().BeTrue();
        ledger.Find(new TurnId("a")).Should().BeNull();
        (ledger with { HostEnding = _ending }).IsEmpty.Should().BeFalse("an end is something to remember");
        ledger.With(Entry("a")).IsEmpty.Should().BeFalse();
    }

    [Test]
    public void With_adds_at_the_end_and_leaves_the_original_as_it_was()
    {
        var before = Ledger("a");

        var after = before.With(Entry("b"));

        TurnsOf(after).Should().Equal("a", "b");
        TurnsOf(before).Should().Equal("a");
    }

    [Test]
    public void R10_with_replaces_the_entry_of_the_same_turn_in_its_place()
    {
        var ledger = Ledger("a", "b", "c");

        var after = ledger.With(Entry("b") with { Kind = TurnKind.Calm });

        TurnsOf(after).Should().Equal("a", "b", "c");
        after.Find(new TurnId("b"))!.Kind.Should().Be(TurnKind.Calm);
    }

    [Test]
    public void R8_with_delivered_marks_the_named_turns_alone()
    {
        var after = Undelivered("a", "b", "c").WithDelivered([new TurnId("a"), new TurnId("c"), new TurnId("unknown")]);

        after.Entries.Select(entry => entry.IsDelivered).Should().Equal(true, false, true);
    }

    [Test]
    public void R8_with_delivered_gives_the_very_ledger_if_there_is_nothing_to_mark()
    {
        var ledger = Undelivered("a", "b").WithDelivered([new TurnId("a")]);

        ledger.WithDelivered([new TurnId("a"), new TurnId("unknown")]).Should().BeSameAs(ledger);
        ledger.WithDelivered([]).Should().BeSameAs(ledger);
    }

    [Test]
    public void Without_leaves_out_the_named_turns_and_keeps_the_rest_and_the_end()
    {
        var after = (Ledger("a", "b", "c") with { HostEnding = _ending }).Without([new TurnId("b"), new TurnId("unknown")]);

        TurnsOf(after).Should().Equal("a", "c");
        after.Ending.Should().Be(_ending);
    }

    [Test]
    public void R10_a_turn_that_was_edited_away_does_not_count_on_the_branch_of_a_whole_history()
    {
        var ledger = Ledger("first", "b", "c");

        var branch = ledger.OnBranch(Turns("first", "b", "edited"), newest: 1);

        TurnsOf(branch).Should().Equal("first", "b");
        TurnsOf(ledger).Should().Equal("first", "b", "c");
    }

    [Test]
    public void R10_the_branch_is_known_by_the_turn_that_stands_in_the_place_of_another()
    {
        var ledger = Ledger("first", "b", "c").With(Entry("edited", place: 1));

        TurnsOf(ledger.OnBranch(Turns("first", "edited", "on", "and on"), newest: 1)).Should().Equal("first", "edited");
        TurnsOf(ledger.OnBranch(Turns("first", "b", "c", "on"), newest: 1)).Should().Equal("first", "b", "c");
    }

    [Test]
    public void R11_a_branch_from_before_the_violations_starts_clean()
    {
        var ledger = Ledger("first", "b", "c").Without([new TurnId("first")]);

        ledger.OnBranch(Turns("first", "another way"), newest: 1).IsEmpty.Should().BeTrue();
    }

    [Test]
    public void R11_the_end_by_the_host_stays_on_every_branch()
    {
        var ledger = Ledger("first", "b") with { HostEnding = _ending };

        ledger.OnBranch(Turns("first", "edited"), newest: 1).Ending.Should().Be(_ending);
    }

    [Test]
    public void R11_the_end_stays_when_the_host_dropped_the_turn_that_led_to_it_and_another_stands_in_its_place()
    {
        var ledger = Ended("first", "b", "c");

        ledger.OnBranch(Turns("first", "b", "instead of c"), newest: 1).Ending.Should().NotBeNull();
    }

    [Test]
    public void R11_the_end_is_not_on_a_branch_that_lacks_a_turn_it_rests_on()
    {
        var ledger = Ended("first", "b", "c");

        ledger.OnBranch(Turns("first", "instead of b"), newest: 1).Ending.Should().BeNull();
        ledger.Ending.Should().NotBeNull();
    }

    [Test]
    public void R10_in_a_trimmed_history_all_recorded_turns_count()
    {
        var ledger = Ledger("first", "b", "c");

        ledger.OnBranch(Turns("b", "new"), newest: 1).Should().BeSameAs(ledger);
        ledger.OnBranch(Turns("c"), newest: 0).Should().BeSameAs(ledger);
    }

    [Test]
    public void R10_a_history_of_which_the_middle_was_trimmed_forgets_nothing()
    {
        var ledger = Ledger("first", "b", "c", "d");

        ledger.OnBranch(Turns("first", "d", "new"), newest: 1).Should().BeSameAs(ledger);
        Ended("first", "b", "c").OnBranch(Turns("first", "x", "y", "z", "new"), newest: 1).Ending.Should().NotBeNull();
    }

    [Test]
    public void R5_an_edit_releases_no_hold()
    {
        var ledger = Ledger("first").With(Entry("b", place: 1) with { Kind = TurnKind.Crisis });

        TurnsOf(ledger.OnBranch(Turns("first", "edited"), newest: 1)).Should().Contain("b");
    }

    [Test]
    public void R10_a_history_without_a_user_turn_proves_nothing()
    {
        var ledger = Ledger("first", "b");

        ledger.OnBranch([], newest: 0).Should().BeSameAs(ledger);
    }

    [Test]
    public void R10_a_ledger_that_does_not_know_its_first_turn_takes_nothing_for_edited_away()
    {
        var ledger = Ledger("a", "b") with { FirstTurn = null };

        ledger.OnBranch(Turns("a", "edited"), newest: 1).Should().BeSameAs(ledger);
    }

    [Test]
    public void A_ledger_keeps_a_bounded_number_of_entries_and_the_newest_of_them()
    {
        var ledger = ConversationLedger.Empty;
        for (var i = 0; i < ConversationLedger.MaxEntries + 10; i++)
        {
            ledger = ledger.With(Entry(i.ToString(CultureInfo.InvariantCulture)));
        }

        ledger.Entries.Should().HaveCount(ConversationLedger.MaxEntries);
        TurnsOf(ledger)[0].Should().Be("10");
        TurnsOf(ledger)[^1].Should().Be((ConversationLedger.MaxEntries + 9).ToString(CultureInfo.InvariantCulture));
    }

    [Test]
    public void Null_arguments_are_refused()
    {
        var ledger = Ledger("a");

        ledger.Invoking(it => it.With(null!)).Should().Throw<ArgumentNullException>();
        ledger.Invoking(it => it.WithDelivered(null!)).Should().Throw<ArgumentNullException>();
        ledger.Invoking(it => it.Without(null!)).Should().Throw<ArgumentNullException>();
        ledger.Invoking(it => it.OnBranch(null!, 0)).Should().Throw<ArgumentNullException>();
    }

    [Test]
    public void R5_the_bound_never_ends_a_crisis_hold_however_abusive_the_user_is()
    {
        var script = new LedgerScript().Crisis();
        for (var i = 0; i < ConversationLedger.MaxEntries + 10; i++)
        {
            script.Violation(GuardAction.Continue, isDelivered: false);
        }

        var state = script.State();

        state.IsCrisisHold.Should().BeTrue();
        state.Violations.Should().BeEmpty();
        script.Ledger.Entries.Should().HaveCount(ConversationLedger.MaxEntries);
    }

    [Test]
    public void R5_the_bound_never_ends_a_crisis_hold_before_its_time()
    {
        var script = new LedgerScript().Crisis().Calm(ConversationLedger.MaxEntries + 10);

        script.State().IsCrisisHold.Should().BeTrue("only minutes have passed");
        script.Wait(TimeSpan.FromHours(1)).State().IsCrisisHold.Should().BeFalse();
    }

    [Test]
    public void R5_the_bound_keeps_the_latest_of_many_crisis_signals_and_what_follows_them()
    {
        var script = new LedgerScript();
        for (var i = 0; i < ConversationLedger.MaxEntries + 10; i++)
        {
            script.Crisis();
        }

        script.Calm(5);

        script.State().IsCrisisHold.Should().BeTrue();
        script.State().CalmTurns.Should().Be(5);
        script.Wait(TimeSpan.FromHours(1)).State().IsCrisisHold.Should().BeFalse();
        script.Ledger.Entries.Should().HaveCount(ConversationLedger.MaxEntries);
    }

    /// <summary>A ledger of violations at one place after the other, all answered.</summary>
    private static ConversationLedger Ledger(params string[] turns) => turns
        .Select((turn, place) => Entry(turn, place) with { IsDelivered = true })
        .Aggregate(ConversationLedger.Empty with { FirstTurn = new TurnId(turns[0]) }, (ledger, entry) => ledger.With(entry));

    /// <summary>The same, the last turn having ended the conversation on the ground of all of them.</summary>
    private static ConversationLedger Ended(params string[] turns)
    {
        var ledger = Ledger(turns);
        return ledger.With(ledger.Entries[^1] with { IsDelivered = false, Ending = _ending with { Evidence = [.. Turns(turns)] } });
    }

    private static ConversationLedger Undelivered(params string[] turns) =>
        turns.Aggregate(ConversationLedger.Empty, (ledger, turn) => ledger.With(Entry(turn)));

    private static LedgerEntry Entry(string turn, int place = 0) => new() { Turn = new TurnId(turn), Kind = TurnKind.Violation, At = _noon, Place = place };

    private static List<TurnId> Turns(params string[] turns) => [.. turns.Select(turn => new TurnId(turn))];

    private static List<string> TurnsOf(ConversationLedger ledger) => [.. ledger.Entries.Select(entry => entry.Turn.Value)];
}
