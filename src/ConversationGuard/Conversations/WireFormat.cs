using System.Buffers.Binary;
using System.Text;

namespace ConversationGuard.Conversations;

/// <summary>Writes the fields of one protobuf message. What is zero or empty is left out, as protobuf has it.</summary>
internal sealed class WireWriter
{
    private readonly List<byte> _bytes = [];

    public byte[] ToArray() => [.. _bytes];

    public void Number(int field, long value)
    {
        if (value != 0)
        {
            NumberAlways(field, value);
        }
    }

    public void NumberAlways(int field, long value)
    {
        Tag(field, WireType.Varint);
        Varint((ulong)value);
    }

    public void Fixed(int field, long value)
    {
        Tag(field, WireType.Fixed64);
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        _bytes.AddRange(bytes);
    }

    public void Fraction(int field, double value)
    {
        if (BitConverter.DoubleToInt64Bits(value) is not 0 and var bits)
        {
            Fixed(field, bits);
        }
    }

    public void Text(int field, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            Element(field, value!);
        }
    }

    /// <summary>A text of a list: an empty one is one too.</summary>
    public void Element(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public void Message(int field, WireWriter message) => Bytes(field, message.ToArray());

    private void Bytes(int field, byte[] value)
    {
        Tag(field, WireType.Bytes);
        Varint((ulong)value.Length);
        _bytes.AddRange(value);
    }

    private void Tag(int field, WireType type) => Varint(((ulong)field << 3) | (uint)type);

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            _bytes.Add((byte)(value | 0x80));
            value >>= 7;
        }

        _bytes.Add((byte)value);
    }
}

/// <summary>Reads the fields of one protobuf message, one after the other. A field that nobody asks for is skipped.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;
    private ReadOnlySpan<byte> _bytes;
    private ulong _number;
    private WireType _type;

    /// <summary>Gets the field that the reader is at.</summary>
    public int Field { get; private set; }

    public readonly int Number => Is(WireType.Varint) && (long)_number is >= int.MinValue and <= int.MaxValue and var number
        ? (int)number
        : throw new InvalidDataException($"The stored ledger is damaged: the number of field {Field} is too large.");

    public readonly long Long => (_type == WireType.Varint || Is(WireType.Fixed64)) ? (long)_number : 0;

    public readonly double Fraction => Is(WireType.Fixed64) ? BitConverter.Int64BitsToDouble((long)_number) : 0;

    public readonly ReadOnlySpan<byte> Bytes => Is(WireType.Bytes) ? _bytes : default;

    public readonly string Text => Encoding.UTF8.GetString(Bytes.ToArray());

    public bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var tag = Varint();
        Field = (int)(tag >> 3);
        _type = (WireType)(tag & 7);
        switch (_type)
        {
            case WireType.Varint:
                _number = Varint();
                break;
            case WireType.Fixed64:
                _number = BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));
                break;
            case WireType.Fixed32:
                Take(sizeof(uint));
                break;
            case WireType.Bytes:
                _bytes = Take(Varint());
                break;
            default:
                throw new InvalidDataException($"The stored ledger is damaged: field {Field} is of no known type.");
        }

        return true;
    }

    private readonly bool Is(WireType type) =>
        _type == type ? true : throw new InvalidDataException($"The stored ledger is damaged: field {Field} is of another type than expected.");

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)_rest.Length)
        {
            throw new InvalidDataException("The stored ledger is damaged: it is cut off.");
        }

        var taken = _rest.Slice(0, (int)length);
        _rest = _rest.Slice((int)length);
        return taken;
    }

    private ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var one = Take(1)[0];
            value |= (ulong)(one & 0x7F) << shift;
            if (one < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("The stored ledger is damaged: a number has no end.");
    }
}

/// <summary>The types of protobuf's fields.</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5,
}
