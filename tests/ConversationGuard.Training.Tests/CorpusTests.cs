using System.Text.Json;
using System.Text.RegularExpressions;
using ConversationGuard.Classification;
using ConversationGuard.Training.Tests.PlainTalk;

namespace ConversationGuard.Training.Tests;

/// <summary>What is written by hand is checked by machine: the contrast corpus holds to its own guide.</summary>
[TestFixture]
public sealed partial class CorpusTests
{
    private const int WordsThatCoincideByChance = 5;

    private static readonly string[] _groups =
    [
        "plain", "ordinary", "disagreement", "criticism", "correction", "anger", "profanity", "friendly-swearing", "teasing", "self-insult", "fiction", "quoted", "reported", "translated", "testing",
        "medical", "sex-education", "legal", "security", "history", "news", "science", "idiom", "gaming", "cooking", "sport", "work", "reclaimed", "identity", "question-about", "mild-wrong", "sad",
        "romance", "long-prompt", "code", "foreign", "polite-cruelty", "sexual-harassment", "coded", "jailbreak", "escalating",
    ];

    private static readonly List<Entry> _entries = [.. Read()];

    [Test]
    public void Every_text_has_an_id_of_its_own() =>
        _entries.GroupBy(entry => entry.Id).Where(group => group.Count() > 1).Select(group => group.Key).Should().BeEmpty();

    [Test]
    public void Every_label_is_a_category_that_the_classifier_knows() =>
        _entries.SelectMany(entry => entry.Labels).Distinct().Should().BeSubsetOf(HarmCategory.WellKnown.Select(category => category.Value));

    [Test]
    public void Every_group_is_one_of_the_labelling_guide() =>
        _entries.Select(entry => entry.Group).Distinct().Should().BeSubsetOf(_groups);

    [Test]
    public void The_labelling_guide_names_every_group()
    {
        var guide = File.ReadAllText(Path.Combine(Folders.Training, "LABELLING.md"));

        _groups.Should().OnlyContain(group => guide.Contains($"`{group}`"));
    }

    [Test]
    public void A_minimal_pair_has_both_sides() =>
        _entries.Where(entry => entry.Pair.Length > 0).GroupBy(entry => entry.Pair).Where(pair => pair.Select(entry => string.Join(',', entry.Labels.Order())).Distinct().Count() < 2)
            .Select(pair => pair.Key).Should().BeEmpty();

    [Test]
    public void No_text_stands_there_twice() =>
        _entries.Where(entry => !entry.IsConversation).GroupBy(entry => Plain(entry.Text)).Where(group => group.Count() > 1).Select(group => string.Join(", ", group.Select(entry => entry.Id))).Should().BeEmpty();

    [Test]
    public void No_text_is_empty() =>
        _entries.Where(entry => string.IsNullOrWhiteSpace(entry.Text)).Select(entry => entry.Id).Should().BeEmpty();

    [TestCase("topical-chat/topical-chat.jsonl")]
    [TestCase("hh-harmless/hh-harmless.jsonl")]
    [TestCase("do-not-answer/do-not-answer.jsonl")]
    [TestCase("counsel-chat/counsel-chat.jsonl")]
    [TestCase("unintended-bias/bias_madlibs_77k.csv")]
    public void No_text_is_copied_from_data_that_judges(string file)
    {
        var path = Path.Combine(Folders.Data, file);
        if (!File.Exists(path))
        {
            Assert.Ignore($"This test needs the data file shared/data/{file} beside the checkout.");
        }

        var others = TextsOf(path).Select(Plain).ToHashSet(StringComparer.Ordinal);

        others.Should().NotBeEmpty();
        _entries.Where(entry => Plain(entry.Text).Split(' ').Length > WordsThatCoincideByChance && others.Contains(Plain(entry.Text))).Select(entry => entry.Id).Should().BeEmpty();
    }

    [Test]
    public void No_text_is_a_line_of_the_tests_of_plain_talk()
    {
        var taught = _entries.Select(entry => Plain(entry.Text)).ToHashSet(StringComparer.Ordinal);

        PlainTalkTests.Texts.Concat(ModeratorsWeekTests.Texts).Concat(ConversationsTests.Texts).Select(Plain).Should().NotBeEmpty().And.OnlyHaveUniqueItems().And.NotContain(text => taught.Contains(text));
    }

    private static IEnumerable<string> TextsOf(string path)
    {
        foreach (var line in File.ReadLines(path))
        {
            if (path.EndsWith(".csv", StringComparison.Ordinal))
            {
                yield return line.Split(',')[0].Trim('"');
                continue;
            }

            using var json = JsonDocument.Parse(line);
            if (!json.RootElement.TryGetProperty("messages", out var messages))
            {
                yield return json.RootElement.GetProperty("text").GetString()!;
                continue;
            }

            foreach (var message in messages.EnumerateArray())
            {
                yield return message.GetProperty("content").GetString()!;
            }
        }
    }

    private static IEnumerable<Entry> Read()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Folders.Training, "Corpus"), "*.jsonl", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            foreach (var line in File.ReadLines(file))
            {
                using var json = JsonDocument.Parse(line);
                var row = json.RootElement;
                var isConversation = row.TryGetProperty("messages", out var messages);
                yield return new Entry(
                    row.GetProperty("id").GetString()!,
                    isConversation ? messages.EnumerateArray().Last().GetProperty("content").GetString()! : row.GetProperty("text").GetString()!,
                    [.. row.GetProperty("labels").EnumerateArray().Select(label => label.GetString()!)],
                    row.GetProperty("group").GetString()!,
                    row.TryGetProperty("pair", out var pair) ? pair.GetString() ?? string.Empty : string.Empty,
                    isConversation);
            }
        }
    }

    private static string Plain(string text) => WhiteSpace().Replace(text.Trim().ToLowerInvariant(), " ");

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();

    private sealed record Entry(string Id, string Text, IReadOnlyList<string> Labels, string Group, string Pair, bool IsConversation);
}
