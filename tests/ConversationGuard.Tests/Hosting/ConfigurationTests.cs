using System.Text;
using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Hosting;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;

namespace ConversationGuard.Tests.Hosting;

public class ConfigurationTests
{
    private const string Everything =
        """
        {
          "ConversationGuard": {
            "Preset": "customersupport",
            "MostSevereAction": "Warn",
            "PerAuthor": true,
            "TrustHistory": false,
            "Mode": "observe",
            "EndBehavior": "Respond",
            "RedirectionStyle": "Reply",
            "Redirections": 4,
            "CalmTurnsToForgive": 6,
            "TimeToForgive": "02:30:00",
            "CrisisHold": { "CalmTurns": 8, "Time": "1.00:00:00" },
            "ClassifierTimeout": "00:00:03",
            "Categories": {
              "harassment/threatening": { "Threshold": 0.8 },
              "Sexual": { "Role": "Abuse", "Threshold": 0.7, "Immediate": true },
              "spam": { "Role": "Abuse" }
            },
            "Culture": "de-AT",
            "Texts": {
              "de": { "WarningNotice": "Achtung ({behavior})", "Behaviors": { "harassment": "Pöbeln" }, "Instructions": { "hate": "I" }, "Replies": { "hate": "R" } },
              "en": {
                "RedirectInstruction": "a", "RefuseInstruction": "b", "WarningInstruction": "c", "SupportInstruction": "d", "RedirectReply": "e", "RefuseReply": "f",
                "SupportReply": "g", "HelpResources": "h", "EndedForAbuse": "i", "EndedForHarmRequests": "j", "Ended": "k", "NextSteps": "l", "EndedAtOnce": "m"
              }
            },
            "Store": { "Capacity": 17, "Expiration": "3.00:00:00" },
            "StoreFailure": { "Behavior": "throw", "Timeout": "00:00:00.25", "RetryAfter": "00:01:00" }
          }
        }
        """;

    [Test]
    public void Every_option_is_read_from_json()
    {
        using var provider = Build(Section(Everything));

        var options = provider.GetRequiredService<IOptionsMonitor<ConversationGuardOptions>>().CurrentValue;

        options.Should().BeEquivalentTo(new
        {
            Preset = GuardPreset.CustomerSupport,
            MostSevereAction = GuardAction.Warn,
            PerAuthor = true,
            TrustHistory = false,
            Mode = GuardMode.Observe,
            EndBehavior = EndBehavior.Respond,
            RedirectionStyle = RedirectionStyle.Reply,
            Redirections = 4,
            CalmTurnsToForgive = 6,
            TimeToForgive = TimeSpan.FromHours(2.5),
            CrisisHold = new { CalmTurns = 8, Time = TimeSpan.FromDays(1) },
            ClassifierTimeout = TimeSpan.FromSeconds(3),
            Culture = "de-AT",
            Store = new { Capacity = 17, Expiration = TimeSpan.FromDays(3) },
            StoreFailure = new { Behavior = StoreFailureBehavior.Throw, Timeout = TimeSpan.FromMilliseconds(250), RetryAfter = TimeSpan.FromMinutes(1) },
        });
        options.Categories.Should().HaveCount(3);
        options.Categories["HARASSMENT/threatening"].Should().BeEquivalentTo(new { Threshold = 0.8, Role = (CategoryRole?)null });
        options.Categories["sexual"].Should().BeEquivalentTo(new { Threshold = 0.7, Role = CategoryRole.Abuse, Immediate = true });
        options.Texts["de"].Should().BeEquivalentTo(new { WarningNotice = "Achtung ({behavior})" });
        (options.Texts["de"].Behaviors["harassment"], options.Texts["de"].Instructions["hate"], options.Texts["de"].Replies["hate"]).Should().Be(("Pöbeln", "I", "R"));
        var english = options.Texts["en"];
        string.Concat(
            english.RedirectInstruction, english.RefuseInstruction, english.WarningInstruction, english.SupportInstruction, english.RedirectReply, english.RefuseReply,
            english.SupportReply, english.HelpResources, english.EndedForAbuse, english.EndedForHarmRequests, english.Ended, english.NextSteps, english.EndedAtOnce).Should().Be("abcdefghijklm");
    }

    [TestCase(typeof(ConversationGuardOptions), "")]
    [TestCase(typeof(CrisisHoldOptions), "CrisisHold:")]
    [TestCase(typeof(CategoryOptions), "Categories:hate:")]
    [TestCase(typeof(GuardTexts), "Texts:de:")]
    [TestCase(typeof(InMemoryStoreOptions), "Store:")]
    [TestCase(typeof(StoreFailureOptions), "StoreFailure:")]
    public void Every_property_of_the_options_is_a_known_key(Type options, string path)
    {
        foreach (var property in options.GetProperties())
        {
            var key = $"ConversationGuard:{path}{property.Name}";

            // An empty value says nothing of an object, and what it says of a number is refused by another message.
            var section = new ConfigurationBuilder().AddInMemoryCollection([new(key, string.Empty)]).Build().GetSection("ConversationGuard");
            using var provider = Build(section);
            var read = () => provider.GetRequiredService<IOptionsMonitor<ConversationGuardOptions>>().CurrentValue;

            try
            {
                read();
            }
            catch (OptionsValidationException error)
            {
                error.Message.Should().NotContain("not a known key");
            }
        }
    }

    [Test]
    public void Every_option_takes_effect_in_the_settings()
    {
        using var provider = Build(Section(Everything));

        var settings = provider.GetRequiredKeyedService<GuardSettingsSource>(string.Empty).Current;

        settings.Should().BeEquivalentTo(new
        {
            Mode = GuardMode.Observe,
            EndBehavior = EndBehavior.Respond,
            RedirectionStyle = RedirectionStyle.Reply,
            ClassifierTimeout = TimeSpan.FromSeconds(3),
            PerAuthor = true,
            TrustsHistory = false,
            Terms = new
            {
                Redirections = 4,
                CalmTurnsToForgive = 6,
                TimeToForgive = TimeSpan.FromHours(2.5),
                CrisisCalmTurns = 8,
                CrisisTime = TimeSpan.FromDays(1),
                MostSevereAction = GuardAction.Warn,
            },
        });
        settings.Terms.Categories[HarmCategory.HarassmentThreatening].Should().Be(new CategoryRule(CategoryRole.Abuse, 0.8));
        settings.Terms.Categories[HarmCategory.Sexual].Should().Be(new CategoryRule(CategoryRole.Abuse, 0.7, IsImmediate: true));
        settings.Terms.Categories[new HarmCategory("spam")].Should().Be(new CategoryRule(CategoryRole.Abuse, 0.5));
        settings.Wording.WarningNotice(HarmCategory.Harassment).Should().Be("Achtung (Pöbeln)");
    }

    [Test]
    public void An_empty_section_means_the_defaults()
    {
        using var provider = Build(Section("{}"));

        var options = provider.GetRequiredService<IOptionsMonitor<ConversationGuardOptions>>().CurrentValue;

        options.Should().BeEquivalentTo(new ConversationGuardOptions());
        options.Should().BeEquivalentTo(new { Mode = GuardMode.Enforce, EndBehavior = EndBehavior.Throw, Redirections = 2, CalmTurnsToForgive = 3, TimeToForgive = TimeSpan.FromHours(1) });
    }

    [TestCase("""{ "Mode": "Enforced" }""", "ConversationGuard:Mode", "Enforced", "Enforce, Observe, Disabled")]
    [TestCase("""{ "Mode": "7" }""", "ConversationGuard:Mode", "7", "Enforce, Observe, Disabled")]
    [TestCase("""{ "Mode": "" }""", "ConversationGuard:Mode", "Enforce, Observe, Disabled")]
    [TestCase("""{ "Preset": "Strict" }""", "ConversationGuard:Preset is \"Strict\"", "Balanced, AbuseOnly, CustomerSupport, Companion")]
    [TestCase("""{ "Preset": "9" }""", "ConversationGuard:Preset is 9", "Balanced, AbuseOnly, CustomerSupport, Companion")]
    [TestCase("""{ "MostSevereAction": "Kill" }""", "ConversationGuard:MostSevereAction is \"Kill\"", "Continue, Redirect, Warn, End")]
    [TestCase("""{ "PerAuthor": "perhaps" }""", "ConversationGuard:PerAuthor", "System.Boolean")]
    [TestCase("""{ "TrustHistory": "perhaps" }""", "ConversationGuard:TrustHistory", "System.Boolean")]
    [TestCase("""{ "Categories": { "hate": { "Immediate": "now" } } }""", "ConversationGuard:Categories:hate:Immediate", "System.Boolean")]
    [TestCase("""{ "EndBehavior": "throws" }""", "ConversationGuard:EndBehavior", "Throw, Respond")]
    [TestCase("""{ "RedirectionStyle": "x" }""", "ConversationGuard:RedirectionStyle", "Instruct, Reply")]
    [TestCase("""{ "Redirections": 0 }""", "ConversationGuard:Redirections", "0", "1 to 100")]
    [TestCase("""{ "Redirections": -1 }""", "ConversationGuard:Redirections", "-1", "1 to 100")]
    [TestCase("""{ "CalmTurnsToForgive": 101 }""", "ConversationGuard:CalmTurnsToForgive", "1 to 100")]
    [TestCase("""{ "TimeToForgive": "00:00:00" }""", "ConversationGuard:TimeToForgive", "00:00:01 to 365.00:00:00")]
    [TestCase("""{ "CrisisHold": { "CalmTurns": 0 } }""", "ConversationGuard:CrisisHold:CalmTurns", "1 to 100")]
    [TestCase("""{ "CrisisHold": { "Time": "-01:00:00" } }""", "ConversationGuard:CrisisHold:Time", "00:00:00 to 365.00:00:00")]
    [TestCase("""{ "ClassifierTimeout": "01:00:00" }""", "ConversationGuard:ClassifierTimeout", "00:10:00")]
    [TestCase("""{ "Store": { "Capacity": 0 } }""", "ConversationGuard:Store:Capacity", "1 to 2147483647")]
    [TestCase("""{ "StoreFailure": { "Timeout": "00:00:00" } }""", "ConversationGuard:StoreFailure:Timeout", "00:00:00.0010000 to 00:01:00")]
    [TestCase("""{ "StoreFailure": { "RetryAfter": "01:00:00" } }""", "ConversationGuard:StoreFailure:RetryAfter", "00:00:00.1000000 to 00:10:00")]
    [TestCase("""{ "StoreFailure": { "Behavior": "Ignore" } }""", "ConversationGuard:StoreFailure:Behavior", "Bridge, Throw")]
    [TestCase("""{ "Store": { "Expiration": "00:00:01" } }""", "ConversationGuard:Store:Expiration", "00:01:00")]
    [TestCase("""{ "Categories": { "harrassment": { "Threshold": 0.6 } } }""", "ConversationGuard:Categories:harrassment", "Did you mean \"harassment\"", "self-harm/intent")]
    [TestCase("""{ "Categories": { "self_harm": { "Threshold": 0.6 } } }""", "ConversationGuard:Categories:self_harm", "Did you mean \"self-harm\"")]
    [TestCase("""{ "Categories": { "hate": { "Threshold": 1.5 } } }""", "ConversationGuard:Categories:hate:Threshold", "1.5", "above 0, at most 1")]
    [TestCase("""{ "Categories": { "hate": { "Threshold": "NaN" } } }""", "ConversationGuard:Categories:hate:Threshold", "above 0, at most 1")]
    [TestCase("""{ "Categories": { "hate": { "Role": "Bad" } } }""", "ConversationGuard:Categories:hate:Role", "Bad", "Ignored, Abuse, SeriousHarm, Crisis")]
    [TestCase("""{ "Culture": "de_AT" }""", "ConversationGuard:Culture", "de_AT", "\"de-AT\"")]
    [TestCase("""{ "Culture": "" }""", "ConversationGuard:Culture", "allowed: a culture name")]
    [TestCase("""{ "Texts": { "english!": { "Ended": "x" } } }""", "ConversationGuard:Texts:english!", "allowed: a culture name")]
    [TestCase("""{ "Redirectionz": 3 }""", "ConversationGuard:Redirectionz", "Redirections")]
    [TestCase("""{ "CrisisHold": { "CalmTurn": 3 } }""", "ConversationGuard:CrisisHold:CalmTurn", "CalmTurns")]
    [TestCase("""{ "Categories": { "hate": { "Treshold": 0.6 } } }""", "ConversationGuard:Categories:hate:Treshold", "Threshold")]
    [TestCase("""{ "Texts": { "de": { "WarningNotise": "x" } } }""", "ConversationGuard:Texts:de:WarningNotise", "WarningNotice")]
    [TestCase("""{ "Store": { "Size": 5 } }""", "ConversationGuard:Store:Size", "Capacity")]
    [TestCase("""{ "Redirections": "two" }""", "ConversationGuard:Redirections", "System.Int32")]
    [TestCase("""{ "TimeToForgive": "an hour" }""", "ConversationGuard:TimeToForgive", "System.TimeSpan")]
    [TestCase("""{ "CrisisHold": null }""", "ConversationGuard:CrisisHold")]
    [TestCase("""{ "Store": null }""", "ConversationGuard:Store")]
    [TestCase("""{ "Categories": { "hate": null } }""", "ConversationGuard:Categories:hate")]
    [TestCase("""{ "Texts": { "de": null } }""", "ConversationGuard:Texts:de")]
    public async Task A_host_does_not_start_with_what_cannot_be_used_and_says_the_key_and_what_is_allowed(string json, params string[] said)
    {
        using var host = NewHost(Section($$"""{ "ConversationGuard": {{json}} }"""));

        var start = () => host.StartAsync();

        if (json.Contains("null"))
        {
            // Nothing there is as good as nothing said - unless it is refused by its key.
            try
            {
                await start();
            }
            catch (OptionsValidationException error)
            {
                error.Message.Should().ContainAll(said);
            }

            return;
        }

        (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Message.Should().ContainAll(said);
    }

    [Test]
    public async Task All_that_is_wrong_is_said_at_once()
    {
        using var host = NewHost(Section("""{ "ConversationGuard": { "Redirections": 0, "CalmTurnsToForgive": 0, "Culture": "?" } }"""));

        var start = () => host.StartAsync();

        (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Failures.Should().HaveCount(3);
    }

    [Test]
    public async Task A_guard_set_in_code_is_checked_at_the_start_too()
    {
        using var host = new HostBuilder().ConfigureServices(services => services.AddConversationGuard("support", options => options.Redirections = 1000)).Build();

        var start = () => host.StartAsync();

        (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Message.Should().Contain("ConversationGuardOptions:Redirections is 1000; allowed: 1 to 100.");
    }

    [Test]
    public async Task A_good_host_starts()
    {
        using var host = NewHost(Section(Everything));

        await host.StartAsync();
        await host.StopAsync();

        host.Services.GetRequiredService<IConversationGuard>().Should().NotBeNull();
    }

    [Test]
    public async Task A_reload_takes_effect_with_the_next_call()
    {
        var (configuration, set) = Reloadable();
        await using var chat = new GuardedChat(ChatPath.Whole, register: services => services.AddConversationGuard(configuration.GetSection("ConversationGuard")));
        await chat.SayAsync("insult one");

        set(new() { ["ConversationGuard:RedirectionStyle"] = "Reply" });
        await chat.SayAsync("insult two");
        set(new() { ["ConversationGuard:Mode"] = "Disabled" });
        await chat.SayAsync("insult three");

        chat.Model.Calls.Select(call => call.Instructions is null).Should().Equal(false, true);
        chat.Model.Calls[1].Messages[^1].Text.Should().Be("insult three");
    }

    [Test]
    public async Task An_invalid_reload_keeps_the_last_good_options_logs_an_error_and_a_valid_one_recovers()
    {
        var (configuration, set) = Reloadable();
        var logs = new FakeLogCollector();
        await using var chat = new GuardedChat(ChatPath.Whole, register: services => services
            .AddConversationGuard(configuration.GetSection("ConversationGuard"))
            .AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(logs))));
        set(new() { ["ConversationGuard:RedirectionStyle"] = "Reply" });

        foreach (var bad in new Dictionary<string, string?>[] { new() { ["ConversationGuard:Redirections"] = "0" }, new() { ["ConversationGuard:Mode"] = "off" }, new() { ["ConversationGuard:Redirectionz"] = "1" }, new() { ["ConversationGuard:Redirections"] = "x" } })
        {
            logs.Clear();
            var reload = () => set(bad);

            reload.Should().NotThrow();

            logs.GetSnapshot().Should().ContainSingle(record => record.Level == LogLevel.Error).Which.Message.Should().Contain(bad.Keys.Single());
            (await chat.SendAsync("insult")).Text.Should().Contain("I won't go along with", "the last good options stay in force");
        }

        set(new() { ["ConversationGuard:RedirectionStyle"] = "Instruct" });
        (await chat.SendAsync("insult")).Text.Should().Be("Reply 1");
    }

    [Test]
    public async Task A_reload_of_one_guard_leaves_the_others_alone()
    {
        var (configuration, set) = Reloadable();
        await using var provider = Build(configuration.GetSection("A"), "a", services => services.AddConversationGuard("b", configuration.GetSection("B")));
        var (a, b) = (provider.GetRequiredKeyedService<GuardSettingsSource>("a"), provider.GetRequiredKeyedService<GuardSettingsSource>("b"));

        set(new() { ["A:Redirections"] = "7", ["B:Redirections"] = "1000" });

        (a.Current.Terms.Redirections, b.Current.Terms.Redirections).Should().Be((7, 2));
    }

    [Test]
    public void A_disposed_host_does_not_follow_reloads_any_more()
    {
        var (configuration, set) = Reloadable();
        var provider = Build(configuration.GetSection("ConversationGuard"));
        var source = provider.GetRequiredKeyedService<GuardSettingsSource>(string.Empty);
        provider.Dispose();

        set(new() { ["ConversationGuard:Redirections"] = "9" });

        source.Current.Terms.Redirections.Should().Be(2);
    }

    [Test]
    public async Task The_bounds_of_the_in_memory_store_are_those_of_the_options()
    {
        using var model = new ScriptedChatClient();
        var services = new ServiceCollection();
        services.AddSingleton<IMessageClassifier>(new ScriptedClassifier());
        services.AddConversationGuard(options => options.Store.Capacity = 2);
        services.AddChatClient(model).UseConversationGuard();
        await using var provider = services.BuildServiceProvider();
        var guard = provider.GetRequiredService<IConversationGuard>();

        foreach (var key in new[] { "a", "b", "c" })
        {
            await guard.EndAsync(key);
        }

        (await guard.GetStatusAsync("a")).Ending.Should().BeNull("the one written longest ago goes first");
        (await guard.GetStatusAsync("c")).Ending.Should().NotBeNull();
    }

    private static IConfigurationSection Section(string json) =>
        new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build().GetSection("ConversationGuard");

    private static IHost NewHost(IConfigurationSection section) => new HostBuilder().ConfigureServices(services => services.AddConversationGuard(section)).Build();

    private static ServiceProvider Build(IConfigurationSection section, string name = "", Action<IServiceCollection>? add = null)
    {
        var services = new ServiceCollection();
        services.AddConversationGuard(name, section);
        add?.Invoke(services);
        return services.BuildServiceProvider();
    }

    private static (IConfigurationRoot Configuration, Action<Dictionary<string, string?>> Set) Reloadable()
    {
        var configuration = new ReloadableConfiguration();
        return (configuration.Root, configuration.Set);
    }
}
