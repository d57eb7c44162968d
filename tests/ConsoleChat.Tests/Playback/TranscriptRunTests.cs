using ConsoleChat.Chat;
using ConsoleChat.Playback;
using ConsoleChat.Tests.Chat;
using ConversationGuard.Transcripts;

namespace ConsoleChat.Tests.Playback;

public sealed class TranscriptRunTests
{
    [Test]
    public async Task Ctrl_C_leaves_with_the_exit_code_of_an_interruption()
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, """{"messages":[{"role":"user","content":"a"},{"role":"user","content":"b"}]}""");
        using var ctrlC = new CtrlC();
        using var client = new ScriptedChatClient();
        client.AfterTheWords = async cancellationToken =>
        {
            ctrlC.Press().Should().BeTrue();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        };
        using var output = new StringWriter();

        var exitCode = await new TranscriptRun(new TranscriptPlayer(client, new TurnObserver()), new TranscriptReport(output, interactive: false), output, ctrlC).RunAsync(path);

        exitCode.Should().Be(130);
        client.Requests.Should().ContainSingle();
        File.Delete(path);
    }
}
