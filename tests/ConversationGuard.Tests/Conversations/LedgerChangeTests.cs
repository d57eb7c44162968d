using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.Tests.Doubles;

namespace ConversationGuard.Tests.Conversations;

public class LedgerChangeTests
{
    private static readonly ConversationLedger _empty = ConversationLedger.Empty with { Salt = "salt", Terms = new ConversationTerms() };

    [Test]
    public void R10_a_change_that_is_applied_twice_adds_nothing_more()
    {
        var before = _empty.With(Entry(1));
        var change = new LedgerChange(before, before.With(Entry(2, parent: 1)).With(Entry(3, parent: 2)).WithDelivered([Turn(1)]));

        var once = change.ApplyTo(before.With(Entry(4, parent: 1)));
        var twice = change.ApplyTo(once);

        once.Entries.Select(entry => entry.Turn).Should().Equal(Turn(1), Turn(2), Turn(3), Turn(4));
        once.Entries[0].IsDelivered.Should().BeTrue();
        twice.Entries.Should().Equal(once.Entries);
    }

    [Test]
    public void R10_what_another_machine_recorded_for_the_same_turn_stands()
    {
        var change = new LedgerChange(_empty.With(Entry(1)), _empty.With(Entry(1)).With(Entry(2, action: GuardAction.Redirect)));

        var merged = change.ApplyTo(_empty.With(Entry(1)).With(Entry(2, action: GuardAction.Warn) with { IsDelivered = true }));

        merged.Entries.Should().HaveCount(2);
        merged.Entries[1].Should().Match<LedgerEntry>(entry => entry.Action == GuardAction.Warn && entry.IsDelivered);
    }

    [Test]
    public void An_end_that_the_host_took_back_elsewhere_does_not_come_back_with_another_change()
    {
        var ended = Entry(1) with { Ending = new ConversationEnding { Reason = EndReason.PersistentAbuse, At = LedgerScript.Start } };
        var before = _empty.With(ended);
        var change = new LedgerChange(before, before.With(ended with { IsDelivered = true }));
        var reinstated = before.With(ended with { Ending = null, IsTakenBack = true }) with { Terms = null };

        var merged = change.ApplyTo(reinstated);

        merged.Ending.Should().BeNull();
        merged.Terms.Should().BeNull();
        merged.Entries.Should().ContainSingle().Which.Should().Match<LedgerEntry>(entry => entry.IsTakenBack && entry.IsDelivered);
    }

    [Test]
    public void R11_an_end_that_is_new_here_is_added_to_a_turn_that_is_known_there()
    {
        var ended = Entry(1, action: GuardAction.End) with { Ending = new ConversationEnding { Reason = EndReason.PersistentAbuse, At = LedgerScript.Start } };
        var change = new LedgerChange(_empty.With(Entry(1)), _empty.With(ended));

        change.ApplyTo(_empty.With(Entry(1))).Ending.Should().Be(ended.Ending);
        change.ApplyTo(_empty with { FirstTurn = Turn(9) }).Ending.Should().Be(ended.Ending, "an end stays, though its turn was removed there");
    }

    [Test]
    public void What_was_removed_here_or_there_is_removed()
    {
        var before = _empty.With(Entry(1)).With(Entry(2, parent: 1)).With(Entry(3, parent: 2));
        var change = new LedgerChange(before, before.Without([Turn(1)]).WithDelivered([Turn(3)]));

        change.ApplyTo(before).Entries.Select(entry => entry.Turn).Should().Equal(Turn(2), Turn(3));
        change.ApplyTo(before.Without([Turn(3)])).Entries.Select(entry => entry.Turn).Should().Equal(Turn(2));
    }

    [Test]
    public void A_turn_stands_after_the_one_that_it_followed_whatever_the_clocks_say()
    {
        var before = _empty.With(Entry(5));
        var change = new LedgerChange(before, before.With(Entry(2, parent: 5)));

        change.ApplyTo(before).Entries.Select(entry => entry.Turn).Should().Equal(Turn(5), Turn(2));
    }

    [Test]
    public void R5_R11_of_a_conversation_that_has_another_identity_there_only_a_crisis_and_an_end_are_added()
    {
        var ended = Entry(4, action: GuardAction.End) with { Ending = new ConversationEnding { Reason = EndReason.UserRequest, At = LedgerScript.Start } };
        var here = _empty.With(Entry(1)).With(Entry(2) with { Kind = TurnKind.Crisis }).With(ended);
        var there = (_empty with { Salt = "pepper" }).With(Entry(7)).With(Entry(8, parent: 7));

        var merged = new LedgerChange(ConversationLedger.Empty, here).ApplyTo(there);

        merged.Entries.Select(entry => entry.Turn).Should().Equal(Turn(7), Turn(8), Turn(2), Turn(4));
        merged.BranchOf([merged.Entries[^1].Turn]).Entries.Should().HaveCount(4, "what was added follows what was there");
        merged.Salt.Should().Be("pepper");
    }

    [Test]
    public void R17_the_more_lenient_terms_hold()
    {
        var before = _empty.With(Entry(1));
        var change = new LedgerChange(before, before.With(Entry(2)) with { Terms = new ConversationTerms { Redirections = 9 } });

        change.ApplyTo(before with { Terms = new ConversationTerms { CalmTurnsToForgive = 1 } }).Terms.Should().Match<ConversationTerms>(terms => terms.Redirections == 9 && terms.CalmTurnsToForgive == 1);
    }

    [Test]
    public void An_end_by_the_host_is_added_and_one_that_was_taken_back_here_is_taken_back()
    {
        var ending = new ConversationEnding { Reason = EndReason.HostRequest, At = LedgerScript.Start };
        var other = ending with { At = LedgerScript.Start.AddDays(1) };

        new LedgerChange(_empty, _empty with { HostEnding = ending }).ApplyTo(_empty).HostEnding.Should().Be(ending);
        new LedgerChange(_empty, _empty with { HostEnding = ending }).ApplyTo(_empty with { HostEnding = other }).HostEnding.Should().Be(other);
        new LedgerChange(_empty with { HostEnding = ending }, _empty).ApplyTo(_empty with { HostEnding = ending }).HostEnding.Should().BeNull();
        new LedgerChange(_empty with { HostEnding = ending }, (_empty with { HostEnding = ending }).With(Entry(1))).ApplyTo(_empty).HostEnding.Should().BeNull();
    }

    [Test]
    public void R10_what_was_forgiven_here_or_there_is_known_as_forgiven()
    {
        var before = _empty.With(Entry(1)).With(Entry(2, parent: 1)) with { Forgotten = [Turn(7)] };
        var change = new LedgerChange(before, before.Forget([Turn(1)]));

        var merged = change.ApplyTo(before.Forget([Turn(2)]));

        merged.Entries.Should().BeEmpty();
        merged.Forgotten.Should().Equal(Turn(7), Turn(2), Turn(1));
        change.ApplyTo(merged).Forgotten.Should().Equal(merged.Forgotten);
    }

    [Test]
    public void R9_R10_a_turn_that_was_recorded_on_both_sides_and_forgiven_there_does_not_come_back()
    {
        var change = new LedgerChange(_empty, _empty.With(Entry(1)).With(Entry(2, parent: 1)));

        var merged = change.ApplyTo(_empty.With(Entry(1)).Forget([Turn(1)]));

        merged.Entries.Select(entry => entry.Turn).Should().Equal(Turn(2));
    }

    [Test]
    public void No_more_forgiven_turns_are_kept_than_documented()
    {
        var many = Enumerable.Range(1, ConversationLedger.MaxForgotten).Select(Turn).ToList();
        var change = new LedgerChange(_empty, _empty with { Forgotten = many });

        var merged = change.ApplyTo(_empty with { Forgotten = [Turn(100), Turn(101)] });

        merged.Forgotten.Should().Equal(many);
    }

    private static TurnId Turn(int number) => new($"turn {number}");

    private static LedgerEntry Entry(int number, int? parent = null, GuardAction action = GuardAction.Continue) => new()
    {
        Turn = Turn(number),
        Kind = TurnKind.Violation,
        At = LedgerScript.Start.AddMinutes(number),
        Parent = parent is { } known ? Turn(known) : null,
        Action = action,
    };
}
