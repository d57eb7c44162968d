using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ConversationGuard.Classification;

namespace ConversationGuard.Tests.Classification;

[TestFixture]
public class KeyedHashTests
{
    private static readonly byte[] _key = [1, 2, 3];

    [TestCase("")]
    [TestCase("a text")]
    [TestCase("\uD800 half a surrogate pair")]
    public void It_is_the_HMAC_of_the_text_as_it_is_the_first_time_and_later(string text)
    {
        using var hash = KeyedHash.With(_key);
        var expected = HMACSHA256.HashData(_key, MemoryMarshal.AsBytes(text.AsSpan()));

        Compute(hash, text).Should().Equal(expected);
        Compute(hash, "another text").Should().NotEqual(expected);
        Compute(hash, text).Should().Equal(expected);
    }

    [Test]
    public void Many_threads_at_once_get_what_one_gets()
    {
        using var hash = KeyedHash.With(_key);
        string[] texts = [.. Enumerable.Range(0, 200).Select(i => $"text {i}")];
        byte[][] expected = [.. texts.Select(text => HMACSHA256.HashData(_key, MemoryMarshal.AsBytes(text.AsSpan())))];

        var wrong = 0;
        Parallel.For(0, 4_000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            if (!Compute(hash, texts[i % texts.Length]).SequenceEqual(expected[i % texts.Length]))
            {
                Interlocked.Increment(ref wrong);
            }
        });

        wrong.Should().Be(0);
    }

    private static byte[] Compute(KeyedHash hash, string text)
    {
        var value = new byte[KeyedHash.Length];
        hash.Compute(text, value);
        return value;
    }
}
