using System.Collections.Concurrent;
using ConversationGuard.ChatCompletion;

namespace ConversationGuard.Tests.Doubles;

internal sealed class RecordingObserver : IGuardObserver
{
    private readonly ConcurrentQueue<GuardEvent> _events = new();

    public IReadOnlyList<GuardEvent> Events => [.. _events];

    public void OnEvent(GuardEvent guardEvent) => _events.Enqueue(guardEvent);

    public IEnumerable<GuardEvent> Of(GuardEventKind kind) => _events.Where(one => one.Kind == kind);
}
