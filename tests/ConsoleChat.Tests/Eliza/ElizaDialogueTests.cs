using ConsoleChat.Eliza;

namespace ConsoleChat.Tests.Eliza;

public sealed class ElizaDialogueTests
{
    private static readonly ElizaScript _script = new()
    {
        Greeting = "hello",
        Before = new(new Dictionary<string, string> { ["i'm"] = "i am" }),
        Reflection = new(new Dictionary<string, string> { ["my"] = "your", ["you"] = "I" }),
        Groups = new Dictionary<string, IReadOnlySet<string>>(),
        Keywords = new ElizaKeyword[]
        {
            new("low", 1, [new("*", "low one", "low two")]),
            new("high", 9, [new("*", "high")]),
            new("narrow", 5, [new("narrow gate", "gate")]),
            new("shy", 5, [new("*", ElizaRule.NextKeyword)]),
            new("other", 2, [new("*", "=low")]),
            new("round", 2, [new("*", "=round")]),
            new("am", 2, [new("* i am *", "since when are you {2}?")]),
            new("my", 3, [new("* my *", "your {2}?")]) { Memories = [new("* my *", "and your {2}?")] },
        }.ToDictionary(keyword => keyword.Word),
        Defaults = ["Default one", "Default two"],
        Redirections = ["redirect"],
        Comforts = ["comfort"],
    };

    private ElizaDialogue _dialogue = null!;

    [SetUp]
    public void Begin() => _dialogue = new ElizaDialogue(_script);

    [Test]
    public void The_keyword_of_the_highest_rank_is_answered() => _dialogue.Answer("low and high").Should().Be("High");

    [Test]
    public void The_replies_of_a_rule_are_used_in_turn() =>
        Enumerable.Repeat("low", 3).Select(_dialogue.Answer).Should().Equal("Low one", "Low two", "Low one");

    [Test]
    public void Where_the_shape_does_not_fit_the_next_keyword_answers() => _dialogue.Answer("narrow and low").Should().Be("Low one");

    [Test]
    public void A_rule_can_leave_it_to_the_next_keyword() => _dialogue.Answer("shy and low").Should().Be("Low one");

    [Test]
    public void A_rule_can_lead_to_another_keyword() => _dialogue.Answer("other").Should().Be("Low one");

    [Test]
    public void Rules_that_go_round_in_circles_come_to_an_end() => _dialogue.Answer("round").Should().Be("Default one");

    [Test]
    public void The_first_clause_with_a_keyword_decides() => _dialogue.Answer("Nothing here. A low one, but then a high one.").Should().Be("Low one");

    [Test]
    public void What_is_said_back_is_turned_around() => _dialogue.Answer("I'm on my way to you").Should().Be("Your way to I?");

    [Test]
    public void What_was_said_before_comes_back_when_nothing_else_does()
    {
        _dialogue.Answer("my dog").Should().Be("Your dog?");
        _dialogue.Answer("my cat").Should().Be("Your cat?");

        Enumerable.Repeat("hm", 4).Select(_dialogue.Answer).Should().Equal("And your dog?", "And your cat?", "Default one", "Default two");
    }
}
