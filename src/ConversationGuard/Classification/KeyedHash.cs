using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ConversationGuard.Classification;

/// <summary>Stands for texts where a text itself must not be kept (R19): HMAC-SHA256 of it as it is, invalid surrogates included.</summary>
/// <remarks>Preparing the key costs more than hashing a message, so it is done once. Safe for concurrent use.</remarks>
internal sealed class KeyedHash : IDisposable
{
    /// <summary>The length of a hash, in bytes.</summary>
    public const int Length = 32;

    private readonly byte[] _key;
    private IncrementalHash? _idle;

    private KeyedHash(byte[] key) => _key = key;

    /// <summary>Hashes with a key. What lives as long as its guard need not be disposed of.</summary>
    public static KeyedHash With(byte[] key) => new(key);

    public void Compute(string text, Span<byte> hash)
    {
        // Who comes while another one computes prepares the key anew.
        var hmac = Interlocked.Exchange(ref _idle, null) ?? IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hmac.AppendData(MemoryMarshal.AsBytes(text.AsSpan()));
        hmac.GetHashAndReset(hash);
        Interlocked.Exchange(ref _idle, hmac)?.Dispose();
    }

    public void Dispose() => Interlocked.Exchange(ref _idle, null)?.Dispose();
}
