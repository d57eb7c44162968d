using Microsoft.Extensions.Configuration;

namespace ConversationGuard.Tests.Doubles;

/// <summary>A configuration that is replaced while the host runs, as a changed appsettings.json replaces it.</summary>
internal sealed class ReloadableConfiguration : IConfigurationSource
{
    private readonly ReloadableProvider _provider = new();

    public ReloadableConfiguration() => Root = new ConfigurationBuilder().Add(this).Build();

    public IConfigurationRoot Root { get; }

    public IConfigurationSection Section => Root.GetSection("ConversationGuard");

    public void Set(Dictionary<string, string?> data) => _provider.Set(data);

    /// <summary>Replaces the guard's section.</summary>
    public void SetGuard(params (string Key, string? Value)[] options) => Set(options.ToDictionary(option => "ConversationGuard:" + option.Key, option => option.Value));

    public IConfigurationProvider Build(IConfigurationBuilder builder) => _provider;

    private sealed class ReloadableProvider : ConfigurationProvider
    {
        public void Set(Dictionary<string, string?> data)
        {
            Data = new Dictionary<string, string?>(data, StringComparer.OrdinalIgnoreCase);
            OnReload();
        }
    }
}
