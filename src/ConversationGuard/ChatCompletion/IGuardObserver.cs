namespace ConversationGuard.ChatCompletion;

/// <summary>Hears everything that the guard does: one stream of events, many listeners.</summary>
/// <remarks>Called concurrently and on the path of the call: it must be quick. An exception is swallowed; it cannot disturb a conversation.</remarks>
public interface IGuardObserver
{
    /// <summary>Takes an event.</summary>
    /// <param name="guardEvent">The event.</param>
    void OnEvent(GuardEvent guardEvent);
}
