namespace ConsoleChat.Providers;

/// <summary>Which bot to talk to, as asked for on the command line.</summary>
/// <param name="Provider">One of <see cref="ChatProviders.Names"/>.</param>
/// <param name="Model">The model's name, where the provider has several.</param>
/// <param name="Endpoint">Another address than the provider's usual one.</param>
internal sealed record ProviderSettings(string Provider = ChatProviders.Eliza, string? Model = null, string? Endpoint = null);
