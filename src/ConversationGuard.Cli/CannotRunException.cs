namespace ConversationGuard.Cli;

/// <summary>The program cannot do what it was asked to; the message tells the user why.</summary>
internal sealed class CannotRunException(string message) : Exception(message);
