using System.Text;
using ConversationGuard.Cli.Evaluate;

namespace ConversationGuard.Cli.Tests.Evaluate;

public sealed class DisguiseTests
{
    private const string Text = "So, you stupid\u00E9 idiot - is it (really) you?";

    [Test]
    public void Words_of_three_letters_and_more_are_disguised() =>
        Disguise.Words(Text).Select(word => Text[word]).Should().Equal("you", "stupid\u00E9", "idiot", "really", "you");

    [Test]
    public void An_apostrophe_inside_a_word_belongs_to_it() =>
        Disguise.Words("you're 'so' don\u2019t").Select(word => "you're 'so' don\u2019t"[word]).Should().Equal("you're", "don\u2019t");

    [TestCaseSource(nameof(Names))]
    public void A_disguise_is_the_same_every_time_and_another_text(string name)
    {
        var disguised = Apply(name, Text);

        disguised.Should().Be(Apply(name, Text)).And.NotBe(Text);
    }

    [TestCaseSource(nameof(Names))]
    public void What_is_no_chosen_word_stays_as_it_is(string name)
    {
        var disguise = Disguise.All.Single(one => one.Name == name);
        var idiot = Disguise.Words(Text)[2];

        var disguised = disguise.Apply(Text, [idiot]);

        disguised.Should().StartWith(Text[..idiot.Start.Value]).And.EndWith(Text[idiot.End.Value..]).And.NotBe(Text);
        disguise.Apply(Text, []).Should().Be(Text);
    }

    [TestCase("spaces between letters", "So, y o u   s t u p i d \u00E9   i d i o t - is it (r e a l l y) y o u?")]
    [TestCase("mixed case", "So, yOu sTuPiD\u00E9 iDiOt - is it (rEaLlY) yOu?")]
    [TestCase("reversed by direction override", "So, \u202Euoy\u202C \u202E\u00E9diputs\u202C \u202Etoidi\u202C - is it (\u202Eyllaer\u202C) \u202Euoy\u202C?")]
    [TestCase("word broken over lines", "So, y\nou stu\npid\u00E9 id\niot - is it (rea\nlly) y\nou?")]
    [TestCase("one word a line", "So, \nyou\n \nstupid\u00E9\n \nidiot\n - is it (\nreally\n) \nyou\n?")]
    public void A_disguise_without_chance_is_known_to_the_letter(string name, string disguised) => Apply(name, Text).Should().Be(disguised);

    [TestCase("zero-width")]
    [TestCase("direction marks")]
    public void Invisible_characters_leave_the_text_as_it_looks(string name) =>
        string.Concat(Apply(name, Text).Where(c => char.GetUnicodeCategory(c) != System.Globalization.UnicodeCategory.Format)).Should().Be(Text);

    [Test]
    public void Mixed_scripts_are_the_same_letters_to_a_compatibility_decomposition_but_for_look_alikes() =>
        Apply("mixed scripts", "bbb").Normalize(NormalizationForm.FormKC).Should().MatchRegex("^[b\u24D1]+$");

    private static IEnumerable<string> Names => Disguise.All.Select(disguise => disguise.Name);

    private static string Apply(string name, string text) => Disguise.All.Single(disguise => disguise.Name == name).Apply(text, Disguise.Words(text));
}
