using System.Globalization;
using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Hosting;
using ConversationGuard.Tests.Doubles;

namespace ConversationGuard.Tests.Hosting;

[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class TextsTests(ChatPath path)
{
    private CultureInfo _before = null!;

    [SetUp]
    public void KeepCulture() => _before = CultureInfo.CurrentUICulture;

    [TearDown]
    public void RestoreCulture() => CultureInfo.CurrentUICulture = _before;

    [TestCase("en-GB", "this conversation may be ended", "insults or harassment", "I have ended this conversation", "You can start a new conversation")]
    [TestCase("de-CH", "kann dieses Gespräch beendet werden", "Beleidigungen", "Ich habe dieses Gespräch", "Du kannst jederzeit ein neues Gespräch beginnen")]
    [TestCase("fr", "cette conversation pourra être terminée", "insultes", "J'ai mis fin à cette conversation", "Vous pouvez commencer une nouvelle conversation")]
    [TestCase("es-MX", "esta conversación puede terminar", "insultos", "He terminado esta conversación", "Puedes empezar una conversación nueva")]
    [TestCase("it", "questa conversazione può essere chiusa", "insulti", "Ho chiuso questa conversazione", "Puoi iniziare una nuova conversazione")]
    [TestCase("pt-BR", "esta conversa pode ser encerrada", "insultos", "Encerrei esta conversa", "Você pode começar uma nova conversa")]
    [TestCase("ja-JP", "this conversation may be ended", "insults or harassment", "I have ended this conversation", "You can start a new conversation")]
    public async Task R16_the_user_is_told_in_their_language(string culture, string warning, string behavior, string ended, string nextSteps)
    {
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(culture);
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two");

        var warned = await chat.SayAsync("insult three");
        var end = await chat.EndsAtAsync("insult four");

        warned.Text.Should().Contain(warning).And.Contain(behavior).And.NotContain("{behavior}");
        end.UserMessage.Should().StartWith(ended).And.Contain(behavior).And.Contain(nextSteps).And.NotContain("{behavior}");
    }

    [Test]
    public async Task The_culture_of_the_options_beats_that_of_the_call()
    {
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("fr");
        await using var chat = new GuardedChat(path, options => options.Culture = "de-AT");

        (await chat.SayAsync("crisis")).Text.Should().Contain("ruf bitte sofort 112 / 144 (AT) an");
    }

    [Test]
    public async Task A_text_of_the_host_replaces_the_built_in_one_of_its_culture_and_the_others_stay()
    {
        await using var chat = new GuardedChat(path, options =>
        {
            options.RedirectionStyle = RedirectionStyle.Reply;
            options.Texts["en"] = new GuardTexts
            {
                RedirectReply = "Let us be kind ({behavior}).",
                WarningNotice = "Last chance: {behavior}.",
                HelpResources = "Call 123.",
                EndedForAbuse = "Over because of {behavior}.",
                NextSteps = "Bye.",
                Behaviors = { ["harassment"] = "rudeness" },
                Replies = { ["hate"] = "No hate here." },
            };
        });

        var first = await chat.SayAsync("insult one");
        var hate = await chat.SayAsync("hate two");
        var harm = await chat.SayAsync("harm three");
        var end = await chat.EndsAtAsync("insult four");

        first.Text.Should().Be("Let us be kind (rudeness).");
        hate.Text.Should().Be("No hate here.");
        harm.Text.Should().StartWith("I can't provide help with something").And.EndWith("\n\nLast chance: help with something harmful or illegal.");
        end.UserMessage.Should().Be("Over because of rudeness. Bye.");
    }

    [Test]
    public async Task A_subcategory_falls_back_to_its_parent_and_a_culture_to_its_parent()
    {
        await using var chat = new GuardedChat(path, options =>
        {
            options.Culture = "de-AT";
            options.Texts["DE"] = new GuardTexts { Instructions = { ["harassment"] = "Freundlich bleiben: {behavior}." } };
            options.Texts["de-AT"] = new GuardTexts { Behaviors = { ["harassment/threatening"] = "Drohereien" } };
        });

        await chat.SayAsync("threat");

        chat.Model.Calls[0].Instructions.Should().Be("Freundlich bleiben: Drohereien.");
    }

    [Test]
    public async Task A_replaced_notice_counts_as_the_warning_in_transcript_mode()
    {
        await using var chat = new GuardedChat(path, options => options.Texts["en"] = new GuardTexts { WarningNotice = "Last chance." }) { Key = null };
        await chat.SayAllAsync("insult one", "insult two", "insult three");

        var end = await chat.EndsAtAsync("insult four");

        end.Reason.Should().Be(EndReason.PersistentAbuse);
    }

    [Test]
    public async Task A_category_of_the_hosts_own_has_words_too()
    {
        await using var chat = new GuardedChat(
            path,
            options => options.Categories["spam"] = new CategoryOptions { Role = ConversationGuard.Classification.CategoryRole.Abuse },
            services => services.AddClassifier(_ => new([new(new("spam"), 0.9)])));

        await chat.SayAllAsync("buy 1", "buy 2");
        var warned = await chat.SayAsync("buy 3");

        warned.Text.Should().Contain("(this kind of message)");
    }

    [Test]
    public async Task Respond_is_in_the_language_of_the_call_that_reads_it()
    {
        await using var chat = new GuardedChat(path, options => options.EndBehavior = EndBehavior.Respond);
        await chat.Guard.EndAsync("conversation-1");
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("de");

        (await chat.SayAsync("hallo")).Text.Should().StartWith("Dieses Gespräch wurde beendet.");
    }
}
