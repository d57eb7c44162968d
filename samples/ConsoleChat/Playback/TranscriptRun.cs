using ConsoleChat.Chat;
using ConversationGuard.Transcripts;

namespace ConsoleChat.Playback;

/// <summary>Plays every conversation of a transcript file and reports.</summary>
internal sealed class TranscriptRun(TranscriptPlayer player, TranscriptReport report, TextWriter errors, CtrlC ctrlC)
{
    private const int Interrupted = 130;

    private readonly List<PlayedConversation> _played = [];
    private bool _skippedLines;

    /// <summary>Runs.</summary>
    /// <param name="path">The file: one JSON object <c>{"id", "messages": [{"role", "content"}]}</c> a line.</param>
    /// <returns>0; 1 if a line was skipped or a bot did not answer; 130 after Ctrl+C.</returns>
    /// <exception cref="SetupException">The file cannot be read.</exception>
    public async Task<int> RunAsync(string path)
    {
        try
        {
            await using var file = File.OpenRead(path);
            await ctrlC.RunAsync(cancellationToken => PlayAsync(file, cancellationToken));
        }
        catch (OperationCanceledException)
        {
            return Interrupted;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SetupException($"There is no transcript file {Path.GetFullPath(path)}.");
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new SetupException($"The transcript file {Path.GetFullPath(path)} cannot be read: {exception.Message}");
        }

        report.ShowSum(_played);
        return _skippedLines || _played.Exists(conversation => conversation.Outcome == Outcome.Failed) ? 1 : 0;
    }

    private async Task PlayAsync(FileStream file, CancellationToken cancellationToken)
    {
        await foreach (var line in JsonLines.ReadAsync(new Utf8LineReader(file), TranscriptFormat.Parse, cancellationToken))
        {
            if (line.Value is null)
            {
                await errors.WriteLineAsync($"Line {line.Number} skipped: {line.Problem}.");
                _skippedLines = true;
                continue;
            }

            var conversation = await PlayedConversation.PlayAsync(player, line.Value, cancellationToken);
            report.Show(conversation);
            _played.Add(conversation);
        }
    }
}
