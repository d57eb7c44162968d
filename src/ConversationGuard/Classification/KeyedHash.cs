using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ConversationGuard.Classification;

/// <summary>Stands for a text where the text itself must not be kept (R19): HMAC-SHA256 of it as it is, invalid surrogates included.</summary>
internal static class KeyedHash
{
    /// <summary>The length of a hash, in bytes.</summary>
    public const int Length = 32;

    public static void Compute(byte[] key, string text, Span<byte> hash)
    {
        var bytes = MemoryMarshal.AsBytes(text.AsSpan());
        HMACSHA256.HashData(key, bytes, hash);
    }
}
