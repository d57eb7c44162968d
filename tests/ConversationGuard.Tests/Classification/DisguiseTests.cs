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
    [TestCase("y0u are an idiot", TestName = "A digit in you is read")]
    [TestCase("you are an !diot", TestName = "An exclamation mark before a word is read as its first letter")]
    [TestCase("you are an \u202Etoidi\u202C", TestName = "A word written backwards under a direction override is read as it is seen")]
    [TestCase("you are an id\U0001F642iot", TestName = "A word that a pictograph cuts is read")]
    [TestCase("you are an i\U0001F525d\u2764\uFE0Fi\U0001F525o\U0001F525t", TestName = "Letters parted by pictographs are read")]
    [TestCase("y\U0001F642ou are an idiot", TestName = "You that a pictograph cuts is read")]
    [TestCase("you are an idi\not", TestName = "A word that a line break cuts is read")]
    [TestCase("you are an idi-\r\not", TestName = "A word that a hyphen and a line break cut is read")]
    [TestCase("y\nou are an idiot", TestName = "You that a line break cuts is read")]
    [TestCase("shut it scum\nbag", TestName = "A noun of abuse that a line break cuts into two words is read")]
    [TestCase("y o u   a r e   a n   i d i o t", TestName = "Letters parted by spaces are words where the gaps are wider")]
    [TestCase("y o u  a r e  a n  i d i o t  y o u  a r e  a n  i d i o t", TestName = "Many letters parted by spaces are words where the gaps are wider")]
    [TestCase("y o u a r e a n i d i o t", TestName = "Letters parted by spaces are words where no gap is wider")]
    [TestCase("y o u a r e a n i d i o t y o u a r e a n i d i o t y o u a r e a n i d i o t", TestName = "Many letters parted by spaces are words where no gap is wider")]
    [TestCase("y o u a r e  a n i d i o t", TestName = "Letters parted by spaces are words where a gap is wider after every second word")]
    public void Disguise_changes_little(string text)
    {
        var plain = EmbeddedClassifierTests.Classify("you are an idiot")[HarmCategory.Harassment];

        EmbeddedClassifierTests.Classify(text)[HarmCategory.Harassment].Should().BeApproximately(plain, 0.15);
    }

    [TestCase("you are a stupid useless idiot")]
    [TestCase("go fuck yourself you worthless moron")]
    [TestCase("shut your ugly face you disgusting pig")]
    public void An_insult_stays_one_wherever_a_line_break_cuts_a_word_of_it(string text)
    {
        foreach (var at in Enumerable.Range(1, text.Length - 1).Where(at => char.IsLetter(text[at - 1]) && char.IsLetter(text[at])))
        {
            EmbeddedClassifierTests.Violated(text.Insert(at, "\n")).Should().Contain(HarmCategory.Harassment, text.Insert(at, "|"));
        }
    }

    [Test]
    public void A_gap_that_is_wide_between_all_letters_says_nothing_however_many_there_are()
    {
        var letters = "ithinktheweatherislovelytodaybutyouareanidiot".ToCharArray();

        EmbeddedClassifierTests.Classify(string.Join("  ", letters))[HarmCategory.Harassment]
            .Should().Be(EmbeddedClassifierTests.Classify(string.Join(" ", letters))[HarmCategory.Harassment]).And.BeGreaterThan(0.5);
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
    [TestCase("the count rate, not the co\nunt of errors", TestName = "A line break inside a harmless word")]
    [TestCase("I like bass\nhole in one is golf", TestName = "Two words at a line's end are two words")]
    [TestCase("use\nless water\nmore oil", TestName = "Two words at a line's end that would be another one are two words")]
    [TestCase("it is worth\nless than gold", TestName = "Two words at a line's end that would insult as one are two words")]
    [TestCase("the pen\nis mightier, said the\nrapist's lawyer", TestName = "Two words at a line's end that would be an indecent one are two words")]
    [TestCase("roses are red\nviolets are blue\nsugar is sweet\nand so are you", TestName = "Lines of a poem")]
    [TestCase("happy birthday🎂you❤️all of you🎉", TestName = "Pictographs between words")]
    [TestCase("love❤you so much", TestName = "A pictograph for a space")]
    [TestCase("A\nB\nC\nD\nE\nF\nU\nC\nK is not how the alphabet goes", TestName = "Letters line by line")]
    [TestCase("order 4D19T-77 and A55 and B0815 and 55H1T2 were shipped", TestName = "Identifiers that resemble words")]
    [TestCase("the flight is A55, gate D1, seat 4F", TestName = "A seat and a gate")]
    [TestCase("!important; !function(){}; if (!done) return !ok", TestName = "Exclamation marks in code")]
    [TestCase("!Hola amigo! !Que tal!", TestName = "Exclamation marks before words")]
    [TestCase("call 5318008 or 1-800-555-0199", TestName = "Telephone numbers")]
    [TestCase("\u202Bשלום עולם\u202C and \u202Eabc\u202C", TestName = "Direction marks where they belong")]
    [TestCase("\u202E42 stressed desserts\u202C", TestName = "Words under an override that are others backwards are read as they stand")]
    [TestCase("f  l  o  w  e  r  s and p l a n t s   g r o w", TestName = "Harmless spelled-out words")]
    [TestCase("h i h o w a r e y o u ? d o y o u l i k e s p o r t s ?", TestName = "Harmless words whose letters are parted and whose gaps are no wider")]
    [TestCase("i t h i n k t h e w e a t h e r i s l o v e l y a n d w e s h o u l d a l l g o t o t h e l a k e", TestName = "A long harmless text whose letters are parted")]
    [TestCase("t h e  b a l l  w a s  n e v e r  f u m b l e d", TestName = "A word that is not known, in letters between wider gaps")]
    [TestCase("A T G C A T T A G C A T T A G A C A T G A C A", TestName = "A sequence of bases")]
    [TestCase("play C D E F G A B C and then b a d f a c e", TestName = "Notes")]
    [TestCase("Привет, как дела? это просто хорошо", TestName = "Another alphabet with look-alikes")]
    [TestCase("Γειά σου, τι κάνεις σήμερα;", TestName = "Greek with look-alikes")]
    [TestCase("sha256 d0d0caca5eed1e55badf00d4b17ch0de1337", TestName = "A hash with words in it")]
    [TestCase("https://bit.ly/1d10t-a55?x=fuc%20k+you", TestName = "A link with words in it")]
    public void What_only_resembles_disguise_is_no_violation(string text) =>
        EmbeddedClassifierTests.Violated(text).Should().BeEmpty();
}
