using ConversationGuard.Transcripts;

namespace ConversationGuard.Cli.Lines;

/// <summary>An open file of lines, or the standard input.</summary>
internal sealed class LineInput : IAsyncDisposable
{
    /// <summary>What stands for the standard input.</summary>
    public const string Standard = "-";

    private readonly Stream _stream;
    private readonly bool _isOwn;

    private LineInput(Stream stream, bool isOwn, long? length)
    {
        (_stream, _isOwn, Length) = (stream, isOwn, length);
        Reader = new Utf8LineReader(stream);
    }

    public Utf8LineReader Reader { get; }

    /// <summary>Gets the number of bytes; null if it is not known beforehand.</summary>
    public long? Length { get; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">Its path, or <see cref="Standard"/>.</param>
    /// <param name="surroundings">Where the standard input is.</param>
    /// <exception cref="CannotRunException">The file cannot be read.</exception>
    public static LineInput Open(string path, Surroundings surroundings)
    {
        if (path == Standard)
        {
            return new LineInput(surroundings.Input, isOwn: false, length: null);
        }

        var file = FileAccessErrors.Explain(path, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan));
        return new LineInput(file, isOwn: true, file.CanSeek ? file.Length : null);
    }

    public ValueTask DisposeAsync() => _isOwn ? _stream.DisposeAsync() : default;
}
