namespace ConversationGuard.Cli;

internal static class EntryPoint
{
    private static Task<int> Main(string[] args) => GuardCommand.RunAsync(args, Surroundings.OfProcess);
}
