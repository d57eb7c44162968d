using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ConversationGuard.AspNetCore;

/// <summary>A file of JSON lines to which several processes may append: each line goes in whole, or not at all.</summary>
/// <remarks>A line that a crash cut short is closed by the next append and skipped by readers.</remarks>
internal sealed class JsonLinesFile(string path) : IDisposable
{
    private const byte NewLine = (byte)'\n';

    /// <summary>How long somebody else's lock is waited for.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _turn = new(1);

    public async Task AppendAsync<T>(T value, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(value, type);
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var file = await OpenAsync(FileMode.OpenOrCreate, FileAccess.ReadWrite, cancellationToken).ConfigureAwait(false);
            await using (file.ConfigureAwait(false))
            {
                var length = file.Length;
                byte[] bytes = [.. IsCutShort(file) ? [NewLine] : Array.Empty<byte>(), .. line, NewLine];
                file.Seek(0, SeekOrigin.End);
                try
                {
                    // Not to be cancelled halfway.
                    await file.WriteAsync(bytes, CancellationToken.None).ConfigureAwait(false);
                    file.Flush(flushToDisk: true);
                }
                catch (IOException)
                {
                    // A full disk leaves no half line.
                    file.SetLength(length);
                    throw;
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task<IReadOnlyList<T>> ReadAsync<T>(JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        var values = new List<T>();
        var file = await OpenAsync(FileMode.Open, FileAccess.Read, cancellationToken).ConfigureAwait(false);
        await using (file.ConfigureAwait(false))
        {
            using var reader = new StreamReader(file, Encoding.UTF8);
            while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
            {
                try
                {
                    values.Add(JsonSerializer.Deserialize(line, type)!);
                }
                catch (JsonException)
                {
                    // Cut short by a crash, or not ours.
                }
            }
        }

        return values;
    }

    public void Dispose() => _turn.Dispose();

    private static bool IsCutShort(FileStream file)
    {
        if (file.Length == 0)
        {
            return false;
        }

        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() != NewLine;
    }

    /// <summary>Opens the file for one process at a time, which the runtime enforces on every system.</summary>
    private async Task<FileStream> OpenAsync(FileMode mode, FileAccess access, CancellationToken cancellationToken)
    {
        for (var deadline = DateTime.UtcNow + _patience; ;)
        {
            try
            {
                return new FileStream(path, mode, access, access == FileAccess.Read ? FileShare.Read : FileShare.None, bufferSize: 1);
            }
            catch (IOException error) when (error is not FileNotFoundException and not DirectoryNotFoundException && DateTime.UtcNow < deadline)
            {
                await Task.Delay(10, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
