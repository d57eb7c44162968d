using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.Termination;
using ConversationGuard.Tests.Doubles;

namespace ConversationGuard.Tests.Termination;

public class PolicyTests
{
    private static readonly TurnAssessment _calm = new(TurnKind.Calm, default, 0);
    private static readonly TurnAssessment _insult = new(TurnKind.Violation, HarmCategory.Harassment, 0.97);
    private static readonly TurnAssessment _crisis = new(TurnKind.Crisis, HarmCategory.SelfHarmIntent, 0.97);

    [Test]
    public async Task R2_the_ladder_redirects_twice_then_warns_then_ends()
    {
        var steps = new[]
        {
            new LedgerScript().NewViolation(),
            new LedgerScript().Violation().NewViolation(),
            new LedgerScript().Violation().Violation().NewViolation(),
            new LedgerScript().UpToWarning().NewViolation(),
        };

        var actions = new List<GuardAction>();
        foreach (var step in steps)
        {
            actions.Add((await Escalate(step, _insult)).Action);
        }

        actions.Should().Equal(GuardAction.Redirect, GuardAction.Redirect, GuardAction.Warn, GuardAction.End);
    }

    [Test]
    public async Task Every_step_of_the_ladder_names_its_rules()
    {
        (await Escalate(new LedgerScript().NewViolation(), _insult)).RuleIds.Should().Equal("R3");
        (await Escalate(new LedgerScript().Violation().Violation().NewViolation(), _insult)).RuleIds.Should().Equal("R3", "R4");
        (await Escalate(new LedgerScript().UpToWarning().NewViolation(), _insult)).RuleIds.Should().Equal("R1", "R2");
        (await DecideTogether(new LedgerScript().Crisis(), _crisis)).RuleIds.Should().Equal("R5");
        (await DecideTogether(new LedgerScript().Unclassified(), TurnAssessment.Unclassified)).Should().Match<GuardDecision>(decision => decision.RuleIds.SequenceEqual(new[] { "R6" }) && decision.Limit == GuardAction.Continue);
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(5)]
    public async Task R3_no_warning_before_the_configured_number_of_redirections_failed(int redirections)
    {
        var rules = new ConversationTerms { Redirections = redirections };
        for (var failed = 0; failed <= redirections; failed++)
        {
            var script = new LedgerScript();
            for (var i = 0; i < failed; i++)
            {
                script.Violation();
            }

            (await Escalate(script.NewViolation(), _insult, rules)).Action.Should().Be(failed < redirections ? GuardAction.Redirect : GuardAction.Warn);
        }
    }

    [Test]
    public async Task R8_redirections_that_were_not_delivered_are_repeated_however_often()
    {
        var script = new LedgerScript();
        for (var i = 0; i < 10; i++)
        {
            script.Violation(isDelivered: false);
        }

        (await Escalate(script.NewViolation(), _insult)).Action.Should().Be(GuardAction.Redirect);
    }

    [Test]
    public async Task R2_a_warning_that_was_not_delivered_is_given_again_instead_of_the_end()
    {
        var decision = await Escalate(new LedgerScript().Violation().Violation().Violation(GuardAction.Warn, isDelivered: false).NewViolation(), _insult);

        decision.Action.Should().Be(GuardAction.Warn);
    }

    [Test]
    public async Task R9_a_warning_that_lapsed_is_given_again_instead_of_the_end()
    {
        (await Escalate(new LedgerScript().UpToWarning().Calm(3).NewViolation(), _insult)).Action.Should().Be(GuardAction.Warn);
        (await Escalate(new LedgerScript().UpToWarning().Wait(TimeSpan.FromHours(1)).NewViolation(), _insult)).Action.Should().Be(GuardAction.Warn);
        (await Escalate(new LedgerScript().UpToWarning().Wait(TimeSpan.FromHours(3)).NewViolation(), _insult)).Action.Should().Be(GuardAction.Redirect);
    }

    [Test]
    public async Task R2_a_calm_turn_is_never_answered_with_more_than_continue()
    {
        (await Escalate(new LedgerScript().UpToWarning().Violation(GuardAction.Warn).Calm(), _calm)).Should().BeSameAs(GuardDecision.Continue);
        (await Escalate(new LedgerScript().UpToWarning(), TurnAssessment.Unclassified)).Should().BeSameAs(GuardDecision.Continue);
        (await Escalate(new LedgerScript().UpToWarning(), _crisis)).Should().BeSameAs(GuardDecision.Continue);
    }

    [TestCase("harassment", "persistent_abuse")]
    [TestCase("hate", "persistent_abuse")]
    [TestCase("illicit", "persistent_harm_requests")]
    [TestCase("illicit/violent", "persistent_harm_requests")]
    [TestCase("sexual/minors", "persistent_harm_requests")]
    public async Task R1_the_reason_is_that_of_the_kind_of_turn_that_ends(string category, string reason)
    {
        var decision = await Escalate(new LedgerScript().UpToWarning().NewViolation(), new(TurnKind.Violation, new(category), 0.97));

        decision.Reason.Should().Be(new EndReason(reason));
        decision.RuleIds.Should().Equal("R1", "R2");
    }

    [Test]
    public async Task R5_in_a_hold_the_policies_together_do_nothing_however_abusive_the_user_is()
    {
        foreach (var script in new[] { new LedgerScript(), new LedgerScript().Violation(), new LedgerScript().UpToWarning() })
        {
            var decision = await DecideTogether(script.Crisis().NewViolation(), _insult);

            decision.Action.Should().Be(GuardAction.Continue);
            decision.RuleIds.Should().Contain("R5");
        }
    }

    [Test]
    public async Task R5_the_hold_vetoes_whatever_another_policy_proposes()
    {
        var hold = await new CrisisHoldPolicy().DecideAsync(Context(new LedgerScript().Crisis(), _crisis));

        GuardDecision.Combine([GuardDecision.End(EndReason.HostRequest, "host"), hold]).Action.Should().Be(GuardAction.Continue);
        hold.Limit.Should().Be(GuardAction.Continue);
    }

    [Test]
    public async Task R5_without_a_hold_its_policy_has_nothing_to_say()
    {
        (await new CrisisHoldPolicy().DecideAsync(Context(new LedgerScript().UpToWarning().NewViolation(), _insult))).Should().BeSameAs(GuardDecision.Continue);
        var released = new LedgerScript().Crisis().Calm(5).Wait(TimeSpan.FromHours(1)).NewViolation();
        (await new CrisisHoldPolicy().DecideAsync(Context(released, _insult))).Should().BeSameAs(GuardDecision.Continue);
        (await DecideTogether(released, _insult)).Action.Should().Be(GuardAction.Redirect, "what was said in the hold does not count, what is said after it does");
    }

    [Test]
    public async Task R6_a_turn_that_could_not_be_judged_vetoes_everything()
    {
        var context = Context(new LedgerScript().UpToWarning().Unclassified(), TurnAssessment.Unclassified);
        var unsure = await new UncertaintyPolicy().DecideAsync(context);

        GuardDecision.Combine([GuardDecision.End(EndReason.HostRequest, "host"), unsure]).Action.Should().Be(GuardAction.Continue);
        unsure.RuleIds.Should().Equal("R6");
    }

    [Test]
    public async Task R6_a_turn_that_was_judged_is_left_to_the_other_policies()
    {
        foreach (var turn in new[] { _calm, _insult, _crisis })
        {
            (await new UncertaintyPolicy().DecideAsync(Context(new LedgerScript(), turn))).Should().BeSameAs(GuardDecision.Continue);
        }
    }

    [Test]
    public async Task A_policy_refuses_to_decide_on_nothing()
    {
        foreach (var policy in new ITerminationPolicy[] { new EscalationPolicy(), new CrisisHoldPolicy(), new UncertaintyPolicy() })
        {
            await policy.Awaiting(it => it.DecideAsync(null!).AsTask()).Should().ThrowAsync<ArgumentNullException>();
        }
    }

    private static async Task<GuardDecision> Escalate(LedgerScript script, TurnAssessment turn, ConversationTerms? rules = null) =>
        await new EscalationPolicy().DecideAsync(Context(script, turn, rules));

    private static async Task<GuardDecision> DecideTogether(LedgerScript script, TurnAssessment turn)
    {
        var context = Context(script, turn);
        return GuardDecision.Combine(
        [
            await new EscalationPolicy().DecideAsync(context),
            await new CrisisHoldPolicy().DecideAsync(context),
            await new UncertaintyPolicy().DecideAsync(context),
        ]);
    }

    private static TerminationContext Context(LedgerScript script, TurnAssessment turn, ConversationTerms? rules = null) => new()
    {
        Turn = turn,
        Classification = MessageClassification.Clean,
        State = script.State(rules),
        Terms = rules ?? new(),
        Now = script.Now,
    };
}
