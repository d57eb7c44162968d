using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Termination;
using ConversationGuard.Tests.Doubles;
using CsCheck;

namespace ConversationGuard.Tests.Conversations;

public class ConversationTermsTests
{
    private const int Samples = 1000;

    private static readonly HarmCategory[] _categories = [HarmCategory.Harassment, HarmCategory.Hate, HarmCategory.Illicit, HarmCategory.SelfHarmIntent];

    private static readonly Gen<CategoryRule> _rule =
        Gen.Select(Gen.Enum<CategoryRole>(), Gen.Int[1, 10], Gen.Bool, (role, threshold, immediate) => new CategoryRule(role, threshold / 10.0, immediate));

    /// <summary>Rules for some of the categories: those that are left out are ignored.</summary>
    private static readonly Gen<CategoryRules> _rules =
        Gen.Select(_rule.Array[_categories.Length], Gen.Int[0, _categories.Length], (rules, count) =>
            new CategoryRules(_categories.Zip(rules, (category, rule) => new KeyValuePair<HarmCategory, CategoryRule>(category, rule)).Take(count)));

    private static readonly Gen<ConversationTerms> _terms =
        Gen.Select(_rules, Gen.Int[1, 4], Gen.Int[1, 4], Gen.Int[5, 90], Gen.Int[1, 6], Gen.Int[0, 90], Gen.Enum<GuardAction>(), (rules, redirections, calm, forgive, crisisCalm, crisis, most) => new ConversationTerms
        {
            Categories = rules,
            Redirections = redirections,
            CalmTurnsToForgive = calm,
            TimeToForgive = TimeSpan.FromMinutes(forgive),
            CrisisCalmTurns = crisisCalm,
            CrisisTime = TimeSpan.FromMinutes(crisis),
            MostSevereAction = most,
        });

    private static readonly Gen<MessageClassification> _message =
        Gen.Select(Gen.Int[0, 10].Array[_categories.Length], Gen.Frequency((9, Gen.Const(false)), (1, Gen.Const(true))), (scores, unsure) =>
            new MessageClassification(_categories.Zip(scores, (category, score) => new CategoryScore(category, score / 10.0)), unsure));

    [Test]
    public void R17_every_point_is_the_more_lenient_one()
    {
        var one = new ConversationTerms { Redirections = 1, CalmTurnsToForgive = 1, TimeToForgive = TimeSpan.FromHours(9), CrisisCalmTurns = 1, CrisisTime = TimeSpan.FromHours(9), MostSevereAction = GuardAction.End };
        var other = new ConversationTerms { Redirections = 9, CalmTurnsToForgive = 9, TimeToForgive = TimeSpan.FromHours(1), CrisisCalmTurns = 9, CrisisTime = TimeSpan.FromHours(1), MostSevereAction = GuardAction.Warn };

        foreach (var lenient in new[] { one.MoreLenient(other), other.MoreLenient(one) })
        {
            lenient.Should().BeEquivalentTo(new
            {
                Redirections = 9,
                CalmTurnsToForgive = 1,
                TimeToForgive = TimeSpan.FromHours(1),
                CrisisCalmTurns = 9,
                CrisisTime = TimeSpan.FromHours(9),
                MostSevereAction = GuardAction.Warn,
            });
        }
    }

    [Test]
    public void Terms_that_are_nowhere_more_lenient_change_nothing_whichever_store_they_came_from()
    {
        var terms = new ConversationTerms();
        var stored = terms with { Categories = new CategoryRules(terms.Categories.Categories.Select(category => KeyValuePair.Create(category, terms.Categories[category]))) };

        stored.MoreLenient(terms).Should().BeSameAs(stored);
        stored.MoreLenient(terms with { Redirections = 1, CalmTurnsToForgive = 9 }).Should().BeSameAs(stored);
        stored.MoreLenient(terms with { Redirections = 3 }).Should().NotBeSameAs(stored);
    }

    [TestCase(CategoryRole.Abuse, 0.5, CategoryRole.Abuse, 0.8, CategoryRole.Abuse, 0.8, TestName = "R17 of two thresholds the higher one")]
    [TestCase(CategoryRole.Ignored, 0.9, CategoryRole.Abuse, 0.5, CategoryRole.Ignored, null, TestName = "R17 what one ignores is ignored")]
    [TestCase(CategoryRole.Ignored, 0.9, CategoryRole.SeriousHarm, 0.5, CategoryRole.Ignored, null, TestName = "R17 what one leaves to refusal is ignored")]
    [TestCase(CategoryRole.Crisis, 0.5, CategoryRole.Abuse, 0.9, CategoryRole.Crisis, 0.5, TestName = "R5 a crisis signal for one is one, since a hold protects")]
    [TestCase(CategoryRole.Crisis, 0.5, CategoryRole.Ignored, 0.9, CategoryRole.Crisis, 0.5, TestName = "R5 a crisis signal stays one though the other ignores it")]
    [TestCase(CategoryRole.Crisis, 0.5, CategoryRole.Crisis, 0.3, CategoryRole.Crisis, 0.3, TestName = "R5 of two crisis thresholds the lower one")]
    public void R17_of_two_rules_the_more_lenient_one(CategoryRole role, double threshold, CategoryRole otherRole, double otherThreshold, CategoryRole expected, double? expectedThreshold)
    {
        var (one, other) = (new CategoryRule(role, threshold), new CategoryRule(otherRole, otherThreshold));

        foreach (var lenient in new[] { one.MoreLenient(other), other.MoreLenient(one) })
        {
            lenient.Role.Should().Be(expected);
            lenient.Threshold.Should().Be(expectedThreshold ?? lenient.Threshold);
        }
    }

    [TestCase(false, false, false)]
    [TestCase(true, false, false)]
    [TestCase(false, true, false)]
    [TestCase(true, true, true)]
    public void R17_a_category_ends_at_once_only_if_it_does_under_both(bool one, bool other, bool expected) =>
        new CategoryRule(CategoryRole.Abuse, 0.5, one).MoreLenient(new CategoryRule(CategoryRole.SeriousHarm, 0.5, other)).IsImmediate.Should().Be(expected);

    [Test]
    public void R17_a_category_that_only_one_of_them_names_stays_ignored()
    {
        var spam = new HarmCategory("spam");
        var harsh = new ConversationTerms { Categories = new CategoryRules([new(spam, new CategoryRule(CategoryRole.Abuse, 0.5))]) };

        harsh.MoreLenient(new ConversationTerms()).Categories[spam].Role.Should().Be(CategoryRole.Ignored);
        new ConversationTerms().MoreLenient(harsh).Categories[spam].Role.Should().Be(CategoryRole.Ignored);
        harsh.MoreLenient(new ConversationTerms()).Categories[HarmCategory.Harassment].Role.Should().Be(CategoryRole.Ignored);
    }

    [Test]
    public void The_same_terms_are_given_back_as_they_are()
    {
        var terms = new ConversationTerms();

        terms.MoreLenient(terms).Should().BeSameAs(terms);
        terms.Invoking(it => it.MoreLenient(null!)).Should().Throw<ArgumentNullException>();
        CategoryRules.Default.Invoking(it => it.MoreLenient(null!)).Should().Throw<ArgumentNullException>();
    }

    [Test]
    public void R17_the_order_of_the_two_does_not_matter_for_strictness() =>
        Gen.Select(_terms, _terms).Sample((one, other) => Strictness(one.MoreLenient(other)).Should().Be(Strictness(other.MoreLenient(one))), iter: Samples);

    [Test]
    public void R17_more_of_the_same_changes_nothing() =>
        Gen.Select(_terms, _terms).Sample(
            (one, other) =>
            {
                var lenient = one.MoreLenient(other);
                foreach (var again in new[] { lenient.MoreLenient(other), lenient.MoreLenient(one), lenient.MoreLenient(lenient with { }), one.MoreLenient(lenient) })
                {
                    Strictness(again).Should().Be(Strictness(lenient));
                }
            },
            iter: Samples);

    [Test]
    public void R17_the_order_of_many_changes_does_not_matter() =>
        Gen.Select(_terms, _terms, _terms).Sample(
            (a, b, c) => Strictness(a.MoreLenient(b).MoreLenient(c)).Should().Be(Strictness(a.MoreLenient(b.MoreLenient(c)))), iter: Samples);

    [Test]
    public void R17_no_message_is_held_to_be_worse_than_under_either() =>
        Gen.Select(_rules, _rules, _message).Sample(
            (one, other, message) =>
            {
                var lenient = one.MoreLenient(other);
                var (turn, byOne, byOther) = (lenient.Assess(message), one.Assess(message), other.Assess(message));

                if (turn.Kind == TurnKind.Violation)
                {
                    // Nor would one of them have held it to be less: neither calm, nor a crisis.
                    (byOne.Kind, byOther.Kind).Should().Be((TurnKind.Violation, TurnKind.Violation));
                    lenient[turn.Category].IsImmediate.Should().Be(lenient[turn.Category].IsImmediate && one[byOne.Category].IsImmediate && other[byOther.Category].IsImmediate);
                }

                if (byOne.Kind == TurnKind.Crisis || byOther.Kind == TurnKind.Crisis)
                {
                    turn.Kind.Should().Be(TurnKind.Crisis, "a hold protects");
                }
            },
            iter: Samples * 5);

    [Test]
    public async Task R17_no_conversation_goes_further_than_under_either()
    {
        var policy = new EscalationPolicy();
        var patience = _terms.Select(terms => terms with { Categories = CategoryRules.Default });
        await Gen.Select(patience, patience, Steps()).SampleAsync(
            async (one, other, steps) =>
            {
                var lenient = await ActionAsync(policy, one.MoreLenient(other), steps);

                lenient.Should().BeOneOf(UpTo(await ActionAsync(policy, one, steps)));
                lenient.Should().BeOneOf(UpTo(await ActionAsync(policy, other, steps)));
            },
            iter: Samples * 3);
    }

    private static GuardAction[] UpTo(GuardAction action) => [.. Enum.GetValues<GuardAction>().Where(one => one <= action)];

    private static async Task<GuardAction> ActionAsync(EscalationPolicy policy, ConversationTerms terms, LedgerScript steps)
    {
        var decision = await policy.DecideAsync(new TerminationContext
        {
            Turn = new(TurnKind.Violation, HarmCategory.Harassment, 0.97),
            Classification = MessageClassification.Clean,
            State = ConversationState.Fold(steps.Ledger, terms, steps.Now),
            Terms = terms,
            Now = steps.Now,
        });
        return decision.Action;
    }

    /// <summary>Some turns, some time between them, and the violation that is decided about.</summary>
    private static Gen<LedgerScript> Steps() => Gen.Select(Gen.Int[0, 9], Gen.Int[0, 45]).Array[0, 12].Select(steps =>
    {
        var script = new LedgerScript();
        foreach (var (kind, minutes) in steps)
        {
            script.Wait(TimeSpan.FromMinutes(minutes));
            _ = kind switch
            {
                < 4 => script.Violation(),
                < 6 => script.Violation(GuardAction.Warn),
                6 => script.Violation(isDelivered: false),
                7 => script.Crisis(),
                _ => script.Calm(kind - 7),
            };
        }

        return script.NewViolation();
    });

    /// <summary>All that decides about someone, in a form that compares. Which kind of violation a category is, and the threshold of what is ignored, is no strictness.</summary>
    private static string Strictness(ConversationTerms terms) => string.Join(
        "; ",
        _categories.Select(category => terms.Categories[category]).Select(rule => rule.Role switch
        {
            CategoryRole.Ignored => "ignored",
            CategoryRole.Crisis => FormattableString.Invariant($"crisis {rule.Threshold}"),
            _ => FormattableString.Invariant($"violation {rule.Threshold} {rule.IsImmediate}"),
        }).Append($"{terms with { Categories = CategoryRules.Default }}"));
}
