using System.Globalization;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;

namespace ConversationGuard.Tests.DeEscalation;

public class GuardWordingTests
{
    /// <summary>What each culture's warning must say (R4): that it may end, and a way forward.</summary>
    private static readonly Dictionary<string, (string MayEnd, string WayForward)> _warnings = new()
    {
        ["en"] = ("this conversation may be ended", "glad to continue with anything else"),
        ["de"] = ("kann dieses Gespräch beendet werden", "Mit allem anderen mache ich gern weiter"),
        ["fr"] = ("cette conversation pourra être terminée", "continue volontiers sur tout autre sujet"),
        ["es"] = ("esta conversación puede terminar", "Con gusto sigo con cualquier otra cosa"),
        ["it"] = ("questa conversazione può essere chiusa", "Su qualsiasi altra cosa continuo volentieri"),
        ["pt"] = ("esta conversa pode ser encerrada", "Continuo com prazer em qualquer outro assunto"),
    };

    /// <summary>The stems of the words for ending and warning in the six cultures.</summary>
    private static readonly string[] _wordsOfEnding =
    [
        " end", "ended", "warn", "notice", "terminate", "close", "beend", "abbrech", "verwarn", "Warnung", "termin", "mettre fin", "avertiss", "fermer",
        "cerrar", "adverten", "aviso", "chius", "chiud", "avvert", "ammon", "encerr", "fechad", "advert",
    ];

    private static readonly string[] _cultures = [.. _warnings.Keys];

    private static readonly string[] _violations = ["harassment", "harassment/threatening", "hate", "hate/threatening", "sexual/minors", "illicit", "illicit/violent", "sexual", "violence", "violence/graphic", "self-harm"];

    private string _cultureBefore = "";

    [SetUp]
    public void RememberTheCulture() => _cultureBefore = CultureInfo.CurrentUICulture.Name;

    [TearDown]
    public void RestoreTheCulture() => CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(_cultureBefore);

    [Test]
    public void There_are_texts_in_six_cultures() => BuiltInTexts.ByCulture.Keys.Should().BeEquivalentTo(_cultures);

    [TestCaseSource(nameof(_cultures))]
    public void R4_every_warning_names_the_behaviour_offers_a_way_forward_and_says_that_the_conversation_may_end(string culture)
    {
        var wording = In(culture);

        foreach (var category in _violations)
        {
            var notice = wording.WarningNotice(new HarmCategory(category));
            var name = category == "violence/graphic" ? "violence" : category;

            notice.Should().Contain("(" + BuiltInTexts.ByCulture[culture].Behaviors[name] + ")").And.NotContain("{behavior}");
            notice.Should().Contain(_warnings[culture].MayEnd).And.Contain(_warnings[culture].WayForward);
        }
    }

    [TestCaseSource(nameof(_cultures))]
    public void R4_the_behaviours_of_the_categories_that_are_acted_on_have_names_that_differ(string culture)
    {
        var violations = DefaultCategories.Rules.Where(rule => rule.Value.Role is CategoryRole.Abuse or CategoryRole.SeriousHarm).Select(rule => rule.Key).ToList();

        violations.Select(category => BuiltInTexts.ByCulture[culture].Behaviors[category.Value]).Should().OnlyHaveUniqueItems();
        In(culture).WarningNotice(new HarmCategory("a-host's-own")).Should().Contain(BuiltInTexts.ByCulture[culture].Behaviors[string.Empty]);
    }

    [TestCaseSource(nameof(_cultures))]
    public void R5_what_reaches_someone_at_risk_never_speaks_of_ending_or_warning(string culture)
    {
        var wording = In(culture);

        foreach (var text in HelpResourceTable.Rows.Keys.Select(region => In(culture + "-" + region).HelpResources()).Append(wording.SupportReply()).Append(wording.HelpResources()))
        {
            text.Should().NotBeNullOrWhiteSpace();
            foreach (var word in _wordsOfEnding)
            {
                text.Should().NotContainEquivalentOf(word);
            }
        }

        wording.HelpResources().Should().Contain("https://findahelpline.com");
    }

    [TestCaseSource(nameof(_cultures))]
    public void R5_the_model_is_told_to_support_and_not_to_warn_or_speak_of_ending(string culture) =>
        In(culture).SupportInstruction().Should().Contain("supportive").And.Contain("do not warn").And.Contain("do not speak of ending");

    [TestCaseSource(nameof(_cultures))]
    public void R3_a_redirection_never_speaks_of_ending(string culture)
    {
        foreach (var category in _violations)
        {
            foreach (var role in new[] { CategoryRole.Abuse, CategoryRole.SeriousHarm })
            {
                var reply = In(culture).Reply(role, new HarmCategory(category));
                foreach (var word in _wordsOfEnding)
                {
                    reply.Should().NotContainEquivalentOf(word);
                }

                reply.Should().NotContain("{behavior}");
                In(culture).Instruction(role, new HarmCategory(category), warns: false).Should().Contain("Do not mention").And.Contain("the possibility of ending the conversation").And.NotContain("{behavior}");
            }
        }
    }

    [TestCaseSource(nameof(_cultures))]
    public void R12_the_answer_to_a_wish_says_how_to_confirm_it_in_words_that_confirm_it(string culture)
    {
        var notice = In(culture).WishNotice();

        EndWish.IsConfirmedBy(notice.Split('"')[1]).Should().BeTrue();
        In("nl").WishNotices().Should().Contain(notice);
        In(culture).WishInstruction().Should().Contain("do not say that the conversation is over");
    }

    [TestCaseSource(nameof(_cultures))]
    public void R16_every_end_is_explained_and_says_what_can_be_done_now(string culture)
    {
        var (wording, texts) = (In(culture), BuiltInTexts.ByCulture[culture]);
        var abuse = wording.Ended(EndReason.PersistentAbuse, HarmCategory.Hate);
        var harm = wording.Ended(EndReason.PersistentHarmRequests, HarmCategory.IllicitViolent);
        var host = wording.Ended(EndReason.HostRequest, default);

        abuse.Should().Contain(texts.Behaviors["hate"]);
        harm.Should().Contain(texts.Behaviors["illicit/violent"]);
        var user = wording.Ended(EndReason.UserRequest, default);
        var model = wording.Ended(EndReason.ModelRequest, HarmCategory.Hate);
        var atOnce = wording.Ended(EndReason.ImmediateCategory, HarmCategory.Hate);
        atOnce.Should().Contain(texts.Behaviors["hate"]);
        new[] { abuse, harm, host, user, model, atOnce }.Should().OnlyHaveUniqueItems().And.OnlyContain(text => text.EndsWith(texts.NextSteps!, StringComparison.Ordinal) && !text.Contains("{behavior}"));
    }

    [TestCase("de-AT", "de")]
    [TestCase("DE-at", "de")]
    [TestCase("pt-BR", "pt")]
    [TestCase("fr-CA-x-more", "fr")]
    [TestCase("nl-BE", "en")]
    [TestCase("", "en")]
    public void A_culture_falls_back_to_its_parents_and_then_to_English(string culture, string expected) =>
        In(culture).WarningNotice(HarmCategory.Hate).Should().Be(In(expected).WarningNotice(HarmCategory.Hate));

    [Test]
    public void Without_a_set_culture_that_of_the_call_holds()
    {
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("it-CH");

        GuardWording.BuiltIn.SupportReply().Should().Be(BuiltInTexts.ByCulture["it"].SupportReply);
        In("de").SupportReply().Should().Be(BuiltInTexts.ByCulture["de"].SupportReply, "a set culture comes first");
    }

    [Test]
    public void The_hosts_text_replaces_the_built_in_one_and_leaves_the_others()
    {
        var wording = In("de-AT", ("de", new GuardTexts { SupportReply = "Ich bin da." }));

        wording.SupportReply().Should().Be("Ich bin da.");
        wording.HelpResources().Should().Be(In("de-AT").HelpResources());
    }

    [Test]
    public void The_hosts_text_of_a_closer_culture_beats_that_of_its_parent()
    {
        var texts = new[] { ("de", new GuardTexts { SupportReply = "Deutsch" }), ("de-AT", new GuardTexts { SupportReply = "Österreichisch" }) };

        In("de-AT", texts).SupportReply().Should().Be("Österreichisch");
        In("de-CH", texts).SupportReply().Should().Be("Deutsch");
    }

    [Test]
    public void R16_the_hosts_English_text_does_not_replace_the_built_in_German_one() =>
        In("de", ("en", new GuardTexts { SupportReply = "Mine" })).SupportReply().Should().Be(BuiltInTexts.ByCulture["de"].SupportReply);

    [Test]
    public void A_host_can_add_a_culture() =>
        In("nl-BE", ("nl", new GuardTexts { SupportReply = "Ik ben er." })).SupportReply().Should().Be("Ik ben er.");

    [Test]
    public void A_subcategory_falls_back_to_the_text_of_its_parent()
    {
        var texts = new GuardTexts { Replies = { ["hate"] = "Not about {behavior}." }, Instructions = { ["illicit"] = "Decline {behavior}." } };

        In("en", ("en", texts)).Reply(CategoryRole.Abuse, HarmCategory.HateThreatening).Should().Be("Not about hateful threats.");
        In("en", ("en", texts)).Instruction(CategoryRole.SeriousHarm, HarmCategory.IllicitViolent, warns: false).Should().Be("Decline help with violence or weapons.");
        In("en", ("en", texts)).Reply(CategoryRole.Abuse, HarmCategory.Harassment).Should().Contain("insults or harassment", "another category keeps its own text");
    }

    [Test]
    public void The_text_of_a_subcategory_beats_that_of_its_parent()
    {
        var texts = new GuardTexts { Replies = { ["hate"] = "parent", ["HATE/threatening"] = "own" } };

        In("en", ("en", texts)).Reply(CategoryRole.Abuse, HarmCategory.HateThreatening).Should().Be("own", "names of categories are compared ignoring case");
    }

    [Test]
    public void R16_the_name_of_a_behaviour_is_looked_for_in_the_persons_language_before_another_is_tried()
    {
        var texts = new GuardTexts { WarningNotice = "Let op ({behavior}).", Behaviors = { ["harassment"] = "beledigingen", [""] = "zulke berichten" } };

        In("nl", ("nl", texts)).WarningNotice(HarmCategory.HarassmentThreatening).Should().Be("Let op (beledigingen).");
        In("nl", ("nl", texts)).WarningNotice(HarmCategory.Hate).Should().Be("Let op (zulke berichten).");
    }

    [Test]
    public void The_role_of_the_category_decides_between_redirecting_and_refusing()
    {
        var texts = new GuardTexts { RedirectReply = "redirect", RefuseReply = "refuse", RedirectInstruction = "redirect it", RefuseInstruction = "refuse it" };
        var wording = In("en", ("en", texts));

        wording.Reply(CategoryRole.Abuse, HarmCategory.Harassment).Should().Be("redirect");
        wording.Reply(CategoryRole.SeriousHarm, HarmCategory.Illicit).Should().Be("refuse");
        wording.Instruction(CategoryRole.Abuse, HarmCategory.Harassment, warns: false).Should().Be("redirect it");
        wording.Instruction(CategoryRole.SeriousHarm, HarmCategory.Illicit, warns: false).Should().Be("refuse it");
    }

    [Test]
    public void R4_when_the_guard_warns_the_model_is_told_not_to()
    {
        var plain = In("en").Instruction(CategoryRole.Abuse, HarmCategory.Harassment, warns: false);

        In("en").Instruction(CategoryRole.Abuse, HarmCategory.Harassment, warns: true).Should().StartWith(plain).And.EndWith("Do not write such a notice yourself.");
    }

    [Test]
    public void The_behaviour_is_named_wherever_a_text_asks_for_it()
    {
        var texts = new GuardTexts
        {
            RedirectInstruction = "{behavior} and {behavior}",
            WarningInstruction = "warned for {behavior}",
            WarningNotice = "stop {behavior}",
            Ended = "over: {behavior}.",
            NextSteps = "Try without {behavior}.",
            Behaviors = { ["harassment"] = "shouting" },
        };
        var wording = In("en", ("en", texts));

        wording.Instruction(CategoryRole.Abuse, HarmCategory.Harassment, warns: true).Should().Be("shouting and shouting\nwarned for shouting");
        wording.WarningNotice(HarmCategory.Harassment).Should().Be("stop shouting");
        wording.Ended(EndReason.HostRequest, HarmCategory.Harassment).Should().Be("over: shouting. Try without shouting.");
    }

    [Test]
    public void R4_a_notice_is_known_again_in_every_culture_the_hosts_included()
    {
        var wording = In("de", ("nl", new GuardTexts { WarningNotice = "Let op." }), ("EN", new GuardTexts { WarningNotice = "Mine ({behavior})." }));

        var notices = wording.WarningNotices(HarmCategory.Hate).ToList();

        notices.Should().HaveCount(7).And.OnlyHaveUniqueItems();
        notices.Should().Contain("Let op.").And.Contain("Mine (hateful remarks about people).").And.Contain(In("pt").WarningNotice(HarmCategory.Hate));
    }

    [TestCaseSource(nameof(_cultures))]
    public void R5_every_region_of_the_table_is_given_in_the_persons_language_with_a_way_for_those_elsewhere(string culture)
    {
        foreach (var (region, row) in HelpResourceTable.Rows)
        {
            var text = In(culture + "-" + region).HelpResources();

            text.Should().Contain($" {row.Emergency} ({region})").And.Contain("\n" + row.Resources + "\n").And.EndWith("https://findahelpline.com").And.NotContain("{");
            text.Should().StartWith(BuiltInTexts.ByCulture[culture].HelpResources![..20], "the words around the numbers are in the language");
        }
    }

    [Test]
    public void R5_what_someone_in_Vienna_reads() =>
        In("de-AT").HelpResources().Should().Be(
            """
            Wenn du oder jemand anderes in Gefahr ist, ruf bitte sofort 112 / 144 (AT) an. Hier hört dir jemand zu, vertraulich:
            - TelefonSeelsorge: 142 (24/7), https://www.telefonseelsorge.at
            - Rat auf Draht: 147 (24/7), https://www.rataufdraht.at
            Du bist woanders? Ruf bitte den Notruf dort an; Hilfsangebote überall: https://findahelpline.com
            """.ReplaceLineEndings("\n"));

    [TestCase("de", "de")]
    [TestCase("de-RO", "de")]
    [TestCase("es-419", "es")]
    [TestCase("nl-SR", "en")]
    [TestCase("", "en")]
    public void R5_a_culture_without_a_region_that_is_known_gets_the_text_for_anywhere(string culture, string language) =>
        In(culture).HelpResources().Should().Be(BuiltInTexts.ByCulture[language].HelpResources).And.Contain("https://findahelpline.com");

    [Test]
    public void R5_a_language_without_texts_gets_the_regions_numbers_in_English() =>
        In("nl-NL").HelpResources().Should().StartWith("If you or someone else is in danger, please call 112 (NL) now.").And.Contain("113.nl");

    [TestCase("de-AT", "DE", "0800 1110111")]
    [TestCase("de", "ch", "(CH)")]
    [TestCase("en-US", "RO", "your local emergency number")]
    public void R5_a_set_region_comes_before_that_of_the_culture(string culture, string region, string expected) =>
        new GuardWording(new Dictionary<string, GuardTexts>(), culture, region).HelpResources().Should().Contain(expected).And.NotContain("(US)").And.NotContain("(AT)");

    [Test]
    public void R5_the_region_is_that_of_the_calls_culture_where_none_is_set()
    {
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("it-CH");

        GuardWording.BuiltIn.HelpResources().Should().Contain("144 / 112 (CH)").And.Contain("Telefono Amico: 143");
    }

    [TestCase("de-AT", null, "Deutsch")]
    [TestCase("de-AT", "DE", "Deutsch")]
    [TestCase("en-AT", null, "Wien")]
    [TestCase("en-GB", "AT", "Wien")]
    [TestCase("en-GB", null, "116 123")]
    [TestCase("en-RO", null, "anywhere")]
    [TestCase("en", null, "anywhere")]
    [TestCase("nl", null, "anywhere")]
    public void R5_the_hosts_text_for_the_language_comes_first_then_that_for_the_region_then_the_table_then_the_hosts_for_the_rest(string culture, string? region, string expected)
    {
        var texts = new Dictionary<string, GuardTexts>(StringComparer.OrdinalIgnoreCase) { ["de"] = new() { HelpResources = "Deutsch" } };
        var resources = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["at"] = "Wien", ["*"] = "anywhere" };

        new GuardWording(texts, culture, region, resources).HelpResources().Should().Contain(expected);
    }

    [Test]
    public void R5_a_hosts_English_text_does_not_reach_someone_who_reads_German() =>
        In("de-AT", ("en", new GuardTexts { HelpResources = "English" })).HelpResources().Should().StartWith("Wenn du");

    [Test]
    public void R5_a_hosts_English_text_reaches_those_whose_language_has_no_text() =>
        In("nl-NL", ("en", new GuardTexts { HelpResources = "English" })).HelpResources().Should().Be("English");

    [Test]
    public void R5_a_host_can_bring_the_words_around_the_numbers_for_a_language_of_its_own() =>
        In("nl-NL", ("nl", new GuardTexts { HelpResourcesFormat = "Bel {emergency}.\n{resources}" })).HelpResources()
            .Should().Be("Bel 112 (NL).\n- 113 Zelfmoordpreventie: 113, 0800-0113 (24/7), https://www.113.nl");

    private static GuardWording In(string culture, params (string Culture, GuardTexts Texts)[] host) =>
        new(host.ToDictionary(one => one.Culture, one => one.Texts, StringComparer.OrdinalIgnoreCase), culture);
}
