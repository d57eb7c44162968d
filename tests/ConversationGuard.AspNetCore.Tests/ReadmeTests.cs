using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ConversationGuard.AspNetCore.Tests;

/// <summary>What the README shows of ASP.NET Core compiles. Its code blocks are marked <c>cs</c>: those marked <c>csharp</c> need the core alone and are compiled by its tests.</summary>
public partial class ReadmeTests
{
    private const string Around = """
        global using System;
        global using System.Collections.Generic;
        global using System.Threading;
        global using System.Threading.Tasks;

        internal sealed class MyProvider : Microsoft.Extensions.AI.IChatClient
        {
            public Task<Microsoft.Extensions.AI.ChatResponse> GetResponseAsync(IEnumerable<Microsoft.Extensions.AI.ChatMessage> messages, Microsoft.Extensions.AI.ChatOptions options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();
            public IAsyncEnumerable<Microsoft.Extensions.AI.ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<Microsoft.Extensions.AI.ChatMessage> messages, Microsoft.Extensions.AI.ChatOptions options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();
            public object GetService(Type serviceType, object serviceKey = null) => null;
            public void Dispose() { }
        }
        """;

    [TestCaseSource(nameof(Blocks))]
    public void The_code_compiles(string code)
    {
        var trusted = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var compilation = CSharpCompilation.Create(
            "Readme",
            [CSharpSyntaxTree.ParseText(Around), CSharpSyntaxTree.ParseText(code)],
            trusted.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));

        compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Should().BeEmpty();
    }

    private static IEnumerable<TestCaseData> Blocks()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ConversationGuard.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run inside the checkout.");
        }

        var blocks = CodeBlock().Matches(File.ReadAllText(Path.Combine(folder.FullName, "README.md")));
        return blocks.Select((block, index) => new TestCaseData(block.Groups["code"].Value).SetArgDisplayNames($"block {index + 1}"));
    }

    [GeneratedRegex(@"^```cs\r?\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
