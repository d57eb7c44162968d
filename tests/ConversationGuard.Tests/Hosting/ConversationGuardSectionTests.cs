using ConversationGuard.DeEscalation;
using ConversationGuard.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ConversationGuard.Tests.Hosting;

public class ConversationGuardSectionTests
{
    [TestCaseSource(nameof(Keys))]
    public void Every_option_is_a_known_key(string key)
    {
        var section = new ConfigurationBuilder().AddInMemoryCollection([new("Guard:" + key, "x")]).Build().GetSection("Guard");
        var bind = () => ConversationGuardSection.Bind(section, new ConversationGuardOptions());

        var failures = string.Empty;
        try
        {
            bind();
        }
        catch (OptionsValidationException error)
        {
            failures = error.Message;
        }

        failures.Should().NotContain("is not a known key", "the value may be wrong, but there is such an option");
    }

    private static IEnumerable<string> Keys() =>
    [
        .. KeysOf(typeof(ConversationGuardOptions), string.Empty),
        .. KeysOf(typeof(CrisisHoldOptions), "CrisisHold:"),
        .. KeysOf(typeof(InMemoryStoreOptions), "Store:"),
        .. KeysOf(typeof(CategoryOptions), "Categories:hate:"),
        .. KeysOf(typeof(GuardTexts), "Texts:de:"),
    ];

    private static IEnumerable<string> KeysOf(Type options, string prefix) => options.GetProperties().Select(property => prefix + property.Name);
}
