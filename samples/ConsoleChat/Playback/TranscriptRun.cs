using ConsoleChat.Chat;

namespace ConsoleChat.Playback;

/// <summary>Reads a transcript file, plays every conversation and reports.</summary>
internal sealed class TranscriptRun(TranscriptPlayer player, TranscriptReport report, TextWriter errors, CtrlC ctrlC)
{
    private const int Interrupted = 130;

    /// <summary>Runs.</summary>
    /// <param name="path">The file.</param>
    /// <returns>0; 1 if a line was skipped or a bot did not answer; 130 after Ctrl+C.</returns>
    /// <exception cref="SetupException">The file cannot be read.</exception>
    public async Task<int> RunAsync(string path)
    {
        var transcript = await ReadAsync(path);
        foreach (var bad in transcript.BadLines)
        {
            await errors.WriteLineAsync($"Line {bad.Line} skipped: {bad.Problem}.");
        }

        var played = new List<PlayedConversation>();
        try
        {
            await ctrlC.RunAsync(cancellationToken => PlayAsync(transcript, played, cancellationToken));
        }
        catch (OperationCanceledException)
        {
            return Interrupted;
        }

        report.ShowSum(played);
        return transcript.BadLines.Count > 0 || played.Any(conversation => conversation.Outcome == Outcome.Failed) ? 1 : 0;
    }

    private static async Task<Transcript> ReadAsync(string path)
    {
        try
        {
            using var reader = File.OpenText(path);
            return await Transcript.ReadAsync(reader);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SetupException($"There is no transcript file {Path.GetFullPath(path)}.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"The transcript file {Path.GetFullPath(path)} cannot be read: {exception.Message}");
        }
    }

    private async Task PlayAsync(Transcript transcript, List<PlayedConversation> played, CancellationToken cancellationToken)
    {
        foreach (var recorded in transcript.Conversations)
        {
            var conversation = await player.PlayAsync(recorded, cancellationToken);
            report.Show(conversation);
            played.Add(conversation);
        }
    }
}
