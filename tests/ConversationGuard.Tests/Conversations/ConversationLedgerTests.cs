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
        (ledger with { Ending = _ending }).IsEmpty.Should().BeFalse("an end is something to remember");
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
        var after = Ledger("a", "b", "c").WithDelivered([new TurnId("a"), new TurnId("c"), new TurnId("unknown")]);

        after.Entries.Select(entry => entry.IsDelivered).Should().Equal(true, false, true);
    }

    [Test]
    public void R8_with_delivered_gives_the_very_ledger_if_there_is_nothing_to_mark()
    {
        var ledger = Ledger("a", "b").WithDelivered([new TurnId("a")]);

        ledger.WithDelivered([new TurnId("a"), new TurnId("unknown")]).Should().BeSameAs(ledger);
        ledger.WithDelivered([]).Should().BeSameAs(ledger);
    }

    [Test]
    public void Without_leaves_out_the_named_turns_and_keeps_the_rest_and_the_end()
    {
        var after = (Ledger("a", "b", "c") with { Ending = _ending }).Without([new TurnId("b"), new TurnId("unknown")]);

        TurnsOf(after).Should().Equal("a", "c");
        after.Ending.Should().Be(_ending);
    }

    [Test]
    public void R10_a_turn_that_was_edited_away_does_not_count_on_the_branch_of_a_whole_history()
    {
        var ledger = Ledger("first", "b", "c");

        var branch = ledger.OnBranch([new TurnId("first"), new TurnId("b"), new TurnId("edited")]);

        TurnsOf(branch).Should().Equal("first", "b");
        TurnsOf(ledger).Should().Equal("first", "b", "c");
    }

    [Test]
    public void R11_a_branch_from_before_the_violations_starts_clean()
    {
        var ledger = Ledger("b", "c") with { FirstTurn = new TurnId("first") };

        ledger.OnBranch([new TurnId("first"), new TurnId("another way")]).IsEmpty.Should().BeTrue();
    }

    [Test]
    public void R11_the_end_stays_on_every_branch()
    {
        var ledger = Ledger("first", "b") with { Ending = _ending };

        ledger.OnBranch([new TurnId("first")]).Ending.Should().Be(_ending);
    }

    [Test]
    public void R10_in_a_trimmed_history_all_recorded_turns_count()
    {
        var ledger = Ledger("first", "b", "c");

        ledger.OnBranch([new TurnId("b"), new TurnId("new")]).Should().BeSameAs(ledger);
        ledger.OnBranch([new TurnId("c")]).Should().BeSameAs(ledger);
    }

    [Test]
    public void R10_a_history_without_a_user_turn_proves_nothing()
    {
        var ledger = Ledger("first", "b");

        ledger.OnBranch([]).Should().BeSameAs(ledger);
    }

    [Test]
    public void R10_a_ledger_that_does_not_know_its_first_turn_takes_nothing_for_edited_away()
    {
        var ledger = Ledger("a", "b") with { FirstTurn = null };

        ledger.OnBranch([new TurnId("a")]).Should().BeSameAs(ledger);
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
        ledger.Invoking(it => it.OnBranch(null!)).Should().Throw<ArgumentNullException>();
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

    private static ConversationLedger Ledger(params string[] turns) =>
        turns.Aggregate(ConversationLedger.Empty with { FirstTurn = new TurnId(turns[0]) }, (ledger, turn) => ledger.With(Entry(turn)));

    private static LedgerEntry Entry(string turn) => new() { Turn = new TurnId(turn), Kind = TurnKind.Violation, At = _noon };

    private static List<string> TurnsOf(ConversationLedger ledger) => [.. ledger.Entries.Select(entry => entry.Turn.Value)];
}
