using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ConversationGuard.Cli.Lines;

/// <summary>Writes JSON lines. Only whole lines go out, whenever the program is stopped.</summary>
internal sealed class JsonLinesOutput : IAsyncDisposable
{
    private const int Full = 64 * 1024;

    private readonly Stream _stream;
    private readonly bool _isOwn;
    private readonly ArrayBufferWriter<byte> _lines = new(2 * Full);

    // It goes to a file and not into a web page: ids stay readable.
    private readonly Utf8JsonWriter _json = new(Stream.Null, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private JsonLinesOutput(Stream stream, bool isOwn) => (_stream, _isOwn) = (stream, isOwn);

    /// <summary>Opens a file, which is overwritten.</summary>
    /// <param name="path">Its path; the standard output if null or <see cref="LineInput.Standard"/>.</param>
    /// <param name="input">The path of what is read: it cannot be written too.</param>
    /// <param name="surroundings">Where the standard output is.</param>
    /// <exception cref="CannotRunException">The file cannot be written.</exception>
    public static JsonLinesOutput Open(string? path, string? input, Surroundings surroundings)
    {
        if (path is null or LineInput.Standard)
        {
            return new JsonLinesOutput(surroundings.Output, isOwn: false);
        }

        return input is not null && Path.GetFullPath(path) == Path.GetFullPath(input)
            ? throw new CannotRunException($"{Path.GetFullPath(path)} cannot be both read and written.")
            : new JsonLinesOutput(FileAccessErrors.Explain(path, () => new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0)), isOwn: true);
    }

    /// <summary>Adds a line.</summary>
    /// <param name="write">Writes its one value.</param>
    public ValueTask WriteAsync(Action<Utf8JsonWriter> write)
    {
        _json.Reset(_lines);
        write(_json);
        _json.Flush();
        _lines.Write("\n"u8);
        return _lines.WrittenCount >= Full ? FlushAsync() : default;
    }

    /// <summary>Sends out what was added.</summary>
    public async ValueTask FlushAsync()
    {
        if (_lines.WrittenCount > 0)
        {
            // Not to be cancelled: half a line would be left.
            await _stream.WriteAsync(_lines.WrittenMemory);
            await _stream.FlushAsync();
            _lines.ResetWrittenCount();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await FlushAsync();
        await _json.DisposeAsync();
        if (_isOwn)
        {
            await _stream.DisposeAsync();
        }
    }
}
