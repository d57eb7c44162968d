using ConversationGuard.Classification;

namespace ConversationGuard.Tests.Classification;

public class HarmCategoryTests
{
    [Test]
    public void Names_are_compared_ignoring_case()
    {
        var one = new HarmCategory("self-harm/intent");
        var other = new HarmCategory("Self-Harm/Intent");

        (one == other).Should().BeTrue();
        (one != other).Should().BeFalse();
        one.Equals((object)other).Should().BeTrue();
        one.GetHashCode().Should().Be(other.GetHashCode());
        (one == HarmCategory.SelfHarmIntent).Should().BeTrue();
        (one == HarmCategory.SelfHarm).Should().BeFalse();
        one.Equals("self-harm/intent").Should().BeFalse();
    }

    [Test]
    public void The_default_is_no_category_and_still_can_be_compared()
    {
        var none = default(HarmCategory);

        none.Value.Should().BeEmpty();
        none.ToString().Should().BeEmpty();
        (none == HarmCategory.Hate).Should().BeFalse();
        none.GetHashCode().Should().Be(default(HarmCategory).GetHashCode());
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("  ")]
    public void A_category_needs_a_name(string? name) => FluentActions.Invoking(() => new HarmCategory(name!)).Should().Throw<ArgumentException>();

    [Test]
    public void The_well_known_categories_are_the_names_of_the_field()
    {
        HarmCategory.WellKnown.Select(category => category.ToString()).Should().BeEquivalentTo(
            "harassment", "harassment/threatening", "hate", "hate/threatening", "sexual", "sexual/minors", "violence", "violence/graphic", "violence/intent",
            "illicit", "illicit/violent", "self-harm", "self-harm/intent", "self-harm/instructions");
    }
}
