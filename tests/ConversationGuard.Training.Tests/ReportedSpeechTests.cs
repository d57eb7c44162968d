using ConversationGuard.Classification;

namespace ConversationGuard.Training.Tests;

/// <summary>Abuse that is reported is none (R7): the scanner tells whose words they are, with or without quotation marks.</summary>
[TestFixture]
public sealed class ReportedSpeechTests
{
    private const int Quoted = 4;
    private const int SecondPerson = 2;

    private static readonly (string Word, byte Class)[] _words = [("i", WordClass.Me), ("you", WordClass.You), ("they", WordClass.They), ("said", WordClass.Say), ("stupid", WordClass.InsultAdjective), ("someone", 100)];

    [TestCase("they said you stupid", Quoted + SecondPerson)]
    [TestCase("if someone said you stupid", Quoted + SecondPerson)]
    [TestCase("\"you stupid\"", Quoted + SecondPerson)]
    [TestCase("i said you stupid", SecondPerson)]
    [TestCase("they said it. you stupid", SecondPerson)]
    [TestCase("you stupid", SecondPerson)]
    public void R7_what_somebody_else_said_is_read_like_a_quotation(string text, int context)
    {
        var collector = new FeatureCollector();

        collector.Collect(new Vocabulary([.. _words.Select(item => Vocabulary.Entry(item.Word, WordTraits.None, item.Class)).Order()]), text);

        collector.Hashes.Should().Contain(FeatureHash.InContext(FeatureHash.Of("stupid"), context)).And.NotContain(FeatureHash.InContext(FeatureHash.Of("stupid"), context ^ Quoted));
    }
}
