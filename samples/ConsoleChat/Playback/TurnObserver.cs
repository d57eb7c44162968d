using ConversationGuard.ChatCompletion;

namespace ConsoleChat.Playback;

/// <summary>Hears what the guard decides about the one turn that is being played.</summary>
internal sealed class TurnObserver : IGuardObserver
{
    private PlayedTurn _turn = new(string.Empty);

    /// <summary>A turn is about to be played.</summary>
    /// <param name="text">What the user wrote.</param>
    public void Begin(string text) => _turn = new PlayedTurn(text);

    /// <summary>The turn was played.</summary>
    /// <returns>The turn with what was heard.</returns>
    public PlayedTurn End() => _turn;

    public void OnEvent(GuardEvent guardEvent) => _turn = guardEvent.Kind switch
    {
        GuardEventKind.TurnDecided => _turn with { Decision = guardEvent },
        GuardEventKind.ConversationEnded => _turn with { Ending = guardEvent.Ending },
        _ => _turn,
    };
}
