using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;

namespace ConsoleChat.Playback;

/// <summary>One user turn and what the guard said about it.</summary>
/// <param name="Text">What the user wrote.</param>
/// <param name="Decision">The decision; null if there was none, because the guard is switched off.</param>
/// <param name="Ending">The end, if the conversation ended with this turn.</param>
internal sealed record PlayedTurn(string Text, GuardEvent? Decision = null, ConversationEnding? Ending = null);
