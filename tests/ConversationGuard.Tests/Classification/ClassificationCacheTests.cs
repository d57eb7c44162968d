using ConversationGuard.Classification;

namespace ConversationGuard.Tests.Classification;

public class ClassificationCacheTests
{
    private static readonly MessageClassification _verdict = new([new(HarmCategory.Hate, 0.9)]);

    [Test]
    public void A_verdict_is_found_again_under_the_very_text_alone()
    {
        var cache = new ClassificationCache(10);
        Remember(cache, "text");

        IsKnown(cache, "text").Should().BeTrue();
        cache.TryGet("text", out var verdict, out _);
        verdict.Should().BeSameAs(_verdict);
        IsKnown(cache, "Text").Should().BeFalse();
        IsKnown(cache, "text ").Should().BeFalse();
        IsKnown(cache, "").Should().BeFalse();
    }

    [Test]
    public void Texts_that_differ_only_in_lone_surrogates_have_verdicts_of_their_own()
    {
        var cache = new ClassificationCache(10);
        Remember(cache, "a\ud800");

        IsKnown(cache, "a\ud801").Should().BeFalse();
        IsKnown(cache, "a\ufffd").Should().BeFalse();
        IsKnown(cache, "a\ud800").Should().BeTrue();
    }

    [Test]
    public void R19_the_hash_of_a_text_is_another_in_another_cache()
    {
        new ClassificationCache(10).TryGet("text", out _, out var here);
        new ClassificationCache(10).TryGet("text", out _, out var there);

        here.Should().NotBe(there);
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(100)]
    public void It_never_holds_more_than_its_capacity_and_one(int capacity)
    {
        var cache = new ClassificationCache(capacity);
        for (var i = 0; i < 10 * capacity; i++)
        {
            Remember(cache, $"text {i}");
            IsKnown(cache, $"text {i}").Should().BeTrue("the newest is held");
        }

        Enumerable.Range(0, 10 * capacity).Reverse().TakeWhile(i => IsKnownWithoutUse(cache, i)).Count().Should().BeLessThanOrEqualTo(capacity + 1);
        IsKnown(cache, "text 0").Should().BeFalse();

        static bool IsKnownWithoutUse(ClassificationCache cache, int i) => cache.TryGet($"text {i}", out _, out _);
    }

    [Test]
    public void A_verdict_that_is_used_again_stays()
    {
        var cache = new ClassificationCache(10);
        Remember(cache, "again and again");
        Remember(cache, "never again");
        for (var i = 0; i < 1000; i++)
        {
            Remember(cache, $"text {i}");
            IsKnown(cache, "again and again").Should().BeTrue();
        }

        IsKnown(cache, "never again").Should().BeFalse();
    }

    [Test]
    public async Task It_gives_no_wrong_verdict_when_it_is_used_at_once()
    {
        var cache = new ClassificationCache(16);
        var verdicts = Enumerable.Range(0, 40).Select(i => new MessageClassification([new(new($"category-{i}"), 0.5)])).ToList();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(task => Task.Run(() =>
        {
            for (var i = 0; i < 5000; i++)
            {
                var number = (i * (task + 1)) % verdicts.Count;
                if (cache.TryGet($"text {number}", out var verdict, out var hash))
                {
                    verdict.Should().BeSameAs(verdicts[number]);
                }
                else
                {
                    cache.Add(hash, verdicts[number]);
                }
            }
        })));
    }

    private static void Remember(ClassificationCache cache, string text)
    {
        cache.TryGet(text, out _, out var hash);
        cache.Add(hash, _verdict);
    }

    private static bool IsKnown(ClassificationCache cache, string text) => cache.TryGet(text, out _, out _);
}
