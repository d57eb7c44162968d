using Microsoft.Extensions.AI;

namespace ConversationGuard.Transcripts;

/// <summary>The time of a recorded conversation. It stands still where the record has no times, so that no time forgives (R9) and none releases a hold (R5).</summary>
public sealed class ReplayClock : TimeProvider
{
    private static readonly DateTimeOffset _unknown = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private DateTimeOffset? _now;

    /// <summary>A conversation begins, at a time that is not known yet.</summary>
    public void Reset() => _now = null;

    /// <summary>Goes on to the latest time of the messages; never back.</summary>
    /// <param name="messages">The messages.</param>
    public void AdvanceTo(IEnumerable<ChatMessage> messages)
    {
        var latest = messages.Max(message => message.CreatedAt);
        _now = _now is null || latest > _now ? latest ?? _now : _now;
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _now ?? _unknown;
}
