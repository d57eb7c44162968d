using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.Termination;
using CsCheck;

namespace ConversationGuard.Tests.Termination;

public class GuardDecisionTests
{
    private static readonly Gen<HarmCategory> _categories = Gen.OneOf(default, HarmCategory.Harassment, HarmCategory.Hate, HarmCategory.Illicit);

    private static readonly Gen<string[]> _ruleIds = Gen.OneOf("R1", "R2", "R5", "R6", "R10", "host").Array[0, 3];

    private static readonly Gen<GuardDecision> _decisions = Gen.Select(
        Gen.Int[0, 4],
        Gen.Enum<GuardAction>(),
        Gen.OneOf(EndReason.PersistentAbuse, EndReason.PersistentHarmRequests, EndReason.ModelRequest),
        _categories,
        _ruleIds,
        (kind, limit, reason, category, ruleIds) => kind switch
        {
            0 => GuardDecision.Continue,
            1 => GuardDecision.Redirect(ruleIds) with { Category = category },
            2 => GuardDecision.Warn(ruleIds) with { Category = category },
            3 => GuardDecision.End(reason, ruleIds) with { Category = category },
            _ => GuardDecision.Veto(limit, ruleIds),
        });

    [Test]
    public void At_a_tie_the_smaller_reason_and_then_the_smaller_category_holds_whoever_speaks_first()
    {
        var abuse = GuardDecision.End(EndReason.PersistentAbuse) with { Category = HarmCategory.Illicit };
        var harm = GuardDecision.End(EndReason.PersistentHarmRequests) with { Category = HarmCategory.Harassment };
        var hate = GuardDecision.Redirect() with { Category = HarmCategory.Hate };
        var illicit = GuardDecision.Redirect() with { Category = HarmCategory.Illicit };

        foreach (var combined in new[] { GuardDecision.Combine([abuse, harm]), GuardDecision.Combine([harm, abuse]) })
        {
            (combined.Reason, combined.Category).Should().Be((EndReason.PersistentAbuse, HarmCategory.Illicit));
        }

        foreach (var combined in new[] { GuardDecision.Combine([hate, illicit]), GuardDecision.Combine([illicit, hate]) })
        {
            combined.Category.Should().Be(HarmCategory.Hate);
        }
    }

    [Test]
    public void Rule_ids_come_in_the_order_of_their_numbers() =>
        GuardDecision.Combine([GuardDecision.Warn("R10", "R4", "R3"), GuardDecision.Warn("R9")]).RuleIds.Should().Equal("R3", "R4", "R9", "R10");

    [Test]
    public void Only_an_end_has_a_reason()
    {
        var limited = GuardDecision.Combine([GuardDecision.End(EndReason.PersistentAbuse, "R2"), GuardDecision.Veto(GuardAction.Warn, "HOUSE-1"), GuardDecision.Redirect("R3")]);

        (limited.Action, limited.Reason).Should().Be((GuardAction.Warn, null));
        limited.RuleIds.Should().Equal("R2", "HOUSE-1");
    }

    [Test]
    public void Null_is_refused()
    {
        var combine = () => GuardDecision.Combine(null!);

        combine.Should().Throw<ArgumentNullException>().WithParameterName("decisions");
    }

    [Test]
    public void The_most_severe_decision_holds()
    {
        GuardDecision.Combine([GuardDecision.Continue, GuardDecision.Redirect("R3"), GuardDecision.Continue]).Action.Should().Be(GuardAction.Redirect);
        GuardDecision.Combine([GuardDecision.Warn("R3"), GuardDecision.Redirect("R3")]).Action.Should().Be(GuardAction.Warn);

        var end = GuardDecision.Combine([GuardDecision.Redirect("R3"), GuardDecision.End(EndReason.PersistentAbuse, "R2", "R1"), GuardDecision.Warn("R4")]);

        end.Action.Should().Be(GuardAction.End);
        end.Reason.Should().Be(EndReason.PersistentAbuse);
        end.RuleIds.Should().Equal("R1", "R2");
    }

    [Test]
    public void R5_a_veto_wins_over_everything()
    {
        var decision = GuardDecision.Combine([GuardDecision.End(EndReason.PersistentAbuse, "R2"), GuardDecision.Veto(GuardAction.Continue, "R5"), GuardDecision.Warn("R3")]);

        decision.Action.Should().Be(GuardAction.Continue);
        decision.Reason.Should().BeNull();
        decision.RuleIds.Should().Contain("R5");
    }

    [Test]
    public void A_veto_of_the_end_lets_a_milder_action_pass()
    {
        var decision = GuardDecision.Combine([GuardDecision.End(EndReason.PersistentAbuse, "R2"), GuardDecision.Veto(GuardAction.Warn, "host")]);

        decision.Action.Should().Be(GuardAction.Warn);
        decision.Reason.Should().BeNull();
    }

    [Test]
    public void The_strictest_of_several_vetoes_holds() =>
        GuardDecision.Combine([GuardDecision.Veto(GuardAction.Warn, "host"), GuardDecision.End(EndReason.PersistentAbuse, "R2"), GuardDecision.Veto(GuardAction.Redirect, "host")])
            .Action.Should().Be(GuardAction.Redirect);

    [Test]
    public void A_veto_of_nothing_in_particular_raises_nothing() =>
        GuardDecision.Combine([GuardDecision.Veto(GuardAction.Warn, "host")]).Action.Should().Be(GuardAction.Continue);

    [Test]
    public void Nothing_to_say_is_to_continue()
    {
        GuardDecision.Combine([]).Should().BeSameAs(GuardDecision.Continue);
        GuardDecision.Combine([GuardDecision.Continue, GuardDecision.Continue]).Should().BeSameAs(GuardDecision.Continue);
        FluentActions.Invoking(() => GuardDecision.Combine(null!)).Should().Throw<ArgumentNullException>();
    }

    [Test]
    public void The_category_is_that_of_the_decision_that_holds() =>
        GuardDecision.Combine([GuardDecision.Redirect("R3") with { Category = HarmCategory.Hate }, GuardDecision.Warn("R3") with { Category = HarmCategory.Illicit }])
            .Category.Should().Be(HarmCategory.Illicit);

    [Test]
    public void A_decision_does_not_change_with_the_array_it_was_made_from()
    {
        string[] ruleIds = ["R3"];
        var decision = GuardDecision.Redirect(ruleIds);

        ruleIds[0] = "changed";

        decision.RuleIds.Should().Equal("R3");
    }

    [Test]
    public void Decisions_that_can_be_read_once_only_are_combined_too()
    {
        var once = new Queue<GuardDecision>([GuardDecision.Redirect("R3"), GuardDecision.Veto(GuardAction.Continue, "R6")]);
        IEnumerable<GuardDecision> Read()
        {
            while (once.TryDequeue(out var decision))
            {
                yield return decision;
            }
        }

        GuardDecision.Combine(Read()).RuleIds.Should().Equal("R3", "R6");
    }

    [Test]
    public void The_order_of_the_policies_does_not_matter() =>
        _decisions.Array[0, 6].SelectMany(all => Gen.Shuffle(all.ToArray(), all.Length).Select(shuffled => (all, shuffled))).Sample(
            pair => Summary(GuardDecision.Combine(pair.shuffled)).Should().Be(Summary(GuardDecision.Combine(pair.all))),
            iter: 3000);

    [Test]
    public void The_action_is_the_most_severe_proposal_within_the_strictest_limit() =>
        _decisions.Array[0, 6].Sample(
            all =>
            {
                var (proposal, limit) = (all.Select(one => one.Action).DefaultIfEmpty().Max(), all.Select(one => one.Limit).DefaultIfEmpty(GuardAction.End).Min());
                var combined = GuardDecision.Combine(all);

                combined.Action.Should().Be(proposal < limit ? proposal : limit);
                combined.Reason.HasValue.Should().Be(combined.Action == GuardAction.End);
                combined.RuleIds.Should().BeSubsetOf(all.SelectMany(one => one.RuleIds)).And.OnlyHaveUniqueItems();
            },
            iter: 3000);

    private static string Summary(GuardDecision decision) =>
        $"{decision.Action} up to {decision.Limit}, {decision.Category}, {decision.Reason}: {string.Join(' ', decision.RuleIds)}";
}
