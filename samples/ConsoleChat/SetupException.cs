namespace ConsoleChat;

/// <summary>The program cannot start; the message tells the operator what is missing.</summary>
internal sealed class SetupException(string message) : Exception(message);
