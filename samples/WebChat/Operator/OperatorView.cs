using ConversationGuard.AspNetCore;
using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;

namespace WebChat.Operator;

/// <summary>What whoever runs the bot sees: how conversations stand, and what the guard did. From the guard's events, which never carry text (R19).</summary>
internal sealed class OperatorView(TimeProvider timeProvider) : IGuardObserver
{
    /// <summary>How many conversations are told apart; of those beyond, the one that was quiet longest is forgotten.</summary>
    private const int MaxConversations = 10_000;

    private const int RecentEvents = 25;
    private const int Minutes = 30;

    private static readonly string[] _kinds = ["redirection", "warning", "end", "recovery", "crisis", "appeal"];

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Standing> _conversations = [];
    private readonly Dictionary<string, int> _totals = _kinds.Append("turn").Append("refusal").Append("feedback").Append("reinstatement").Append("failure").ToDictionary(kind => kind, _ => 0);
    private readonly Queue<Happened> _recent = [];
    private readonly SortedDictionary<long, int[]> _minutes = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void OnEvent(GuardEvent guardEvent)
    {
        lock (_lock)
        {
            switch (guardEvent.Kind)
            {
                case GuardEventKind.TurnDecided when !guardEvent.IsRepeat:
                    Decided(guardEvent);
                    break;
                case GuardEventKind.ConversationEnded:
                    Stand(guardEvent.ConversationKey, new(ConversationPhase.Ended, IsHeld: false, timeProvider.GetTimestamp()));
                    Count("end", guardEvent.ConversationKey, guardEvent.Ending?.Reason.Value);
                    break;
                case GuardEventKind.CallRefused:
                    Count("refusal", guardEvent.ConversationKey, guardEvent.Ending?.Reason.Value);
                    break;
                case GuardEventKind.ClassificationFailed or GuardEventKind.PolicyFailed or GuardEventKind.StoreFailed:
                    Count("failure", guardEvent.ConversationKey, guardEvent.ErrorType);
                    break;
                default:
                    return;
            }

            Announce();
        }
    }

    /// <summary>Feedback came in, an appeal, or one was granted.</summary>
    /// <param name="entry">The entry.</param>
    public void OnFeedback(FeedbackEntry entry)
    {
        lock (_lock)
        {
            if (entry.Kind == FeedbackKind.AppealGranted)
            {
                Stand(entry.ConversationKey, new(ConversationPhase.Engaged, IsHeld: false, timeProvider.GetTimestamp()));
            }

            var kind = entry.Kind switch
            {
                FeedbackKind.Appeal => "appeal",
                FeedbackKind.AppealGranted => "reinstatement",
                _ => "feedback",
            };
            Count(kind, entry.ConversationKey, entry.Reason ?? entry.Category);
            Announce();
        }
    }

    /// <summary>Gives what there is to see now, and what is done when there is more.</summary>
    /// <returns>The picture, and the task.</returns>
    public (Picture Picture, Task Changed) Look()
    {
        lock (_lock)
        {
            var phases = Enum.GetValues<ConversationPhase>().ToDictionary(phase => phase, phase => _conversations.Values.Count(standing => standing.Phase == phase));
            var now = Minute();
            var timeline = Enumerable.Range(0, Minutes).Select(i => now - Minutes + 1 + i).Select(minute => _minutes.GetValueOrDefault(minute) ?? new int[_kinds.Length]);
            var picture = new Picture(phases, _conversations.Values.Count(standing => standing.IsHeld), new(_totals), _kinds, [.. timeline], [.. _recent.Reverse()]);
            return (picture, _changed.Task);
        }
    }

    private void Decided(GuardEvent guardEvent)
    {
        var before = guardEvent.ConversationKey is { } key ? _conversations.GetValueOrDefault(key) : default;

        // A warning is in force once it went out; the next turn corrects what is said here if it did not.
        var phase = guardEvent.Action == GuardAction.Warn ? ConversationPhase.Warned : guardEvent.Phase;
        Stand(guardEvent.ConversationKey, new(phase, guardEvent.IsCrisisHold, timeProvider.GetTimestamp()));
        _totals["turn"]++;
        var category = guardEvent.Turn.Category.Value;
        if (guardEvent.Turn.Kind == TurnKind.Crisis)
        {
            Count("crisis", guardEvent.ConversationKey, category);
        }
        else if (guardEvent.Action == GuardAction.Redirect)
        {
            Count("redirection", guardEvent.ConversationKey, category);
        }
        else if (guardEvent.Action == GuardAction.Warn)
        {
            Count("warning", guardEvent.ConversationKey, category);
        }
        else if (phase < before.Phase && before.Phase != ConversationPhase.Ended)
        {
            Count("recovery", guardEvent.ConversationKey, null);
        }
    }

    private void Stand(string? key, Standing standing)
    {
        if (key is null)
        {
            return;
        }

        _conversations[key] = standing;
        if (_conversations.Count > MaxConversations)
        {
            _conversations.Remove(_conversations.MinBy(one => one.Value.At).Key);
        }
    }

    private void Count(string kind, string? key, string? detail)
    {
        _totals[kind]++;
        if (Array.IndexOf(_kinds, kind) is >= 0 and var column)
        {
            if (!_minutes.TryGetValue(Minute(), out var counts))
            {
                _minutes[Minute()] = counts = new int[_kinds.Length];
                while (_minutes.Count > Minutes)
                {
                    _minutes.Remove(_minutes.Keys.First());
                }
            }

            counts[column]++;
        }

        _recent.Enqueue(new(timeProvider.GetUtcNow(), kind, string.IsNullOrEmpty(detail) ? null : detail, key is { Length: > 6 } ? key[^6..] : key));
        if (_recent.Count > RecentEvents)
        {
            _recent.Dequeue();
        }
    }

    private long Minute() => timeProvider.GetUtcNow().ToUnixTimeSeconds() / 60;

    private void Announce()
    {
        var changed = _changed;
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }

    private readonly record struct Standing(ConversationPhase Phase, bool IsHeld, long At);
}

/// <summary>Something that happened, for the list of the latest.</summary>
internal sealed record Happened(DateTimeOffset At, string Kind, string? Detail, string? Conversation);

/// <summary>What there is to see at a moment.</summary>
internal sealed record Picture(
    Dictionary<ConversationPhase, int> Phases,
    int CrisisHolds,
    Dictionary<string, int> Totals,
    IReadOnlyList<string> Kinds,
    IReadOnlyList<int[]> Timeline,
    IReadOnlyList<Happened> Recent);
