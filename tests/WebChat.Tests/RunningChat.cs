using ConversationGuard.Classification;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace WebChat.Tests;

/// <summary>The web chat, as it runs: a real server on a free port of this machine.</summary>
internal sealed class RunningChat : WebApplicationFactory<Program>
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("webchat");
    private readonly Dictionary<string, string?> _settings;

    public RunningChat(params (string Key, string Value)[] settings)
    {
        _settings = settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value);
        _settings["FeedbackFolder"] = _folder.FullName;
        _settings.TryAdd("WordDelay", "0");
        UseKestrel(0);
        StartServer();
    }

    public Uri Address => ClientOptions.BaseAddress;

    public string FeedbackFile => Path.Combine(_folder.FullName, "feedback.jsonl");

    public string GrantedFile => Path.Combine(_folder.FullName, "appeals-granted.jsonl");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    protected override IHost CreateHost(IHostBuilder builder)
    {
        builder.ConfigureHostConfiguration(configuration => configuration.AddInMemoryCollection(_settings));
        return base.CreateHost(builder);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.ConfigureLogging(logging => logging.ClearProviders());
        builder.ConfigureTestServices(services => services.AddSingleton<IMessageClassifier, PhraseClassifier>());
    }
}
