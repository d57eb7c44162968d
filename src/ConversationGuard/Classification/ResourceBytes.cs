using System.Buffers;

namespace ConversationGuard.Classification;

/// <summary>Part of a resource of this assembly, where it lies: it is in memory as long as this code is.</summary>
internal sealed unsafe class ResourceBytes : MemoryManager<byte>
{
    private readonly byte* _start;
    private readonly int _length;

    private ResourceBytes(byte* start, int length)
    {
        _start = start;
        _length = length;
    }

    /// <summary>Takes the next bytes of a resource without reading them.</summary>
    /// <exception cref="EndOfStreamException">There are not as many.</exception>
    public static ReadOnlyMemory<byte> Take(UnmanagedMemoryStream resource, int length)
    {
        if (resource.Length - resource.Position < length)
        {
            throw new EndOfStreamException();
        }

        var bytes = new ResourceBytes(resource.PositionPointer, length);
        resource.Position += length;
        return bytes.Memory;
    }

    public override Span<byte> GetSpan() => new(_start, _length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(_start + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
