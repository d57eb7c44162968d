using ConversationGuard.DeEscalation;

namespace ConversationGuard.Tests.DeEscalation;

/// <summary>A wish to end and its confirmation are recognised in six languages, and nothing else is taken for one (R12).</summary>
public class EndWishTests
{
    [TestCase("please end this conversation")]
    [TestCase("Please end this conversation.")]
    [TestCase("I want to end this chat")]
    [TestCase("I'd like to end this conversation now, thanks!")]
    [TestCase("I’d like to close this chat, please")]
    [TestCase("close this conversation for good")]
    [TestCase("OK, thanks. Can you please end this conversation?")]
    [TestCase("i want this conversation to end")]
    [TestCase("Let's end the chat here")]
    [TestCase("Bitte beende dieses Gespräch")]
    [TestCase("bitte beende dieses gesprach")]
    [TestCase("Ich möchte diese Unterhaltung jetzt beenden.")]
    [TestCase("Brich den Chat bitte ab")]
    [TestCase("Können Sie bitte diesen Chat schließen?")]
    [TestCase("Je voudrais mettre fin à cette conversation, s'il vous plaît.")]
    [TestCase("Terminez cette conversation")]
    [TestCase("Peux-tu terminer cette discussion ?")]
    [TestCase("Quiero terminar esta conversación, por favor")]
    [TestCase("Cierra este chat definitivamente")]
    [TestCase("Vorrei chiudere questa conversazione, grazie")]
    [TestCase("Termina questa chat per favore")]
    [TestCase("Quero encerrar esta conversa agora")]
    [TestCase("Por favor, encerre este chat.")]
    public void R12_a_wish_is_recognised(string text) => EndWish.IsIn(text).Should().BeTrue();

    [TestCase("goodbye")]
    [TestCase("that's all")]
    [TestCase("that's all, thanks for the chat")]
    [TestCase("end the sentence here")]
    [TestCase("how do I end a conversation politely")]
    [TestCase("How do I end this conversation?")]
    [TestCase("end this conversation with a joke")]
    [TestCase("don't end this conversation")]
    [TestCase("I don't want to end this conversation")]
    [TestCase("Why do you want to end this conversation?")]
    [TestCase("You want to end this conversation")]
    [TestCase("Translate: \"please end this conversation\"")]
    [TestCase("\"please end this conversation\"")]
    [TestCase("I want to end it all")]
    [TestCase("I want to end my life")]
    [TestCase("I want to end this conversation and my life")]
    [TestCase("Please end the conversation between Alice and Bob with a fight.")]
    [TestCase("My boss wants to close this chat")]
    [TestCase("stop")]
    [TestCase("this conversation is over my head")]
    [TestCase("close the chat window in my app, how?")]
    [TestCase("Wie beende ich ein Gespräch höflich?")]
    [TestCase("Beende den Satz hier")]
    [TestCase("Ich will dieses Gespräch nicht beenden")]
    [TestCase("tschüss")]
    [TestCase("Comment terminer une conversation poliment ?")]
    [TestCase("Je ne veux pas terminer cette conversation")]
    [TestCase("No quiero terminar esta conversación")]
    [TestCase("¿Cómo termino una conversación?")]
    [TestCase("Non voglio chiudere questa conversazione")]
    [TestCase("Não quero encerrar esta conversa")]
    [TestCase("chat")]
    [TestCase("")]
    public void R12_what_is_no_wish_is_not_taken_for_one(string text) => EndWish.IsIn(text).Should().BeFalse();

    [TestCase("yes")]
    [TestCase("Yes!")]
    [TestCase("\"yes\"")]
    [TestCase("Yes, please end this conversation")]
    [TestCase("yes I am sure, thanks")]
    [TestCase("I confirm")]
    [TestCase("Ja")]
    [TestCase("„Ja“")]
    [TestCase("Ja, bitte beenden")]
    [TestCase("Oui, je confirme.")]
    [TestCase("sí")]
    [TestCase("Sí, por favor")]
    [TestCase("sì, grazie")]
    [TestCase("Sim, tenho certeza")]
    public void R12_a_clear_yes_is_recognised(string text) => EndWish.IsConfirmedBy(text).Should().BeTrue();

    [TestCase("no")]
    [TestCase("ok")]
    [TestCase("sure?")]
    [TestCase("yes but first tell me a joke")]
    [TestCase("yes or no?")]
    [TestCase("yesterday")]
    [TestCase("not yes")]
    [TestCase("ja nein")]
    [TestCase("Ja, aber erst noch eine Frage")]
    [TestCase("si no te importa, sigue")]
    [TestCase("what does yes mean")]
    [TestCase("yes, you were wrong about that")]
    [TestCase("")]
    public void R12_what_is_no_clear_yes_is_not_taken_for_one(string text) => EndWish.IsConfirmedBy(text).Should().BeFalse();

    [Test]
    public void R12_what_is_longer_than_120_characters_says_more_than_a_wish_or_a_yes()
    {
        var wish = "ok ok ok " + string.Concat(Enumerable.Repeat("please ", 14)) + "end this chat";
        var yes = "yes sure" + string.Concat(Enumerable.Repeat(" yes", 28));

        (wish.Length, yes.Length).Should().Be((120, 120));
        (EndWish.IsIn(wish), EndWish.IsConfirmedBy(yes)).Should().Be((true, true));
        (EndWish.IsIn(wish + "!"), EndWish.IsConfirmedBy(yes + "!")).Should().Be((false, false));
    }

    [Test]
    public void Long_and_broken_text_is_no_wish()
    {
        EndWish.IsIn("please " + string.Concat(Enumerable.Repeat("please ", 100_000)) + "end this chat").Should().BeFalse();
        EndWish.IsIn(string.Concat(Enumerable.Repeat("please ", 14)) + "end this chat x").Should().BeFalse();
        EndWish.IsIn(string.Concat(Enumerable.Repeat("please ", 14)) + "end this chat").Should().BeTrue();
        EndWish.IsIn("\uD800 end this chat \uDC00#").Should().BeTrue("what is neither letter nor quotation separates words");
    }
}
