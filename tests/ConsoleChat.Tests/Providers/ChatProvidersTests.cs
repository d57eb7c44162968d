using ConsoleChat.Eliza;
using ConsoleChat.Providers;
using Microsoft.Extensions.AI;

namespace ConsoleChat.Tests.Providers;

public sealed class ChatProvidersTests
{
    [Test]
    public void Without_a_choice_it_is_Eliza()
    {
        using var client = ChatProviders.Create(new ProviderSettings(), NoKeys);

        client.Should().BeOfType<ElizaChatClient>();
    }

    [TestCase("openai", "gpt", null, "openai", "https://api.openai.com/v1")]
    [TestCase("openai", "gpt", "http://localhost:1234/v1", "openai", "http://localhost:1234/v1")]
    [TestCase("anthropic", "claude", null, "anthropic", "https://api.anthropic.com")]
    [TestCase("anthropic", "claude", "http://localhost:1234", "anthropic", "http://localhost:1234")]
    [TestCase("ollama", "llama", null, "ollama", "http://localhost:11434")]
    [TestCase("ollama", "llama", "http://other:11434", "ollama", "http://other:11434")]
    public void Each_provider_gets_its_model_and_endpoint(string provider, string model, string? endpoint, string name, string address)
    {
        using var client = ChatProviders.Create(new ProviderSettings(provider, model, endpoint), variable => variable.EndsWith("_API_KEY", StringComparison.Ordinal) ? "key" : null);

        var metadata = client.GetService<ChatClientMetadata>()!;
        metadata.ProviderName.Should().Be(name);
        metadata.DefaultModelId.Should().Be(model);
        metadata.ProviderUri!.ToString().TrimEnd('/').Should().Be(address);
    }

    [TestCase("openai", "gpt", null, "*OPENAI_API_KEY*")]
    [TestCase("anthropic", "claude", null, "*ANTHROPIC_API_KEY*")]
    [TestCase("ollama", null, null, "*--model*")]
    [TestCase("ollama", " ", null, "*--model*")]
    [TestCase("ollama", "llama", "localhost:11434", "*--endpoint*")]
    [TestCase("ollama", "llama", "not an address", "*--endpoint*")]
    [TestCase("eliza", "gpt", null, "*--provider openai*")]
    [TestCase("eliza", null, "http://localhost", "*--provider openai*")]
    [TestCase("nobody", null, null, "*eliza, openai, anthropic, ollama*")]
    public void What_is_missing_is_told(string provider, string? model, string? endpoint, string message) =>
        FluentActions.Invoking(() => ChatProviders.Create(new ProviderSettings(provider, model, endpoint), NoKeys))
            .Should().Throw<SetupException>().WithMessage(message);

    [Test]
    public void An_empty_key_is_no_key() =>
        FluentActions.Invoking(() => ChatProviders.Create(new ProviderSettings("openai", "gpt"), _ => " "))
            .Should().Throw<SetupException>();

    [Test]
    public void A_key_without_a_model_is_not_enough() =>
        FluentActions.Invoking(() => ChatProviders.Create(new ProviderSettings("openai"), _ => "key"))
            .Should().Throw<SetupException>().WithMessage("*--model*");

    private static string? NoKeys(string variable) => null;
}
