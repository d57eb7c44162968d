using ConversationGuard.ChatCompletion;

namespace ConversationGuard.Transcripts;

/// <summary>Hears what the guard does in the call that is being played. Register it as an <see cref="IGuardObserver"/>.</summary>
public sealed class TurnObserver : IGuardObserver
{
    private List<GuardEvent> _events = [];

    /// <summary>A call begins: what was heard before is forgotten.</summary>
    public void Begin() => _events = [];

    /// <summary>The call is over.</summary>
    /// <returns>What was heard in it.</returns>
    public IReadOnlyList<GuardEvent> End() => _events;

    /// <inheritdoc/>
    public void OnEvent(GuardEvent guardEvent) => _events.Add(guardEvent);
}
