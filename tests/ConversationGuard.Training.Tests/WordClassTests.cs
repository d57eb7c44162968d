using ConversationGuard.Classification;

namespace ConversationGuard.Training.Tests;

/// <summary>The thesaurus and the sentences with gaps.</summary>
[TestFixture]
public sealed class WordClassTests
{
    [Test]
    public void A_word_stands_in_one_class() =>
        Classes().SelectMany(line => line.Words.Select(word => (Word: word, line.Name))).GroupBy(item => item.Word).Where(group => group.Select(item => item.Name).Distinct().Count() > 1)
            .Select(group => $"{group.Key}: {string.Join(", ", group.Select(item => item.Name))}").Should().BeEmpty();

    [Test]
    public void A_class_has_some_words_and_a_number_that_fits_into_a_byte()
    {
        var classes = Classes().ToList();

        classes.Should().OnlyContain(line => line.Words.Length > 0);
        classes.Should().HaveCountLessThanOrEqualTo(byte.MaxValue);
    }

    [Test]
    public void The_classes_that_the_scanner_knows_by_number_stand_in_their_places() =>
        new Sources(Folders.Training, Folders.Training).ReadWordClasses().Should().ContainKey("you").And.ContainKey("idiot");

    [Test]
    public void A_class_in_the_wrong_place_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "WordClasses.txt"), "my: my\nme: me\n");

        FluentActions.Invoking(() => new Sources(folder.Path, folder.Path).ReadWordClasses()).Should().Throw<FormatException>().WithMessage("*class 1 must be \"me\"*");
    }

    [Test]
    public void Every_group_has_classes_and_a_number_that_the_scanner_can_keep()
    {
        var groups = new Sources(Folders.Training, Folders.Training).ReadWordGroups();

        groups.Values.Distinct().Should().HaveCountGreaterThan(10).And.OnlyContain(group => WordGroup.Of(WordGroup.TraitsOf(group) | WordTraits.Taught | WordTraits.Foreign) == group);
        groups.Should().ContainKey(WordClass.InsultNoun).And.ContainKey(WordClass.You);
    }

    [TestCase("@all: you nobody\n")]
    [TestCase("@all: you\n@again: you\n")]
    public void A_group_of_what_is_no_class_or_is_in_a_group_already_is_refused(string groups)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "WordClasses.txt"), "you: you\n" + groups);

        FluentActions.Invoking(() => new Sources(folder.Path, folder.Path).ReadWordGroups()).Should().Throw<FormatException>();
    }

    private static IEnumerable<(string Name, string[] Words)> Classes()
    {
        foreach (var line in File.ReadLines(Path.Combine(Folders.Training, "WordClasses.txt")))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon >= 0 && !line.StartsWith('#') && !line.StartsWith('@'))
            {
                yield return (line[..colon], line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries));
            }
        }
    }
}
