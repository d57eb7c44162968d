using System.Globalization;
using System.Text.RegularExpressions;
using ConsoleChat.Eliza;

namespace ConsoleChat.Tests.Eliza;

/// <summary>The script is data, so the compiler does not check it.</summary>
public sealed partial class DoctorScriptTests
{
    private static readonly ElizaScript _script = DoctorScript.Instance;

    private static IEnumerable<ElizaRule> Rules => _script.Keywords.Values.SelectMany(keyword => keyword.Rules.Concat(keyword.Memories));

    [Test]
    public void Every_group_that_a_pattern_names_exists() =>
        Rules.SelectMany(rule => GroupName().Matches(rule.Pattern)).Select(match => match.Groups[1].Value)
            .Should().NotBeEmpty().And.OnlyContain(group => _script.Groups.ContainsKey(group));

    [Test]
    public void Every_reply_uses_parts_that_its_pattern_has()
    {
        foreach (var rule in Rules)
        {
            var parts = new ElizaPattern(rule.Pattern, _script.Groups).Parts;
            rule.Replies.Should().NotBeEmpty();
            rule.Replies.SelectMany(reply => PartNumber().Matches(reply)).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))
                .Should().NotContain(number => number < 1 || number > parts, "\"{0}\" has no more parts", rule.Pattern);
        }
    }

    [Test]
    public void Every_link_leads_to_a_keyword() =>
        Rules.SelectMany(rule => rule.Replies).Where(reply => reply[0] == '=' && reply != ElizaRule.NextKeyword)
            .Should().NotBeEmpty().And.OnlyContain(reply => _script.Keywords.ContainsKey(reply.Substring(1)));

    [Test]
    public void Every_keyword_survives_the_substitutions_that_come_before() =>
        _script.Keywords.Keys.Should().OnlyContain(word => _script.Before.Apply(new[] { word }).Contains(word));

    [Test]
    public void Every_keyword_answers_when_it_stands_alone() =>
        _script.Keywords.Keys.Should().OnlyContain(word => !string.IsNullOrWhiteSpace(new ElizaDialogue(_script).Answer(word)));

    [Test]
    public void No_sentence_said_instead_of_an_answer_is_the_beginning_of_another()
    {
        var asides = _script.Redirections.Concat(_script.Comforts).ToList();

        asides.Should().OnlyContain(aside => asides.Count(other => other.StartsWith(aside, StringComparison.Ordinal)) == 1);
    }

    [GeneratedRegex("@([a-z]+)")]
    private static partial Regex GroupName();

    [GeneratedRegex("{([0-9]+)}")]
    private static partial Regex PartNumber();
}
