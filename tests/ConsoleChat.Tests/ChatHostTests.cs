using System.Diagnostics;
using System.Text;
using ConsoleChat.Eliza;
using ConsoleChat.Playback;
using ConversationGuard.ChatCompletion;
using ConversationGuard.Transcripts;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ConsoleChat.Tests;

public sealed class ChatHostTests
{
    private string _settings = null!;
    private FirstLine _errors = null!;

    [SetUp]
    public void Create() => (_settings, _errors) = (Path.GetTempFileName(), new FirstLine());

    [TearDown]
    public void Delete()
    {
        File.Delete(_settings);
        _errors.Dispose();
    }

    [Test]
    public async Task The_settings_of_the_file_are_followed_when_it_changes()
    {
        using var host = await StartAsync("""{ "ConversationGuard": { "Mode": "Observe" } }""");
        (await ModeAsync(host)).Should().Be(GuardMode.Observe);

        await File.WriteAllTextAsync(_settings, """{ "ConversationGuard": { "Mode": "Enforce" } }""");

        (await BecomesAsync(async () => await ModeAsync(host) == GuardMode.Enforce)).Should().BeTrue();
    }

    [Test]
    public async Task A_broken_file_is_told_and_changes_nothing_and_a_mended_one_is_followed()
    {
        using var host = await StartAsync("""{ "ConversationGuard": { "Mode": "Observe" } }""");

        await File.WriteAllTextAsync(_settings, """{ "ConversationGuard": """);
        (await _errors.Line.WaitAsync(TimeSpan.FromSeconds(30))).Should().Contain(_settings).And.Contain("the last settings stay in force");
        (await ModeAsync(host)).Should().Be(GuardMode.Observe);

        await File.WriteAllTextAsync(_settings, """{ "ConversationGuard": { "Mode": "Enforce" } }""");
        (await BecomesAsync(async () => await ModeAsync(host) == GuardMode.Enforce)).Should().BeTrue();
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
        var played = await PlayedConversation.PlayAsync(player, new RecordedConversation(1, new LineId("a"), [new ChatMessage(ChatRole.User, "Hello")]));
        return played.Turns.Single().Decision?.Mode;
    }

    private static async Task<bool> BecomesAsync(Func<Task<bool>> isSo)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(30); await Task.Delay(50))
        {
            if (await isSo())
            {
                return true;
            }
        }

        return false;
    }

    private async Task<IHost> StartAsync(string settings)
    {
        await File.WriteAllTextAsync(_settings, settings);
        return await ChatHost.StartAsync(new ElizaChatClient(), _settings, _errors);
    }

    /// <summary>Lets a test wait for what another thread writes.</summary>
    private sealed class FirstLine : TextWriter
    {
        private readonly TaskCompletionSource<string?> _line = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override Encoding Encoding => Encoding.UTF8;

        public Task<string?> Line => _line.Task;

        public override void WriteLine(string? value) => _line.TrySetResult(value);
    }
}
