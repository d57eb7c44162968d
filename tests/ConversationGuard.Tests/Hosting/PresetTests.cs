using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Hosting;
using ConversationGuard.Termination;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ConversationGuard.Tests.Hosting;

public class PresetTests
{
    private static readonly string[] _harm = ["illicit", "illicit/violent", "sexual/minors"];

    [Test]
    public void Balanced_is_the_default_of_every_option() =>
        new ConversationGuardOptions { Preset = GuardPreset.Companion, }.With(GuardPreset.Balanced).Should().BeEquivalentTo(new ConversationGuardOptions());

    [Test]
    public void AbuseOnly_ignores_what_is_serious_harm_and_changes_nothing_else()
    {
        var options = new ConversationGuardOptions { Preset = GuardPreset.AbuseOnly };

        options.Should().BeEquivalentTo(new ConversationGuardOptions(), but => but.Excluding(one => one.Preset).Excluding(one => one.Categories));
        options.Categories.Keys.Should().BeEquivalentTo(_harm);
        options.Categories.Values.Should().OnlyContain(category => category.Role == CategoryRole.Ignored);
        HarmCategory.WellKnown.Where(category => CategoryRules.Default[category].Role == CategoryRole.SeriousHarm).Select(category => category.Value).Should().BeEquivalentTo(_harm);
    }

    [Test]
    public void R2_CustomerSupport_has_more_patience_and_changes_nothing_else() =>
        new ConversationGuardOptions { Preset = GuardPreset.CustomerSupport }.Should().BeEquivalentTo(new ConversationGuardOptions
        {
            Redirections = 4,
            CalmTurnsToForgive = 2,
            TimeToForgive = TimeSpan.FromMinutes(30),
        }, but => but.Excluding(one => one.Preset));

    [Test]
    public void R5_Companion_holds_longer_and_never_warns_or_ends_and_changes_nothing_else() =>
        new ConversationGuardOptions { Preset = GuardPreset.Companion }.Should().BeEquivalentTo(new ConversationGuardOptions
        {
            MostSevereAction = GuardAction.Redirect,
            CrisisHold = new() { CalmTurns = 10, Time = TimeSpan.FromDays(1) },
        }, but => but.Excluding(one => one.Preset));

    [Test]
    public void No_preset_is_harsher_than_Balanced([Values] GuardPreset preset)
    {
        var (balanced, terms) = (Terms(GuardPreset.Balanced), Terms(preset));

        var lenient = terms.MoreLenient(balanced);

        lenient.Should().BeEquivalentTo(terms, but => but.Excluding(one => one.Categories));
        lenient.Categories.Categories.Should().OnlyContain(category => lenient.Categories[category] == terms.Categories[category]);
    }

    [Test]
    public void Another_preset_leaves_nothing_of_the_one_before()
    {
        foreach (var (first, second) in from one in Enum.GetValues<GuardPreset>() from other in Enum.GetValues<GuardPreset>() select (one, other))
        {
            new ConversationGuardOptions { Preset = first }.With(second).Should().BeEquivalentTo(new ConversationGuardOptions { Preset = second });
        }
    }

    [Test]
    public void What_is_set_after_a_preset_wins_and_setting_the_same_preset_again_keeps_it()
    {
        var options = new ConversationGuardOptions { Preset = GuardPreset.CustomerSupport, Redirections = 7 }.With(GuardPreset.CustomerSupport);

        options.Should().BeEquivalentTo(new { Redirections = 7, CalmTurnsToForgive = 2 });
    }

    [Test]
    public void From_configuration_a_preset_is_what_it_is_in_code([Values] GuardPreset preset) =>
        Read(("Preset", preset.ToString())).Should().BeEquivalentTo(new ConversationGuardOptions { Preset = preset });

    [TestCase("companion")]
    [TestCase("COMPANION")]
    public void The_name_of_a_preset_may_be_written_in_any_case(string name) => Read(("Preset", name)).Preset.Should().Be(GuardPreset.Companion);

    [Test]
    public void What_the_configuration_sets_beside_a_preset_wins_whatever_the_order_of_the_keys()
    {
        (string, string?)[] keys =
        [
            ("Categories:illicit:Role", "SeriousHarm"), ("CrisisHold:CalmTurns", "12"), ("MostSevereAction", "Warn"), ("Preset", "Companion"), ("Redirections", "3"), ("TimeToForgive", "05:00:00"),
        ];

        foreach (var order in new[] { keys, [.. keys.Reverse()] })
        {
            var options = Read(order);

            options.Should().BeEquivalentTo(new
            {
                Preset = GuardPreset.Companion,
                MostSevereAction = GuardAction.Warn,
                Redirections = 3,
                CalmTurnsToForgive = 3,
                TimeToForgive = TimeSpan.FromHours(5),
                CrisisHold = new { CalmTurns = 12, Time = TimeSpan.FromDays(1) },
            });
            options.Categories["illicit"].Role.Should().Be(CategoryRole.SeriousHarm);
        }
    }

    [Test]
    public void A_category_of_AbuseOnly_can_be_counted_again_and_another_detail_of_it_keeps_it_ignored()
    {
        var options = Read(("Preset", "AbuseOnly"), ("Categories:Illicit:Role", "SeriousHarm"), ("Categories:illicit/violent:Threshold", "0.9"));

        options.Categories["illicit"].Role.Should().Be(CategoryRole.SeriousHarm);
        options.Categories["illicit/violent"].Should().BeEquivalentTo(new { Role = CategoryRole.Ignored, Threshold = 0.9 });
        options.Categories["sexual/minors"].Role.Should().Be(CategoryRole.Ignored);
    }

    [Test]
    public void Code_after_a_configuration_wins()
    {
        var services = new ServiceCollection();
        services.AddConversationGuard(Section(("Preset", "CustomerSupport")));
        services.AddConversationGuard(options => options.Redirections = 9);
        using var provider = services.BuildServiceProvider();

        provider.GetRequiredService<IOptions<ConversationGuardOptions>>().Value.Should().BeEquivalentTo(new { Redirections = 9, CalmTurnsToForgive = 2 });
    }

    [Test]
    public void A_preset_that_does_not_exist_is_said_with_those_that_do()
    {
        var read = () => Read(("Preset", "Companions"));

        read.Should().Throw<OptionsValidationException>().Which.Message.Should()
            .Contain("ConversationGuard:Preset is \"Companions\"; allowed: Balanced, AbuseOnly, CustomerSupport, Companion.");
    }

    [Test]
    public async Task Named_guards_can_have_different_presets()
    {
        using var model = new ScriptedChatClient();
        var services = new ServiceCollection();
        services.AddSingleton<IMessageClassifier>(new ScriptedClassifier());
        foreach (var preset in Enum.GetValues<GuardPreset>())
        {
            services.AddConversationGuard(preset.ToString(), options => options.Preset = preset);
            services.AddKeyedChatClient(preset, model).UseConversationGuard(preset.ToString());
        }

        await using var provider = services.BuildServiceProvider();
        var phases = new Dictionary<GuardPreset, ConversationPhase>();
        foreach (var preset in Enum.GetValues<GuardPreset>())
        {
            var client = provider.GetRequiredKeyedService<IChatClient>(preset);
            var history = new List<ChatMessage>();
            foreach (var text in new[] { "harm one", "harm two", "harm three" })
            {
                history.Add(new(ChatRole.User, text));
                history.AddRange((await client.GetResponseAsync(history, new ChatOptions().WithConversationKey("c"))).Messages);
            }

            phases[preset] = (await provider.GetRequiredKeyedService<IConversationGuard>(preset.ToString()).GetStatusAsync("c")).State.Phase;
        }

        phases.Should().Equal(new Dictionary<GuardPreset, ConversationPhase>
        {
            [GuardPreset.Balanced] = ConversationPhase.Warned,
            [GuardPreset.AbuseOnly] = ConversationPhase.Engaged,
            [GuardPreset.CustomerSupport] = ConversationPhase.Redirecting,
            [GuardPreset.Companion] = ConversationPhase.Redirecting,
        });
    }

    private static ConversationTerms Terms(GuardPreset preset) => GuardSettingsSource.Compile(new ConversationGuardOptions { Preset = preset }).Terms;

    private static IConfigurationSection Section(params (string Key, string? Value)[] keys) => new ConfigurationBuilder()
        .AddInMemoryCollection(keys.Select(one => new KeyValuePair<string, string?>("ConversationGuard:" + one.Key, one.Value)))
        .Build()
        .GetSection("ConversationGuard");

    private static ConversationGuardOptions Read(params (string Key, string? Value)[] keys)
    {
        var services = new ServiceCollection();
        services.AddConversationGuard(Section(keys));
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<ConversationGuardOptions>>().Value;
    }
}

file static class Presets
{
    public static ConversationGuardOptions With(this ConversationGuardOptions options, GuardPreset preset)
    {
        options.Preset = preset;
        return options;
    }
}

[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class PresetScenarios(ChatPath path)
{
    [Test]
    public async Task Companion_redirects_and_never_warns_or_ends_by_itself()
    {
        await using var chat = NewChat(GuardPreset.Companion);

        for (var i = 0; i < 12; i++)
        {
            (await chat.SayAsync($"{(i % 2 == 0 ? "insult" : "harm")} {i}")).Text.Should().Be($"Reply {i + 1}");
        }

        chat.Model.Calls.Should().HaveCount(12).And.OnlyContain(call => call.Instructions != null && !call.Instructions.Contains("appended to your reply"));
        (await chat.StateAsync()).Phase.Should().Be(ConversationPhase.Redirecting);
    }

    [Test]
    public async Task R1_the_host_can_end_what_Companion_does_not()
    {
        await using var chat = NewChat(GuardPreset.Companion);
        await chat.SayAsync("insult one");

        await chat.Guard.EndAsync("conversation-1");

        (await chat.EndsAtAsync("hello")).Reason.Should().Be(EndReason.HostRequest);
    }

    [Test]
    public async Task A_policy_of_the_host_can_warn_and_end_what_Companion_does_not()
    {
        await using var chat = NewChat(GuardPreset.Companion, services => services.AddPolicy(context => context.State.Violations.Count switch
        {
            > 2 => GuardDecision.End(new EndReason("house_rules")),
            2 => GuardDecision.Warn(),
            _ => GuardDecision.Continue,
        }));

        (await chat.SayAsync("insult one")).Text.Should().Be("Reply 1");
        (await chat.SayAsync("insult two")).Text.Should().Contain("may be ended");
        (await chat.EndsAtAsync("insult three")).Reason.Should().Be(new EndReason("house_rules"));
    }

    [Test]
    public async Task R5_a_hold_of_Companion_lasts_ten_calm_turns_and_a_day()
    {
        await using var chat = NewChat(GuardPreset.Companion);
        await chat.SayAsync("crisis");
        for (var i = 0; i < 9; i++)
        {
            await chat.SayAsync("calm");
        }

        chat.Time.Advance(TimeSpan.FromDays(2));
        (await chat.StateAsync()).IsCrisisHold.Should().BeTrue("one calm turn is missing");
        await chat.SayAsync("calm");
        (await chat.StateAsync()).IsCrisisHold.Should().BeFalse();
        await chat.SayAsync("crisis again");
        for (var i = 0; i < 20; i++)
        {
            await chat.SayAsync("calm");
        }

        (await chat.StateAsync()).IsCrisisHold.Should().BeTrue("a day has not passed");
    }

    [Test]
    public async Task R1_AbuseOnly_leaves_harmful_requests_to_the_model()
    {
        await using var chat = NewChat(GuardPreset.AbuseOnly);

        await chat.SayAllAsync("harm one", "weapon two", "harm three", "weapon four", "harm five");

        chat.Model.Calls.Should().HaveCount(5).And.OnlyContain(call => call.Instructions == null);
        chat.Store.Writes.Should().Be(0);
    }

    [Test]
    public async Task R2_AbuseOnly_holds_abuse_to_the_usual_ladder_and_harmful_requests_in_between_are_calm_turns()
    {
        await using var chat = NewChat(GuardPreset.AbuseOnly);

        await chat.SayAllAsync("insult one", "harm", "insult two", "insult three");
        var warned = await chat.SayAsync("hate four");
        var ended = await chat.EndsAtAsync("insult five");

        warned.Text.Should().Contain("may be ended", "the redirection of the first did not fail, those of the second and third did");
        ended.Reason.Should().Be(EndReason.PersistentAbuse);
    }

    [Test]
    public async Task R5_AbuseOnly_sees_crises()
    {
        await using var chat = NewChat(GuardPreset.AbuseOnly);

        (await chat.SayAsync("crisis")).Text.Should().Contain("findahelpline.com");
    }

    [Test]
    public async Task R2_CustomerSupport_redirects_four_times_then_warns_then_ends()
    {
        await using var chat = NewChat(GuardPreset.CustomerSupport);

        for (var i = 1; i <= 4; i++)
        {
            (await chat.SayAsync($"insult {i}")).Text.Should().Be($"Reply {i}");
        }

        (await chat.SayAsync("insult 5")).Text.Should().Contain("may be ended");
        (await chat.EndsAtAsync("insult 6")).Reason.Should().Be(EndReason.PersistentAbuse);
    }

    [Test]
    public async Task R9_CustomerSupport_forgives_after_two_calm_turns_or_half_an_hour()
    {
        await using var chat = NewChat(GuardPreset.CustomerSupport);
        await chat.SayAllAsync("insult 1", "insult 2", "insult 3", "calm", "calm");

        (await chat.StateAsync()).Violations.Should().HaveCount(2);
        chat.Time.Advance(TimeSpan.FromMinutes(30));
        (await chat.StateAsync()).Violations.Should().ContainSingle();
    }

    private GuardedChat NewChat(GuardPreset preset, Action<IServiceCollection>? register = null) => new(path, options => options.Preset = preset, register);
}
