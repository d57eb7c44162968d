using System.Globalization;
using System.Text.RegularExpressions;
using ConversationGuard.DeEscalation;

namespace ConversationGuard.Tests.DeEscalation;

public partial class HelpResourceTableTests
{
    private static readonly string[] _regions =
    [
        "AT", "AU", "BE", "BR", "CA", "CH", "DE", "DK", "ES", "FI", "FR", "GB", "IE", "IN", "IT", "JP", "KR", "MX", "NL", "NO", "NZ", "PL", "PT", "SE", "US", "ZA",
    ];

    [Test]
    public void R5_there_is_help_for_these_regions() => HelpResourceTable.Rows.Keys.Should().BeEquivalentTo(_regions);

    [Test]
    public void R5_every_row_has_an_emergency_number_and_lines_with_a_number_a_source_and_a_date()
    {
        foreach (var (region, row) in HelpResourceTable.Rows)
        {
            row.Emergency.Should().MatchRegex("^[0-9]{2,5}( / [0-9]{2,5})*$", region);
            row.Lines.Should().NotBeEmpty(region);
            foreach (var line in row.Lines)
            {
                line.Name.Should().NotBeNullOrWhiteSpace(region);
                line.Number.Should().MatchRegex("^(SMS |WhatsApp )?[0-9][0-9 -]+[0-9](, (SMS )?([A-Z]+ )?[0-9][0-9 -]+[0-9])*$", region);
                (line.Availability ?? "24/7").Should().MatchRegex("^(24/7|[0-9]+:00-[0-9]+:00)?(, )?([a-z]{2}(, )?)*$", region);
                Uri.TryCreate(line.Web, UriKind.Absolute, out var web).Should().BeTrue(region);
                web!.Scheme.Should().Be("https", region);
                Month().IsMatch(line.Seen).Should().BeTrue(region);
                string.CompareOrdinal(line.Seen, HelpResourceTable.AsOf).Should().BeNegative("{0} cannot have been seen after the table was gone over", region);
            }
        }
    }

    [Test]
    public void A_line_says_when_it_is_open_if_that_is_known()
    {
        var line = new HelpLine("Somebody", "116 123", "24/7", "https://example.org", "2024");

        line.ToString().Should().Be("- Somebody: 116 123 (24/7), https://example.org");
        (line with { Availability = null }).ToString().Should().Be("- Somebody: 116 123, https://example.org");
    }

    [Test]
    public void The_table_has_a_date() =>
        DateTime.TryParseExact(HelpResourceTable.AsOf, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _).Should().BeTrue();

    [TestCase("us", "911")]
    [TestCase("DE", "112")]
    public void Regions_are_found_ignoring_case(string region, string emergency) => HelpResourceTable.Rows[region].Emergency.Should().Be(emergency);

    [TestCase("de-AT", "AT")]
    [TestCase("DE-at", "at")]
    [TestCase("sr-Latn-RS", "RS")]
    [TestCase("fr-CA-x-more", "CA")]
    [TestCase("ca-ES-valencia", "ES")]
    [TestCase("en-za", "za")]
    [TestCase("de", null)]
    [TestCase("zh-Hans", null)]
    [TestCase("es-419", null)]
    [TestCase("de-x-at", null)]
    [TestCase("en-u-rg-gbzzzz", null)]
    [TestCase("", null)]
    [TestCase("-", null)]
    public void The_region_of_a_culture_is_read_from_its_name(string culture, string? region) => HelpResourceTable.RegionOf(culture).Should().Be(region);

    [GeneratedRegex("^20[0-9]{2}(-(0[1-9]|1[0-2]))?$")]
    private static partial Regex Month();
}
