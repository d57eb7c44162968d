namespace ConsoleChat;

/// <summary>What the program touches of the world around it; a test gives it another world.</summary>
/// <param name="Input">What is typed.</param>
/// <param name="Output">What is shown.</param>
/// <param name="Errors">Problems.</param>
/// <param name="Environment">Reads an environment variable.</param>
/// <param name="IsInputTerminal">Whether somebody types.</param>
/// <param name="IsOutputTerminal">Whether somebody looks.</param>
internal sealed record Surroundings(TextReader Input, TextWriter Output, TextWriter Errors, Func<string, string?> Environment, bool IsInputTerminal, bool IsOutputTerminal)
{
    public static Surroundings OfProcess => new(
        Console.In, Console.Out, Console.Error, System.Environment.GetEnvironmentVariable, !Console.IsInputRedirected, !Console.IsOutputRedirected);
}
