using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Hosting;
using ConversationGuard.Termination;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.DependencyInjection;

namespace ConversationGuard.Tests.Termination;

[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class ImmediateCategoryTests(ChatPath path)
{
    [Test]
    public async Task One_violation_of_an_immediate_category_ends_the_conversation()
    {
        await using var chat = NewChat();
        await chat.SayAsync("hello");

        var ended = await chat.EndsAtAsync("weapon");

        ended.Should().BeEquivalentTo(new { Reason = EndReason.ImmediateCategory, Category = HarmCategory.IllicitViolent, IsRepeat = false });
        ended.RuleIds.Should().Equal("R1");
        ended.Ending.Evidence.Should().ContainSingle();
        chat.Model.Calls.Should().ContainSingle();
        (await chat.EndsAtAsync("hello")).IsRepeat.Should().BeTrue();
    }

    [TestCase("en", "help with violence or weapons")]
    [TestCase("de", "Hilfe bei Gewalt oder Waffen")]
    [TestCase("fr", "aide à la violence ou aux armes")]
    [TestCase("es", "ayuda con violencia o armas")]
    [TestCase("it", null)]
    [TestCase("pt", null)]
    public async Task R16_the_words_name_the_behaviour_and_do_not_claim_that_warnings_were_given(string culture, string? behaviour)
    {
        await using var immediate = NewChat(options => options.Culture = culture);
        await using var ladder = new GuardedChat(path, options => options.Culture = culture);
        await ladder.SayAllAsync("weapon one", "weapon two", "weapon three");

        var (atOnce, persistent) = (await immediate.EndsAtAsync("weapon"), await ladder.EndsAtAsync("weapon four"));

        atOnce.UserMessage.Should().NotBe(persistent.UserMessage).And.Contain(behaviour ?? "(").And.NotContain("{");
        foreach (var claim in new[] { "warning", "repeated", "attempts", "Warnung", "wiederholt", "avertissement", "répét", "advertencia", "repetid", "avvertimento", "ripetut", "aviso" })
        {
            atOnce.UserMessage.Should().NotContain(claim);
        }

        new[] { "warning", "Warnung", "avertissement", "advertencia", "avvertimento", "aviso" }.Should().Contain(word => persistent.UserMessage.Contains(word), "there a warning was given");
        var nextSteps = new GuardWording(new Dictionary<string, GuardTexts>(), culture).Ended(EndReason.HostRequest, default).Split(". ", 2)[1];
        atOnce.UserMessage.Should().EndWith(nextSteps, "what can be done now is the same");
    }

    [Test]
    public async Task R16_the_host_can_say_it_in_its_own_words()
    {
        await using var chat = NewChat(options => options.Texts["en"] = new GuardTexts { EndedAtOnce = "Not here: {behavior}." });

        (await chat.EndsAtAsync("weapon")).UserMessage.Should().StartWith("Not here: help with violence or weapons. You can start a new conversation");
    }

    [Test]
    public async Task R2_the_other_categories_keep_their_ladder()
    {
        await using var chat = NewChat();

        await chat.SayAllAsync("harm one", "insult two");
        (await chat.SayAsync("harm three")).Text.Should().Contain("may be ended");

        (await chat.EndsAtAsync("weapon")).Reason.Should().Be(EndReason.ImmediateCategory);
    }

    [Test]
    public async Task R5_a_crisis_hold_wins()
    {
        await using var chat = NewChat();

        await chat.SayAllAsync("crisis", "weapon one", "weapon two");

        (await chat.StateAsync()).Should().BeEquivalentTo(new { IsCrisisHold = true, Phase = ConversationPhase.Engaged });
        chat.Model.Calls.Should().HaveCount(3);
    }

    [Test]
    public async Task R5_a_crisis_signal_in_the_same_message_wins()
    {
        await using var chat = NewChat(classify: Scores((HarmCategory.IllicitViolent, 0.99), (HarmCategory.SelfHarmIntent, 0.4)));

        (await chat.SayAsync("both")).Text.Should().Contain("findahelpline.com");
    }

    [TestCase("crisis", "weapon")]
    [TestCase("weapon", "crisis")]
    public async Task R5_a_crisis_signal_in_the_same_call_wins(string first, string second)
    {
        await using var chat = NewChat();

        (await chat.SendAsync(first, second)).Text.Should().Contain("findahelpline.com");
        (await chat.StateAsync()).Phase.Should().NotBe(ConversationPhase.Ended);
    }

    [Test]
    public async Task It_ends_at_once_though_another_category_scores_higher_in_the_same_message()
    {
        await using var chat = NewChat(classify: Scores((HarmCategory.Harassment, 1), (HarmCategory.IllicitViolent, 0.51)));

        (await chat.EndsAtAsync("both")).Should().BeEquivalentTo(new { Reason = EndReason.ImmediateCategory, Category = HarmCategory.IllicitViolent });
    }

    [Test]
    public async Task Below_its_threshold_it_does_not_count_and_the_other_category_of_the_message_does()
    {
        await using var chat = NewChat(classify: Scores((HarmCategory.Harassment, 1), (HarmCategory.IllicitViolent, 0.49)));

        await chat.SayAsync("both");

        (await chat.StateAsync()).Violations.Should().ContainSingle().Which.Category.Should().Be(HarmCategory.Harassment);
    }

    [Test]
    public async Task R6_an_unsure_classifier_ends_nothing()
    {
        await using var chat = NewChat(classify: _ => new MessageClassification([new(HarmCategory.IllicitViolent, 1)], isUnsure: true));

        (await chat.SayAsync("weapon")).Text.Should().Be("Reply 1");
    }

    [Test]
    public async Task A_policy_of_the_host_can_veto_it()
    {
        await using var chat = NewChat(register: services => services.AddPolicy(_ => GuardDecision.Veto(GuardAction.Redirect)));

        (await chat.SayAsync("weapon")).Text.Should().Be("Reply 1");
        chat.Model.Calls[0].Instructions.Should().Contain("help with violence or weapons");
    }

    [Test]
    public async Task A_category_that_is_ignored_is_not_made_to_count()
    {
        await using var chat = new GuardedChat(
            path, options => options.Categories["violence"] = new CategoryOptions { Immediate = true }, services => services.AddClassifier(Scores((HarmCategory.Violence, 1))));

        (await chat.SayAsync("a dark tale")).Text.Should().Be("Reply 1");
        chat.Store.Writes.Should().Be(0);
    }

    [Test]
    public async Task A_crisis_category_that_is_marked_immediate_still_holds()
    {
        await using var chat = new GuardedChat(path, options => options.Categories["self-harm/intent"] = new CategoryOptions { Immediate = true });

        (await chat.SayAsync("crisis")).Text.Should().Contain("findahelpline.com");
    }

    [Test]
    public async Task It_ends_in_a_transcript_too()
    {
        await using var chat = NewChat();
        chat.Key = null;

        var ended = await chat.EndsAtAsync("weapon");

        ended.Should().BeEquivalentTo(new { Reason = EndReason.ImmediateCategory, ConversationKey = (string?)null });
    }

    [Test]
    public async Task It_is_set_in_the_configuration_too()
    {
        var configuration = new ReloadableConfiguration();
        configuration.SetGuard(("Categories:illicit/violent:Immediate", "true"));
        await using var chat = new GuardedChat(path, register: services => services.AddConversationGuard(configuration.Section));

        (await chat.EndsAtAsync("weapon")).Reason.Should().Be(EndReason.ImmediateCategory);
    }

    private static Func<string, MessageClassification> Scores(params (HarmCategory Category, double Score)[] scores) =>
        _ => new MessageClassification(scores.Select(score => new CategoryScore(score.Category, score.Score)));

    private GuardedChat NewChat(Action<ConversationGuardOptions>? configure = null, Func<string, MessageClassification>? classify = null, Action<IServiceCollection>? register = null) => new(
        path,
        options =>
        {
            options.Categories["illicit/violent"] = new CategoryOptions { Immediate = true, Threshold = 0.5 };
            configure?.Invoke(options);
        },
        services =>
        {
            register?.Invoke(services);
            if (classify is not null)
            {
                services.AddClassifier(classify);
            }
        });
}
