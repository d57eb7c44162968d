using ConversationGuard.DeEscalation;

namespace ConversationGuard.Tests.DeEscalation;

public class HelpRequestTests
{
    [TestCase("Is there a helpline?")]
    [TestCase("what was the NUMBER again")]
    [TestCase("Who can I call right now?")]
    [TestCase("ok. where can i get help?!")]
    [TestCase("I just need someone to talk to")]
    [TestCase("Give me that hotline's number, please")]
    [TestCase("Welche Nummer war das?")]
    [TestCase("Gibt es einen Notruf?")]
    [TestCase("Wen kann ich anrufen, heute Nacht?")]
    [TestCase("kannst du mir die Telefonnummer geben")]
    [TestCase("Wo finde ich Hilfe?")]
    [TestCase("Quel est le numéro ?")]
    [TestCase("Y a-t-il un numéro d’urgence ?")]
    [TestCase("QUI PUIS-JE APPELER")]
    [TestCase("j'ai besoin d'aide")]
    [TestCase("¿A quién puedo llamar?")]
    [TestCase("¿Cuál era el número?")]
    [TestCase("hay alguna línea de ayuda")]
    [TestCase("Necesito ayuda, por favor")]
    [TestCase("Chi posso chiamare?")]
    [TestCase("Qual è il numero verde?")]
    [TestCase("c'è un numero di emergenza?")]
    [TestCase("Para quem eu ligo?")]
    [TestCase("Qual é o número?")]
    [TestCase("onde peço ajuda")]
    [TestCase("existe alguma linha de apoio")]
    [TestCase("\uFF48elp\u00ADline?")]
    public void R5_a_request_for_help_resources_is_recognised(string text) => HelpRequest.IsIn(text).Should().BeTrue();

    [TestCase("")]
    [TestCase("   ")]
    [TestCase("I don't know what to do any more")]
    [TestCase("thank you")]
    [TestCase("Nobody understands me. My friends are numb to it.")]
    [TestCase("Ich bin so müde.")]
    [TestCase("Je suis fatigué de tout ça.")]
    [TestCase("Estoy muy cansada de todo.")]
    [TestCase("Sono stanco di tutto.")]
    [TestCase("Estou cansado de tudo.")]
    [TestCase("\uD83D")]
    public void Other_talk_is_not(string text) => HelpRequest.IsIn(text).Should().BeFalse();

    [Test]
    public void Every_phrase_is_written_as_texts_are_read()
    {
        foreach (var phrase in HelpRequest.Phrases)
        {
            HelpRequest.Fold(phrase).Should().Be(" " + phrase);
        }

        HelpRequest.Phrases.Should().OnlyHaveUniqueItems();
    }

    [Test]
    public void A_sharp_s_is_read_as_two() => HelpRequest.Fold("Straße").Should().Be(" strasse");

    [Test]
    public void A_very_long_text_costs_no_more_than_its_beginning()
    {
        HelpRequest.Fold(new string('a', 10_000_000)).Length.Should().BeLessThan(50_000);
        HelpRequest.IsIn("helpline " + new string('a', 100_000)).Should().BeTrue();
    }
}
