using System.ClientModel;
using Anthropic;
using ConsoleChat.Eliza;
using Microsoft.Extensions.AI;
using OllamaSharp;
using OpenAI;

namespace ConsoleChat.Providers;

/// <summary>Makes the chat client that the guard is put around.</summary>
internal static class ChatProviders
{
    public const string Eliza = "eliza";

    private const string OpenAI = "openai";
    private const string Anthropic = "anthropic";
    private const string Ollama = "ollama";

    public static string[] Names => [Eliza, OpenAI, Anthropic, Ollama];

    /// <summary>Makes a client.</summary>
    /// <param name="settings">Which.</param>
    /// <param name="environment">Reads an environment variable; the keys are there.</param>
    /// <param name="wordDelay">How slowly ELIZA types.</param>
    /// <returns>The provider's client, without guard.</returns>
    /// <exception cref="SetupException">Something is missing.</exception>
    public static IChatClient Create(ProviderSettings settings, Func<string, string?> environment, TimeSpan wordDelay = default) => settings.Provider switch
    {
        Eliza when settings.Model is null && settings.Endpoint is null => new ElizaChatClient(wordDelay),
        Eliza => throw new SetupException("--model and --endpoint belong to another provider: ELIZA has neither. Add --provider openai, anthropic or ollama."),
        OpenAI => CreateOpenAI(settings, environment),
        Anthropic => CreateAnthropic(settings, environment),
        Ollama => new OllamaApiClient(Endpoint(settings) ?? new Uri("http://localhost:11434"), Model(settings)),
        _ => throw new SetupException($"There is no provider \"{settings.Provider}\"; there are {string.Join(", ", Names)}."),
    };

    private static IChatClient CreateOpenAI(ProviderSettings settings, Func<string, string?> environment) =>
        new OpenAIClient(new ApiKeyCredential(Key(settings, environment, "OPENAI_API_KEY")), new OpenAIClientOptions { Endpoint = Endpoint(settings) })
            .GetChatClient(Model(settings))
            .AsIChatClient();

    private static IChatClient CreateAnthropic(ProviderSettings settings, Func<string, string?> environment)
    {
        var key = Key(settings, environment, "ANTHROPIC_API_KEY");
        var client = Endpoint(settings) is { } endpoint
            ? new AnthropicClient { ApiKey = key, BaseUrl = endpoint.ToString() }
            : new AnthropicClient { ApiKey = key };
        return client.AsIChatClient(Model(settings));
    }

    private static string Key(ProviderSettings settings, Func<string, string?> environment, string variable) =>
        environment(variable) is { } key && !string.IsNullOrWhiteSpace(key)
            ? key
            : throw new SetupException($"--provider {settings.Provider} needs your API key in the environment variable {variable}. Without a key: --provider eliza.");

    private static string Model(ProviderSettings settings) =>
        !string.IsNullOrWhiteSpace(settings.Model)
            ? settings.Model
            : throw new SetupException($"--provider {settings.Provider} needs a model: add --model NAME.");

    private static Uri? Endpoint(ProviderSettings settings) =>
        settings.Endpoint is null ? null
            : Uri.TryCreate(settings.Endpoint, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https" ? endpoint
            : throw new SetupException("--endpoint must be a whole address, for example http://localhost:11434.");
}
