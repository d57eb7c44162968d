using System.Text.Json;
using ConversationGuard.Classification;
using ConversationGuard.Cli.Evaluate;

namespace ConversationGuard.Cli.Tests.Evaluate;

public sealed class LabelledLineTests
{
    [TestCase("0", false)]
    [TestCase("1", true)]
    [TestCase("1.0", true)]
    [TestCase("false", false)]
    [TestCase("true", true)]
    public void A_plain_label_is_read(string label, bool expected) => Parse($$"""{"text":"a","label":{{label}}}""").Plain.Should().Be(expected);

    [Test]
    public void A_list_of_labels_tells_of_every_category()
    {
        var labels = Parse("""{"text":"a","labels":["Harassment","hate"]}""").Labels;

        labels.Keys.Should().BeEquivalentTo(HarmCategory.WellKnown);
        labels.Where(label => label.Value).Select(label => label.Key).Should().BeEquivalentTo([HarmCategory.Harassment, HarmCategory.Hate]);
    }

    [Test]
    public void A_list_that_names_a_part_says_nothing_of_the_whole()
    {
        var labels = Parse("""{"text":"a","labels":["harassment/threatening","illicit","illicit/violent"]}""").Labels;

        labels.Should().NotContainKey(HarmCategory.Harassment);
        labels[HarmCategory.Illicit].Should().BeTrue();
        labels[HarmCategory.Violence].Should().BeFalse();
    }

    [Test]
    public void Labels_by_name_tell_of_these_categories_alone() =>
        Parse("""{"text":"a","labels":{"harassment":1,"hate":false,"sexual":null}}""").Labels.Should().Equal(
            new Dictionary<HarmCategory, bool> { [HarmCategory.Harassment] = true, [HarmCategory.Hate] = false });

    [TestCase("""{"label":1}""", "no \"text\"")]
    [TestCase("""{"text":"secret"}""", "no \"label\" and no \"labels\"")]
    [TestCase("""{"text":"secret","label":2}""", "\"label\" is neither 0 nor 1")]
    [TestCase("""{"text":"secret","label":"1"}""", "\"label\" is neither 0 nor 1")]
    [TestCase("""{"text":"secret","labels":"harassment"}""", "\"labels\" is neither a list nor an object")]
    [TestCase("""{"text":"secret","labels":["rudeness"]}""", "an unknown category among the labels")]
    [TestCase("""{"text":"secret","labels":{"harassment":0.5}}""", "a label is neither 0 nor 1")]
    [TestCase("""{"text":"secret","labels":[1]}""", "a label is not a text")]
    public void What_is_no_label_is_told_without_the_text(string line, string problem) =>
        FluentActions.Invoking(() => Parse(line)).Should().Throw<FormatException>().WithMessage(problem);

    private static LabelledLine Parse(string line) => LabelledLine.Parse(JsonDocument.Parse(line).RootElement, 1);
}
