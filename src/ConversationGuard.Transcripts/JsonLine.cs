namespace ConversationGuard.Transcripts;

/// <summary>One line of a JSON-lines file: what it says, or why it cannot be used.</summary>
/// <typeparam name="T">What a line says.</typeparam>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Value">What it says; null if it cannot be used.</param>
/// <param name="Problem">What is wrong with it, told without quoting it (R19); null if nothing is.</param>
public readonly record struct JsonLine<T>(int Number, T? Value, string? Problem)
    where T : class;
