namespace ConsoleChat.Playback;

/// <summary>One line of a transcript file.</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Id">The conversation's id, or its place in the file if it has none.</param>
/// <param name="UserTurns">What the user wrote, in order.</param>
internal sealed record RecordedConversation(int Line, string Id, IReadOnlyList<string> UserTurns);
