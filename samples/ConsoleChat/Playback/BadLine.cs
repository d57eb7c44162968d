namespace ConsoleChat.Playback;

/// <summary>A line of a transcript file that cannot be read. The problem is told without quoting the line.</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Problem">What is wrong with it.</param>
internal sealed record BadLine(int Line, string Problem);
