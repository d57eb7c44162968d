namespace ConsoleChat.Tests;

/// <summary>The whole program, run with redirected input and output.</summary>
internal sealed record ProgramRun(int ExitCode, string Output, string Errors)
{
    public static async Task<ProgramRun> StartAsync(string[] args, string[] lines, Func<string, string?>? environment = null)
    {
        using var input = new StringReader(string.Join('\n', lines));
        using var output = new StringWriter { NewLine = "\n" };
        using var errors = new StringWriter { NewLine = "\n" };
        var exitCode = await ConsoleChatCommand.RunAsync(args, new Surroundings(input, output, errors, environment ?? (_ => null), IsInputTerminal: false, IsOutputTerminal: false));
        return new ProgramRun(exitCode, output.ToString(), errors.ToString());
    }
}
