using ConversationGuard.Classification;
using CsCheck;

namespace ConversationGuard.Tests.Classification;

public class CategoryRulesTests
{
    private static readonly CategoryRules _defaults = new(DefaultCategories.Rules);

    [Test]
    public void R5_a_crisis_signal_comes_first_however_abusive_the_message_is()
    {
        var crisisThreshold = DefaultThresholds.Of(HarmCategory.SelfHarmIntent);

        var turn = _defaults.Assess(Of((HarmCategory.Harassment, 1), (HarmCategory.IllicitViolent, 1), (HarmCategory.SelfHarmIntent, crisisThreshold)));

        turn.Should().Be(new TurnAssessment(TurnKind.Crisis, HarmCategory.SelfHarmIntent, crisisThreshold));
    }

    [TestCase("self-harm/intent")]
    [TestCase("self-harm/instructions")]
    [TestCase("violence/intent")]
    public void R5_intent_to_harm_oneself_or_others_and_a_request_for_ways_to_do_so_are_crisis_signals(string category) =>
        _defaults.Assess(Of((new(category), 0.97), (HarmCategory.IllicitViolent, 0.99))).Kind.Should().Be(TurnKind.Crisis);

    [Test]
    public void R5_an_unsure_classifier_that_sees_a_crisis_is_believed() =>
        _defaults.Assess(Of(isUnsure: true, (HarmCategory.SelfHarmIntent, 0.97))).Kind.Should().Be(TurnKind.Crisis);

    [Test]
    public void R6_an_unsure_classifier_never_adds_a_violation()
    {
        _defaults.Assess(Of(isUnsure: true, (HarmCategory.Harassment, 1))).Should().Be(TurnAssessment.Unclassified);
        _defaults.Assess(MessageClassification.Unsure).Should().Be(TurnAssessment.Unclassified);
    }

    [TestCase(0.0, TurnKind.Calm)]
    [TestCase(0.69, TurnKind.Calm)]
    [TestCase(0.7, TurnKind.Violation)]
    [TestCase(1.0, TurnKind.Violation)]
    public void A_score_counts_from_its_categorys_threshold_on(double score, TurnKind expected)
    {
        var rules = Rules((HarmCategory.Hate, CategoryRole.Abuse, 0.7));

        rules.Assess(Of((HarmCategory.Hate, score))).Kind.Should().Be(expected);
    }

    [Test]
    public void A_threshold_of_1_can_be_reached() =>
        Rules((HarmCategory.Hate, CategoryRole.Abuse, 1)).Assess(Of((HarmCategory.Hate, 1))).Kind.Should().Be(TurnKind.Violation);

    [Test]
    public void Nothing_found_is_calm()
    {
        _defaults.Assess(MessageClassification.Clean).Should().Be(new TurnAssessment(TurnKind.Calm, default, 0));
        Rules().Assess(Of((HarmCategory.Hate, 1))).Kind.Should().Be(TurnKind.Calm);
    }

    [Test]
    public void A_category_without_a_rule_is_ignored()
    {
        var unknown = new HarmCategory("a-classifiers-own");

        _defaults.Assess(Of((unknown, 1))).Kind.Should().Be(TurnKind.Calm);
        _defaults.Assess(Of((default(HarmCategory), 1))).Kind.Should().Be(TurnKind.Calm);
        _defaults[unknown].Role.Should().Be(CategoryRole.Ignored);
    }

    [TestCase("sexual")]
    [TestCase("violence")]
    [TestCase("violence/graphic")]
    [TestCase("self-harm")]
    public void R7_depictions_are_no_violation_by_default(string category) =>
        _defaults.Assess(Of((new(category), 1))).Kind.Should().Be(TurnKind.Calm);

    [Test]
    public void A_category_that_is_set_to_be_ignored_is() =>
        Rules((HarmCategory.Hate, CategoryRole.Ignored, 0.1)).Assess(Of((HarmCategory.Hate, 1))).Kind.Should().Be(TurnKind.Calm);

    [Test]
    public void Of_several_violations_the_one_that_exceeds_its_threshold_most_decides()
    {
        var rules = Rules((HarmCategory.Hate, CategoryRole.Abuse, 0.9), (HarmCategory.Illicit, CategoryRole.SeriousHarm, 0.2));

        rules.Assess(Of((HarmCategory.Hate, 0.92), (HarmCategory.Illicit, 0.8))).Category.Should().Be(HarmCategory.Illicit);
        rules.Assess(Of((HarmCategory.Hate, 0.99), (HarmCategory.Illicit, 0.25))).Category.Should().Be(HarmCategory.Hate);
    }

    [Test]
    public void An_immediate_category_decides_though_it_barely_counts_and_another_is_certain()
    {
        var rules = new CategoryRules(new Dictionary<HarmCategory, CategoryRule>
        {
            [HarmCategory.Harassment] = new(CategoryRole.Abuse, 0.5),
            [HarmCategory.SexualMinors] = new(CategoryRole.SeriousHarm, 0.5, IsImmediate: true),
        });

        rules.Assess(Of((HarmCategory.Harassment, 1), (HarmCategory.SexualMinors, 0.5))).Category.Should().Be(HarmCategory.SexualMinors);
    }

    [Test]
    public void Of_several_crisis_signals_the_strongest_is_named() =>
        _defaults.Assess(Of((HarmCategory.SelfHarmIntent, 0.6), (HarmCategory.ViolenceIntent, 0.9))).Category.Should().Be(HarmCategory.ViolenceIntent);

    [TestCase(0)]
    [TestCase(-0.1)]
    [TestCase(1.01)]
    [TestCase(double.NaN)]
    public void A_threshold_that_is_not_above_0_and_at_most_1_is_refused(double threshold) =>
        FluentActions.Invoking(() => Rules((HarmCategory.Hate, CategoryRole.Abuse, threshold))).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*hate*");

    [Test]
    public void Of_two_rules_for_one_category_the_later_holds_ignoring_case()
    {
        var rules = new CategoryRules(
        [
            new(HarmCategory.Hate, new(CategoryRole.Abuse, 0.5)),
            new(new("HATE"), new(CategoryRole.Ignored, 0.6)),
        ]);

        rules[HarmCategory.Hate].Should().Be(new CategoryRule(CategoryRole.Ignored, 0.6));
    }

    [Test]
    public void Rules_do_not_change_with_the_dictionary_they_were_made_from()
    {
        var source = new Dictionary<HarmCategory, CategoryRule> { [HarmCategory.Hate] = new(CategoryRole.Abuse, 0.5) };
        var rules = new CategoryRules(source);

        source.Clear();

        rules[HarmCategory.Hate].Role.Should().Be(CategoryRole.Abuse);
    }

    [Test]
    public void Every_well_known_category_has_a_rule_with_a_threshold() =>
        DefaultCategories.Rules.Should().HaveCount(HarmCategory.WellKnown.Count).And.OnlyContain(rule => rule.Value.Threshold > 0 && rule.Value.Threshold <= 1);

    [Test]
    public void Null_is_refused()
    {
        FluentActions.Invoking(() => _defaults.Assess(null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new CategoryRules(null!)).Should().Throw<ArgumentNullException>();
    }

    [Test]
    public void R5_R6_whatever_the_scores_crisis_comes_before_uncertainty_and_uncertainty_before_violation()
    {
        var scores = Gen.Select(Gen.OneOf([.. HarmCategory.WellKnown, new HarmCategory("own")]), Gen.Double[0, 1]).Array[0, 8]
            .Select(all => all.DistinctBy(one => one.Item1).ToArray());

        Gen.Select(scores, Gen.Bool).Sample(
            (all, isUnsure) =>
            {
                bool Reached(params CategoryRole[] roles) => all.Any(one => roles.Contains(_defaults[one.Item1].Role) && one.Item2 >= _defaults[one.Item1].Threshold);
                var expected =
                    Reached(CategoryRole.Crisis) ? TurnKind.Crisis :
                    isUnsure ? TurnKind.Unclassified :
                    Reached(CategoryRole.Abuse, CategoryRole.SeriousHarm) ? TurnKind.Violation : TurnKind.Calm;

                _defaults.Assess(Of(isUnsure, all)).Kind.Should().Be(expected);
            },
            iter: 3000);
    }

    private static MessageClassification Of(params (HarmCategory Category, double Score)[] scores) => Of(false, scores);

    private static MessageClassification Of(bool isUnsure, params (HarmCategory Category, double Score)[] scores) =>
        new(scores.Select(one => new CategoryScore(one.Category, one.Score)), isUnsure);

    private static CategoryRules Rules(params (HarmCategory Category, CategoryRole Role, double Threshold)[] rules) =>
        new(rules.Select(rule => KeyValuePair.Create(rule.Category, new CategoryRule(rule.Role, rule.Threshold))));
}
