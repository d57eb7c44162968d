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

        var after = ledger.With(Entry("b", "a") with { Kind = TurnKind.Calm });

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
    public void R10_a_branch_is_its_newest_turn_and_what_it_followed()
    {
        var ledger = Ledger("first", "b", "c").With(Entry("instead of b", "first"));

        TurnsOf(ledger.BranchOf([new TurnId("instead of b")])).Should().Equal("first", "instead of b");
        TurnsOf(ledger.BranchOf([new TurnId("b")])).Should().Equal("first", "b");
        TurnsOf(ledger.BranchOf([new TurnId("c")])).Should().Equal("first", "b", "c");
        TurnsOf(ledger).Should().Equal("first", "b", "c", "instead of b");
    }

    [Test]
    public void R11_a_branch_of_which_nothing_is_on_record_is_clean() => Ledger("first", "b").BranchOf([]).IsEmpty.Should().BeTrue();

    [Test]
    public void A_branch_that_is_all_there_is_is_the_very_ledger()
    {
        var ledger = Ledger("first", "b", "c");

        ledger.BranchOf([new TurnId("c")]).Should().BeSameAs(ledger);
    }

    [Test]
    public void A_record_that_goes_round_in_a_circle_is_read_once()
    {
        var ledger = Ledger("a", "b") with { Entries = [Entry("a", "b"), Entry("b", "a")] };

        TurnsOf(ledger.BranchOf([new TurnId("a")])).Should().Equal("a", "b");
    }

    [Test]
    public void R10_a_turn_that_follows_another_one_now_moves_behind_it_and_what_followed_it_stays_where_it_was()
    {
        var ledger = Ledger("first", "again", "c");

        var after = ledger.With(Entry("again", "c"));

        TurnsOf(after).Should().Equal("first", "c", "again");
        TurnsOf(after.BranchOf([new TurnId("again")])).Should().Equal("first", "c", "again");
        TurnsOf(after.BranchOf([new TurnId("c")])).Should().Equal("first", "c");
    }

    [Test]
    public void What_is_left_out_breaks_no_branch()
    {
        var after = Ledger("first", "b", "c", "d").Without([new TurnId("b"), new TurnId("c")]);

        TurnsOf(after.BranchOf([new TurnId("d")])).Should().Equal("first", "d");
    }

    [Test]
    public void R11_of_two_ends_the_first_one_is_told()
    {
        var ledger = Ledger("first").With(Entry("b", "first") with { Ending = _ending }).With(Entry("c", "first") with { Ending = _ending with { At = _ending.At.AddHours(1) } });

        ledger.Ending!.At.Should().Be(_ending.At);
    }

    [Test]
    public void R11_the_turn_that_ended_is_ended_wherever_what_it_rests_on_stands()
    {
        var ledger = Ledger("first", "b").With(Entry("elsewhere", "first")).WithDelivered([new TurnId("elsewhere")])
            .With(Entry("c", "b") with { Ending = _ending with { Evidence = [new TurnId("elsewhere"), new TurnId("c")] } });

        ledger.BranchOf([new TurnId("c")]).Ending.Should().NotBeNull();
        ledger.BranchOf([new TurnId("b")]).Ending.Should().BeNull("what it rests on was edited away");
    }

    [Test]
    public void R11_the_end_by_the_host_stays_on_every_branch()
    {
        var ledger = Ledger("first", "b") with { HostEnding = _ending };

        ledger.BranchOf([new TurnId("first")]).Ending.Should().Be(_ending);
        ledger.BranchOf([]).Ending.Should().Be(_ending);
    }

    [Test]
    public void R11_the_end_stays_when_the_host_dropped_the_turn_that_led_to_it() =>
        Ended("first", "b", "c").BranchOf([new TurnId("b")]).Ending.Should().NotBeNull();

    [Test]
    public void R11_the_end_is_not_on_a_branch_that_lacks_a_turn_it_rests_on()
    {
        var ledger = Ended("first", "b", "c");

        ledger.BranchOf([new TurnId("first")]).Ending.Should().BeNull();
        ledger.Ending.Should().NotBeNull();
    }

    [Test]
    public void R5_an_edit_releases_no_hold()
    {
        var ledger = Ledger("first").With(Entry("b", "first") with { Kind = TurnKind.Crisis });

        TurnsOf(ledger.BranchOf([new TurnId("first")])).Should().Contain("b");
        TurnsOf(ledger.BranchOf([])).Should().Equal("b");
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
        ledger.Invoking(it => it.KeepingOnly(null!)).Should().Throw<ArgumentNullException>();
        ledger.Invoking(it => it.BranchOf(null!)).Should().Throw<ArgumentNullException>();
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

    /// <summary>A ledger of violations one after the other, all answered.</summary>
    private static ConversationLedger Ledger(params string[] turns) => turns
        .Select((turn, i) => Entry(turn, i == 0 ? null : turns[i - 1]) with { IsDelivered = true })
        .Aggregate(ConversationLedger.Empty with { FirstTurn = new TurnId(turns[0]) }, (ledger, entry) => ledger.With(entry));

    /// <summary>The same, the last turn having ended the conversation on the ground of all of them.</summary>
    private static ConversationLedger Ended(params string[] turns)
    {
        var ledger = Ledger(turns);
        return ledger.With(ledger.Entries[^1] with { IsDelivered = false, Ending = _ending with { Evidence = [.. Turns(turns)] } });
    }

    private static ConversationLedger Undelivered(params string[] turns) =>
        turns.Aggregate(ConversationLedger.Empty, (ledger, turn) => ledger.With(Entry(turn)));

    private static LedgerEntry Entry(string turn, string? parent = null) =>
        new() { Turn = new TurnId(turn), Kind = TurnKind.Violation, At = _noon, Parent = parent is null ? null : new TurnId(parent) };

    private static List<TurnId> Turns(params string[] turns) => [.. turns.Select(turn => new TurnId(turn))];

    private static List<string> TurnsOf(ConversationLedger ledger) => [.. ledger.Entries.Select(entry => entry.Turn.Value)];
}
