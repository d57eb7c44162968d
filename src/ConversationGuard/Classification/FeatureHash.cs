using System.Runtime.CompilerServices;

namespace ConversationGuard.Classification;

/// <summary>The hashes that name features. The trainer and the classifier share them; changing one invalidates every model file.</summary>
internal static class FeatureHash
{
    public const ulong Seed = 0xCBF29CE484222325;
    public const ulong GramSeed = 0x84222325CBF29CE4;

    /// <summary>Marks the start and the end of a sentence.</summary>
    public const ulong Boundary = 0x1B873593CC9E2D51;
    public const ulong Question = 0x2545F4914F6CDD1D;
    public const ulong Exclamation = 0x38495AB5E6546B64;
    public const ulong Number = 0x4CF5AD432745937F;
    public const ulong Identifier = 0x52DCE729DA3E39CB;
    public const ulong Link = 0x6C8E9CF570932BD5;
    public const ulong Mention = 0x7F4A7C159E3779B9;

    private const ulong Prime = 0x100000001B3;
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Append(ulong hash, char c) => (hash ^ c) * Prime;

    public static ulong Of(ReadOnlySpan<char> word)
    {
        var hash = Seed;
        foreach (var c in word)
        {
            hash = Append(hash, c);
        }

        return hash;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Pair(ulong first, ulong second) => (((first << 23) | (first >> 41)) * 0xD6E8FEB86659FD93) + second;

    /// <summary>The feature "this word, this person spoken of, inside or outside a quotation".</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong InContext(ulong word, int context) => word ^ (0xA0761D6478BD642F * (ulong)(context + 1));

    /// <summary>The feature "this word, one word left out, that word".</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Gap(ulong first, ulong second) => (((first << 11) | (first >> 53)) * 0xE7037ED1A0B428DB) + second;

    /// <summary>The hash that stands for a class of words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfClass(byte wordClass) => (wordClass + 0x51ED270B9F81A3C7UL) * 0xC2B2AE3D27D4EB4F;

    /// <summary>The hash that stands for a group of classes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfGroup(byte group) => (group + 0x2545F4914F6CDD1DUL) * 0xC2B2AE3D27D4EB4F;

    /// <summary>The feature "a word of this class, later a word of that class", whatever stands between.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Sequence(ulong first, ulong second) => (((first << 37) | (first >> 27)) * 0x8EBC6AF09C88C6E3) + second;

    /// <summary>Spreads a feature over the table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Finish(ulong feature)
    {
        feature ^= feature >> 32;
        feature *= Multiplier;
        return feature ^ (feature >> 29);
    }
}
