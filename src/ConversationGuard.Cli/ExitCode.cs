namespace ConversationGuard.Cli;

/// <summary>What the program leaves with.</summary>
internal static class ExitCode
{
    public const int Fine = 0;

    /// <summary>Some lines were bad and skipped; the others were done.</summary>
    public const int BadLines = 1;

    /// <summary>The command line is wrong, or a file cannot be read or written.</summary>
    public const int CannotRun = 2;

    /// <summary>Ctrl+C: what was written by then is whole lines.</summary>
    public const int Interrupted = 130;
}
