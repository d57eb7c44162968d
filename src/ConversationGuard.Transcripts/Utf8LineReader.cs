namespace ConversationGuard.Transcripts;

/// <summary>Reads the lines of UTF-8 text one by one, however large the whole is. It never holds more than one line and a little.</summary>
/// <remarks>Lines end with LF or CR LF; the last one need not. A byte order mark at the start is skipped.</remarks>
/// <param name="stream">The text. It is read, not closed.</param>
/// <param name="maximumLength">The most bytes of one line; a longer one is passed over without being held.</param>
public sealed class Utf8LineReader(Stream stream, int maximumLength = Utf8LineReader.DefaultMaximumLength)
{
    /// <summary>The most bytes of one line unless said otherwise: 64 MiB.</summary>
    public const int DefaultMaximumLength = 64 * 1024 * 1024;

    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _scanned;
    private int _end;
    private bool _isAtEnd;
    private bool _hasBegun;

    /// <summary>Gets the current line without its end; empty if <see cref="IsTooLong"/>. It is valid until the next line is read.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    /// <summary>Gets the number of the current line, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>Gets a value indicating whether the current line is longer than is allowed.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>Gets how many bytes were read from the stream.</summary>
    public long Position { get; private set; }

    /// <summary>Gets a value indicating whether the next line is there already, so that reading it waits for nothing.</summary>
    public bool IsNextBuffered => _buffer.AsSpan(_start, _end - _start).Contains((byte)'\n');

    /// <summary>Goes to the next line.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="InvalidDataException">The text is UTF-16 or UTF-32.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        IsTooLong = false;
        while (!_hasBegun)
        {
            await FillAsync(cancellationToken);
        }

        while (true)
        {
            var length = _buffer.AsSpan(_scanned, _end - _scanned).IndexOf((byte)'\n');
            if (length >= 0)
            {
                var end = _scanned + length;
                Take(end, end + 1);
                return true;
            }

            _scanned = _end;
            if (_isAtEnd)
            {
                var isLast = _start < _end || IsTooLong;
                Take(_end, _end);
                Number -= isLast ? 0 : 1;
                return isLast;
            }

            await FillAsync(cancellationToken);
        }
    }

    private void Take(int end, int next)
    {
        var isTooLong = IsTooLong || end - _start > maximumLength;
        var length = end > _start && _buffer[end - 1] == '\r' ? end - 1 - _start : end - _start;
        Line = isTooLong ? default : _buffer.AsMemory(_start, length);
        IsTooLong = isTooLong;
        Number++;
        _start = _scanned = next;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        MakeRoom();
        var count = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _isAtEnd = count == 0;
        _end += count;
        Position += count;
        if (!_hasBegun && (_end >= 3 || _isAtEnd))
        {
            _hasBegun = true;
            SkipByteOrderMark();
        }
    }

    private void MakeRoom()
    {
        if (_end - _start > maximumLength)
        {
            // What is too long to be used need not be kept.
            IsTooLong = true;
            _start = _scanned = _end = 0;
        }
        else if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_scanned, _end, _start) = (_scanned - _start, _end - _start, 0);
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
    }

    private void SkipByteOrderMark()
    {
        var text = _buffer.AsSpan(0, _end);
        if (text.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || text.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            throw new InvalidDataException("It is not UTF-8 but UTF-16 or UTF-32 text.");
        }

        if (text.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
        {
            _start = _scanned = 3;
        }
    }
}
