using System.Diagnostics;
using ConsoleChat.Eliza;
using ConsoleChat.Playback;
using ConversationGuard.ChatCompletion;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ConsoleChat.Tests;

public sealed class ChatHostTests
{
    private string _settings = null!;

    [SetUp]
    public void Create() => _settings = Path.GetTempFileName();

    [TearDown]
    public void Delete() => File.Delete(_settings);

    [Test]
    public async Task The_settings_of_the_file_are_followed_when_it_changes()
    {
        using var host = await StartAsync("""{ "ConversationGuard": { "Mode": "Observe" } }""");
        (await ModeAsync(host)).Should().Be(GuardMode.Observe);

        await File.WriteAllTextAsync(_settings, """{ "ConversationGuard": { "Mode": "Enforce" } }""");

        (await BecomesAsync(host, GuardMode.Enforce)).Should().BeTrue();
    }

    [Test]
    public async Task A_broken_file_changes_nothing_and_a_mended_one_is_followed()
    {
        using var host = await StartAsync("""{ "ConversationGuard": { "Mode": "Observe" } }""");

        await File.WriteAllTextAsync(_settings, """{ "ConversationGuard": """);
        await Task.Delay(TimeSpan.FromSeconds(1));
        (await ModeAsync(host)).Should().Be(GuardMode.Observe);

        await File.WriteAllTextAsync(_settings, """{ "ConversationGuard": { "Mode": "Enforce" } }""");
        (await BecomesAsync(host, GuardMode.Enforce)).Should().BeTrue();
    }

    [TestCase("Redirections", "0")]
    [TestCase("Redirections", "\"many\"")]
    [TestCase("Mode", "\"Furious\"")]
    [TestCase("NoSuchSetting", "1")]
    public async Task A_wrong_setting_is_told_by_its_name(string name, string value)
    {
        var starting = () => StartAsync($$"""{ "ConversationGuard": { "{{name}}": {{value}} } }""");

        (await starting.Should().ThrowAsync<SetupException>()).Which.Message.Should().Contain(name).And.Contain(_settings);
    }

    private static async Task<GuardMode?> ModeAsync(IHost host)
    {
        var player = new TranscriptPlayer(host.Services.GetRequiredService<IChatClient>(), host.Services.GetRequiredService<TurnObserver>());
        var played = await player.PlayAsync(new RecordedConversation(1, "a", ["Hello"]));
        return played.Turns.Single().Decision?.Mode;
    }

    private static async Task<bool> BecomesAsync(IHost host, GuardMode mode)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(30); await Task.Delay(50))
        {
            if (await ModeAsync(host) == mode)
            {
                return true;
            }
        }

        return false;
    }

    private async Task<IHost> StartAsync(string settings)
    {
        await File.WriteAllTextAsync(_settings, settings);
        return await ChatHost.StartAsync(new ElizaChatClient(), _settings);
    }
}
