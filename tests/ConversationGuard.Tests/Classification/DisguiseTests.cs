using ConversationGuard.Classification;

namespace ConversationGuard.Tests.Classification;

/// <summary>A disguised word is read as the word; what merely resembles a disguise is left alone.</summary>
[TestFixture]
public sealed class DisguiseTests
{
    [TestCase("you are an idi0t", TestName = "A digit for a letter is read")]
    [TestCase("you are an 1d10t", TestName = "Several digits for letters are read")]
    [TestCase("you are an id!ot", TestName = "An exclamation mark inside a word is read")]
    [TestCase("you are an i-d-i-o-t", TestName = "Letters parted by hyphens are read")]
    [TestCase("you are an i.d.i.o.t", TestName = "Letters parted by dots are read")]
    [TestCase("you are an i d i o t", TestName = "Letters parted by spaces are read")]
    [TestCase("you are an idiiiiiiot", TestName = "A stretched word is read")]
    [TestCase("you are an \u0456d\u0456\u043Et", TestName = "Cyrillic look-alikes are read")]
    [TestCase("you are an i\u200Bd\u200Bi\u200Bo\u200Bt", TestName = "Zero-width spaces are removed")]
    [TestCase("you are an id\u00ADiot", TestName = "Soft hyphens are removed")]
    [TestCase("you are an \u202Eidiot\u202C", TestName = "Direction marks are removed")]
    [TestCase("you are an \uFF49\uFF44\uFF49\uFF4F\uFF54", TestName = "Full-width letters are folded")]
    [TestCase("you are an \U0001D4F2\U0001D4ED\U0001D4F2\U0001D4F8\U0001D4FD", TestName = "Mathematical letters are folded")]
    [TestCase("you are an \u24D8\u24D3\u24D8\u24DE\u24E3", TestName = "Circled letters are folded")]
    [TestCase("you are an \u00EFd\u00EE\u00F6t", TestName = "Accents are folded")]
    [TestCase("you are an i\u0336d\u0336i\u0336o\u0336t\u0336", TestName = "Struck-through letters are read")]
    [TestCase("YOU ARE AN IDIOT", TestName = "Capitals are folded")]
    public void Disguise_changes_little(string text)
    {
        var plain = EmbeddedClassifierTests.Classify("you are an idiot")[HarmCategory.Harassment];

        EmbeddedClassifierTests.Classify(text)[HarmCategory.Harassment].Should().BeApproximately(plain, 0.15);
    }

    [TestCase("I grew up in Scunthorpe, near Penistone")]
    [TestCase("what is the count rate of this detector?")]
    [TestCase("he passed the bar assessment with class")]
    [TestCase("order id A55-4011E5 has not arrived")]
    [TestCase("my ticket number is 8008135")]
    [TestCase("decode dGhpcyBpcyBhIHRlc3Qgc3RyaW5nIHdpdGggYSBjdW50ZXI= please")]
    [TestCase("see https://example.com/analytics/title?sub=shitake&cockpit=1")]
    [TestCase("write to dick.butkus@example.com about the invoice")]
    [TestCase("a b c d e f g, h i j k")]
    [TestCase("the U S A and the U K, e.g. i.e. a.k.a.")]
    [TestCase("x = a*b + c*d; if (x > 3) { return y; }")]
    [TestCase("the Essex cockpit crew ate shiitake in Sussex")]
    [TestCase("3f2504e0-4f89-11d3-9a0c-0305e82c3301")]
    [TestCase("soooo good, thaaaanks!!!")]
    [TestCase("coooool 😀😀😀")]
    public void What_only_resembles_disguise_is_no_violation(string text) =>
        EmbeddedClassifierTests.Violated(text).Should().BeEmpty();
}
