using ConversationGuard.Classification;

namespace ConversationGuard.Tests.Classification;

public class MessageClassificationTests
{
    [Test]
    public void A_category_has_the_score_it_was_given_and_an_absent_one_has_none()
    {
        var classification = new MessageClassification([new(HarmCategory.Hate, 0.4), new(HarmCategory.Illicit, 1)]);

        classification[HarmCategory.Hate].Should().Be(0.4);
        classification[new HarmCategory("ILLICIT")].Should().Be(1);
        classification[HarmCategory.Sexual].Should().Be(0);
        classification[default].Should().Be(0);
        classification.Scores.Should().HaveCount(2);
        classification.IsUnsure.Should().BeFalse();
    }

    [Test]
    public void A_category_cannot_have_two_scores() =>
        FluentActions.Invoking(() => new MessageClassification([new(HarmCategory.Hate, 0.4), new(new("Hate"), 0.5)])).Should().Throw<ArgumentException>().WithMessage("*appears twice*");

    [Test]
    public void Clean_is_sure_and_unsure_is_not()
    {
        MessageClassification.Clean.Scores.Should().BeEmpty();
        MessageClassification.Clean.IsUnsure.Should().BeFalse();
        MessageClassification.Unsure.Scores.Should().BeEmpty();
        MessageClassification.Unsure.IsUnsure.Should().BeTrue();
    }

    [Test]
    public void A_classification_does_not_change_with_the_list_it_was_made_from()
    {
        var scores = new List<CategoryScore> { new(HarmCategory.Hate, 0.4) };
        var classification = new MessageClassification(scores);

        scores.Clear();

        classification[HarmCategory.Hate].Should().Be(0.4);
    }

    [Test]
    public void Null_scores_are_refused() =>
        FluentActions.Invoking(() => new MessageClassification(null!)).Should().Throw<ArgumentNullException>();

    [TestCase(0)]
    [TestCase(0.5)]
    [TestCase(1)]
    public void A_score_is_a_probability(double score) => new CategoryScore(HarmCategory.Hate, score).Score.Should().Be(score);

    [TestCase(-0.0001)]
    [TestCase(1.0001)]
    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    [TestCase(double.NegativeInfinity)]
    public void A_score_that_is_no_probability_is_refused(double score) =>
        FluentActions.Invoking(() => new CategoryScore(HarmCategory.Hate, score)).Should().Throw<ArgumentOutOfRangeException>();
}
