using ConversationGuard.Classification;

namespace ConversationGuard.Training.Tests;

/// <summary>In Chinese and Japanese no space shows where a word ends, in Korean it ends in what is glued to it: the scanner finds the words that it knows.</summary>
[TestFixture]
public sealed class UnspacedWordsTests
{
    private const byte Content = 100;

    private static readonly (string Word, byte Class)[] _words =
        [("你", WordClass.You), ("白痴", WordClass.InsultNoun), ("气死", Content), ("気持ち悪い", WordClass.InsultAdjective), ("쓰레기", WordClass.InsultNoun), ("쓰레기통", Content), ("죽", Content)];

    [TestCase("你是白痴", "白痴")]
    [TestCase("白痴你", "白痴")]
    [TestCase("マジで気持ち悪い", "気持ち悪い")]
    [TestCase("쓰레기야", "쓰레기")]
    [TestCase("너는 쓰레기같은", "쓰레기")]
    [TestCase("쓰레기통이", "쓰레기통")]
    public void A_known_word_is_read_where_no_space_ends_it(string text, string word)
    {
        var collector = Read(text);

        collector.Hashes.Should().Contain(FeatureHash.Of(word));
        collector.WordIds.Should().NotBeEmpty();
    }

    [Test]
    public void The_letters_of_a_known_word_keep_their_neighbours()
    {
        var collector = Read("你是白痴");

        collector.Hashes.Should().Contain(FeatureHash.Of("白")).And.Contain(FeatureHash.Pair(FeatureHash.Of("是"), FeatureHash.Of("白"))).And.Contain(FeatureHash.Pair(FeatureHash.Of("白"), FeatureHash.Of("痴")));
    }

    [Test]
    public void A_known_word_has_its_class_and_who_is_spoken_of()
    {
        var collector = Read("你是白痴");

        var insult = FeatureHash.OfClass(WordClass.InsultNoun);
        collector.Hashes.Should().Contain(insult).And.Contain(FeatureHash.InContext(insult, 2)).And.Contain(FeatureHash.Sequence(FeatureHash.OfClass(WordClass.You), insult));
    }

    [TestCase("白 痴")]
    [TestCase("白")]
    [TestCase("쓰레")]
    [TestCase("죽이야")]
    public void Parts_of_a_word_are_not_the_word(string text)
    {
        var collector = Read(text);

        collector.WordIds.Should().BeEmpty();
    }

    [TestCase("你白痴白痴")]
    [TestCase("쓰레기야 쓰레기같은")]
    [TestCase("처음보는 낱말을 썼습니다")]
    public void A_text_of_known_words_or_in_Hangul_is_in_a_known_language(string text) => Read(text).IsUnsure.Should().BeFalse();

    private static FeatureCollector Read(string text)
    {
        var entries = _words.Select(item => Vocabulary.Entry(item.Word, WordTraits.Taught, item.Class)).Order().ToArray();
        var collector = new FeatureCollector();
        collector.Collect(new Vocabulary(entries), text);
        return collector;
    }
}
