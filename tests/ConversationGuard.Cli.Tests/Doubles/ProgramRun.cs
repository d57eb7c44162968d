using System.Text;
using System.Text.Json;

namespace ConversationGuard.Cli.Tests.Doubles;

/// <summary>The whole program, run with redirected input and output.</summary>
internal sealed record ProgramRun(int ExitCode, string Output, string Errors)
{
    /// <summary>Gets the objects of the output's lines.</summary>
    public IReadOnlyList<JsonElement> Lines => [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    public static Task<ProgramRun> StartAsync(params string[] args) => StartAsync(Stream.Null, default, args);

    public static Task<ProgramRun> PipeAsync(string input, params string[] args) => StartAsync(new MemoryStream(Encoding.UTF8.GetBytes(input)), default, args);

    public static async Task<ProgramRun> StartAsync(Stream input, CancellationToken cancellationToken, params string[] args)
    {
        using var output = new MemoryStream();
        using var errors = new StringWriter { NewLine = "\n" };
        var exitCode = await GuardCommand.RunAsync(args, new Surroundings(input, output, errors, IsErrorTerminal: false), cancellationToken);
        return new ProgramRun(exitCode, new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(output.ToArray()), errors.ToString());
    }
}
