using System.Text;
using ConversationGuard.Classification;

namespace ConversationGuard.Conversations;

/// <summary>The host's secret that keys what is stored, so that who has the store alone cannot look for guessed keys and sentences in it (R19).</summary>
/// <remarks>It is the same on every machine that shares the store. With another secret other keys and identities come out: what was stored before is not found again.</remarks>
internal sealed class HashSecret(string secret)
{
    /// <summary>The least length that is accepted, in characters.</summary>
    public const int MinLength = 32;

    private readonly KeyedHash _hash = KeyedHash.With(Encoding.UTF8.GetBytes(secret));

    /// <summary>The key of the turn identities of one conversation.</summary>
    public static byte[] TurnKey(HashSecret? secret, string salt) => secret is null ? Encoding.UTF8.GetBytes(salt) : secret.Hash("turn " + salt);

    /// <summary>What stands for a conversation's key in the store.</summary>
    public string ConversationKey(string key) => Convert.ToBase64String(Hash("conversation " + key));

    private byte[] Hash(string text)
    {
        var hash = new byte[KeyedHash.Length];
        _hash.Compute(text, hash);
        return hash;
    }
}
