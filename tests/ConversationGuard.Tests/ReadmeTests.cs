using System.Text.Json;
using System.Text.RegularExpressions;
using ConversationGuard.DeEscalation;
using ConversationGuard.Hosting;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ConversationGuard.Tests;

/// <summary>What the README shows works as it stands there.</summary>
public partial class ReadmeTests
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    /// <summary>What stands for the reader's own provider.</summary>
    private const string Provider = """
        internal sealed class MyProvider : Microsoft.Extensions.AI.IChatClient
        {
            public System.Threading.Tasks.Task<Microsoft.Extensions.AI.ChatResponse> GetResponseAsync(System.Collections.Generic.IEnumerable<Microsoft.Extensions.AI.ChatMessage> messages, Microsoft.Extensions.AI.ChatOptions options = null, System.Threading.CancellationToken cancellationToken = default) => throw new System.NotSupportedException();
            public System.Collections.Generic.IAsyncEnumerable<Microsoft.Extensions.AI.ChatResponseUpdate> GetStreamingResponseAsync(System.Collections.Generic.IEnumerable<Microsoft.Extensions.AI.ChatMessage> messages, Microsoft.Extensions.AI.ChatOptions options = null, System.Threading.CancellationToken cancellationToken = default) => throw new System.NotSupportedException();
            public object GetService(System.Type serviceType, object serviceKey = null) => null;
            public void Dispose() { }
        }
        """;

    [TestCaseSource(nameof(CSharpBlocks))]
    public void The_code_compiles(string code)
    {
        // What the packages bring is loaded by this test project too.
        var trusted = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var compilation = CSharpCompilation.Create(
            "Readme",
            [CSharpSyntaxTree.ParseText(ImplicitUsings), CSharpSyntaxTree.ParseText(Provider), CSharpSyntaxTree.ParseText(code)],
            trusted.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));

        compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Should().BeEmpty();
    }

    [Test]
    public void The_configuration_is_valid_and_every_key_of_it_is_known()
    {
        var json = Blocks("json").Should().ContainSingle().Subject;
        var services = new ServiceCollection();
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json));
        services.AddConversationGuard(new ConfigurationBuilder().AddJsonStream(stream).Build().GetSection("ConversationGuard"));
        using var provider = services.BuildServiceProvider();

        var options = provider.GetRequiredService<IOptions<ConversationGuardOptions>>().Value;

        options.Culture.Should().Be("de");
        options.Categories.Should().ContainKey("illicit");
    }

    [Test]
    public void The_configuration_shows_the_defaults()
    {
        using var shown = JsonDocument.Parse(Blocks("json").Single());
        var section = shown.RootElement.GetProperty("ConversationGuard");
        var defaults = new ConversationGuardOptions();

        section.GetProperty("Preset").GetString().Should().Be(defaults.Preset.ToString());
        section.GetProperty("MostSevereAction").GetString().Should().Be(defaults.MostSevereAction.ToString());
        section.GetProperty("PerAuthor").GetBoolean().Should().Be(defaults.PerAuthor);
        section.GetProperty("TrustHistory").GetBoolean().Should().Be(defaults.TrustHistory);
        section.GetProperty("Mode").GetString().Should().Be(defaults.Mode.ToString());
        section.GetProperty("EndBehavior").GetString().Should().Be(defaults.EndBehavior.ToString());
        section.GetProperty("RedirectionStyle").GetString().Should().Be(defaults.RedirectionStyle.ToString());
        section.GetProperty("Redirections").GetInt32().Should().Be(defaults.Redirections);
        section.GetProperty("CalmTurnsToForgive").GetInt32().Should().Be(defaults.CalmTurnsToForgive);
        TimeSpan.Parse(section.GetProperty("TimeToForgive").GetString()!, null).Should().Be(defaults.TimeToForgive);
        section.GetProperty("CrisisHold").GetProperty("CalmTurns").GetInt32().Should().Be(defaults.CrisisHold.CalmTurns);
        TimeSpan.Parse(section.GetProperty("CrisisHold").GetProperty("Time").GetString()!, null).Should().Be(defaults.CrisisHold.Time);
        TimeSpan.Parse(section.GetProperty("ClassifierTimeout").GetString()!, null).Should().Be(defaults.ClassifierTimeout);
        section.GetProperty("Store").GetProperty("Capacity").GetInt32().Should().Be(defaults.Store.Capacity);
        TimeSpan.Parse(section.GetProperty("Store").GetProperty("Expiration").GetString()!, null).Should().Be(defaults.Store.Expiration);
        section.GetProperty("StoreFailure").GetProperty("Behavior").GetString().Should().Be(defaults.StoreFailure.Behavior.ToString());
        TimeSpan.Parse(section.GetProperty("StoreFailure").GetProperty("Timeout").GetString()!, null).Should().Be(defaults.StoreFailure.Timeout);
        TimeSpan.Parse(section.GetProperty("StoreFailure").GetProperty("RetryAfter").GetString()!, null).Should().Be(defaults.StoreFailure.RetryAfter);
    }

    [Test]
    public void The_configuration_shows_every_option()
    {
        using var shown = JsonDocument.Parse(Blocks("json").Single());

        shown.RootElement.GetProperty("ConversationGuard").EnumerateObject().Select(property => property.Name)
            .Should().BeEquivalentTo(typeof(ConversationGuardOptions).GetProperties().Select(property => property.Name));
    }

    [Test]
    public void The_table_of_presets_names_each_of_them([Values] GuardPreset preset) => Readme().Should().Contain($"\n| `{preset}` | ");

    [Test]
    public void It_names_the_two_commands()
    {
        Readme().Should().Contain("dotnet run --project samples/ConsoleChat").And.Contain("dotnet test ConversationGuard.sln");
    }

    [Test]
    public void It_dates_the_help_resources_and_lists_their_regions()
    {
        Readme().Should().Contain(HelpResourceTable.AsOf);
        Readme().Should().Contain(string.Join(", ", HelpResourceTable.Rows.Keys.Order(StringComparer.Ordinal)));
    }

    private static IEnumerable<TestCaseData> CSharpBlocks() =>
        Blocks("csharp").Select((code, index) => new TestCaseData(code).SetArgDisplayNames($"block {index + 1}"));

    private static IEnumerable<string> Blocks(string language) =>
        CodeBlock().Matches(Readme()).Where(match => match.Groups["language"].Value == language).Select(match => match.Groups["code"].Value);

    private static string Readme()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ConversationGuard.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run inside the checkout.");
        }

        return File.ReadAllText(Path.Combine(folder.FullName, "README.md"));
    }

    [GeneratedRegex(@"^```(?<language>\w+)\r?\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
