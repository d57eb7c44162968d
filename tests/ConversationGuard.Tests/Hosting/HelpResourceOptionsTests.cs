using System.Text;
using ConversationGuard.DeEscalation;
using ConversationGuard.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ConversationGuard.Tests.Hosting;

public class HelpResourceOptionsTests
{
    [Test]
    public void The_region_and_the_hosts_resources_are_read_from_json()
    {
        var settings = GuardSettingsSource.Compile(Read("""{ "Culture": "en", "Region": "RO", "HelpResources": { "ro": "Sună la 112.", "*": "anywhere" } }"""));

        settings.Wording.HelpResources().Should().Be("Sună la 112.");
    }

    [TestCase("GB", "116 123")]
    [TestCase("ro", "Sună la 112.")]
    [TestCase("FJ", "anywhere")]
    public void They_take_effect_in_the_settings(string region, string expected)
    {
        var options = new ConversationGuardOptions { Culture = "en", Region = region, HelpResources = { ["RO"] = "Sună la 112.", ["*"] = "anywhere" } };

        GuardSettingsSource.Compile(options).Wording.HelpResources().Should().Contain(expected);
    }

    [Test]
    public void A_text_for_the_language_comes_before_them()
    {
        var options = new ConversationGuardOptions { Culture = "en-GB", HelpResources = { ["GB"] = "by region" }, Texts = { ["en"] = new GuardTexts { HelpResources = "by language" } } };

        GuardSettingsSource.Compile(options).Wording.HelpResources().Should().Be("by language");
    }

    [Test]
    public void A_dictionary_that_minds_the_case_is_as_good()
    {
        var options = new ConversationGuardOptions { Region = "at", HelpResources = new Dictionary<string, string> { ["AT"] = "Wien" } };

        GuardSettingsSource.Compile(options).Wording.HelpResources().Should().Be("Wien");
    }

    [TestCase("""{ "Region": "Austria" }""", "Guard:Region is \"Austria\"; allowed: an ISO 3166 code of two letters such as \"AT\".")]
    [TestCase("""{ "Region": "A1" }""", "Guard:Region is \"A1\"; allowed: an ISO 3166 code")]
    [TestCase("""{ "Region": "" }""", "Guard:Region is \"\"; allowed: an ISO 3166 code")]
    [TestCase("""{ "Region": "uk" }""", "Guard:Region is \"uk\", which is no ISO 3166 code. Did you mean \"GB\"?")]
    [TestCase("""{ "HelpResources": { "AUT": "x" } }""", "Guard:HelpResources:AUT is \"AUT\"; allowed: keys that are an ISO 3166 code of two letters such as \"AT\", or \"*\" for every other region.")]
    [TestCase("""{ "HelpResources": { "UK": "x" } }""", "Guard:HelpResources:UK is \"UK\", which is no ISO 3166 code. Did you mean \"GB\"?")]
    [TestCase("""{ "HelpResources": { "AT": " " } }""", "Guard:HelpResources:AT is empty; allowed: a text that says where help is found.")]
    [TestCase("""{ "HelpResources": { "*": "" } }""", "Guard:HelpResources:* is empty; allowed: a text that says where help is found.")]
    [TestCase("""{ "Texts": { "nl": { "HelpResourcesFormat": "Bel {resources}" } } }""", "Guard:Texts:nl:HelpResourcesFormat lacks a placeholder; allowed: a text with {emergency} and {resources}.")]
    [TestCase("""{ "Regions": "AT" }""", "Regions")]
    public void What_cannot_be_used_is_refused_with_its_key_and_what_is_allowed(string json, string said)
    {
        var read = () => Read(json);

        read.Should().Throw<OptionsValidationException>().Which.Message.Should().Contain(said);
    }

    [TestCase("""{ "Region": "fj" }""")]
    [TestCase("""{ "HelpResources": { "FJ": "x", "*": "y" }, "Texts": { "nl": { "HelpResourcesFormat": "Bel {emergency}: {resources}" } } }""")]
    [TestCase("""{ "Texts": { "de": null } }""")]
    public void Regions_that_the_package_does_not_know_are_allowed(string json)
    {
        var read = () => Read(json);

        read.Should().NotThrow();
    }

    private static ConversationGuardOptions Read(string json)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes($$"""{ "Guard": {{json}} }"""));
        var services = new ServiceCollection();
        services.AddConversationGuard(new ConfigurationBuilder().AddJsonStream(stream).Build().GetSection("Guard"));
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<ConversationGuardOptions>>().Value;
    }
}
