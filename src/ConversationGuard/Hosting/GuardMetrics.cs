using System.Diagnostics;
using System.Diagnostics.Metrics;
using ConversationGuard.ChatCompletion;

namespace ConversationGuard.Hosting;

/// <summary>Counts the guard's events, so that operators see how often it triggers. Meter <c>ConversationGuard</c>.</summary>
internal sealed class GuardMetrics : ISelectiveObserver
{
    public const string MeterName = "ConversationGuard";

    private readonly Counter<long> _turns;
    private readonly Counter<long> _ends;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _vetoes;

    private GuardMetrics(Meter meter)
    {
        _turns = meter.CreateCounter<long>("conversation_guard.turns", "{turn}", "User turns decided about, by action and kind.");
        _ends = meter.CreateCounter<long>("conversation_guard.ends", "{conversation}", "Conversations ended, by reason.");
        _refusals = meter.CreateCounter<long>("conversation_guard.refusals", "{call}", "Calls refused because their conversation had ended.");
        _failures = meter.CreateCounter<long>("conversation_guard.failures", "{failure}", "Failures of classifier, policy or store.");
        _vetoes = meter.CreateCounter<long>("conversation_guard.model_end_vetoes", "{request}", "Confirmed requests of the model to end a conversation that were refused.");
    }

    /// <summary>Gets the instruments of this process: they live as long as it does.</summary>
    public static GuardMetrics Shared { get; } = new(new Meter(MeterName));

    public bool LooksAt(in JudgedTurn turn) => _turns.Enabled && !turn.IsRepeat;

    public void OnEvent(GuardEvent guardEvent)
    {
        var tags = new TagList { { "guard.name", guardEvent.GuardName }, { "guard.mode", guardEvent.Mode.ToString() } };
        switch (guardEvent.Kind)
        {
            case GuardEventKind.TurnDecided when !guardEvent.IsRepeat:
                tags.Add("guard.action", guardEvent.Action.ToString());
                tags.Add("guard.turn", guardEvent.Turn.Kind.ToString());
                tags.Add("guard.category", guardEvent.Turn.Category.Value);
                tags.Add("guard.crisis_hold", guardEvent.IsCrisisHold);
                _turns.Add(1, tags);
                break;
            case GuardEventKind.ConversationEnded:
                tags.Add("guard.reason", guardEvent.Ending?.Reason.Value);
                _ends.Add(1, tags);
                break;
            case GuardEventKind.CallRefused:
                _refusals.Add(1, tags);
                break;
            case GuardEventKind.ModelEndVetoed:
                _vetoes.Add(1, tags);
                break;
            case GuardEventKind.ClassificationFailed or GuardEventKind.PolicyFailed or GuardEventKind.StoreFailed:
                tags.Add("guard.failure", guardEvent.Kind.ToString());
                tags.Add("error.type", guardEvent.ErrorType);
                _failures.Add(1, tags);
                break;
            default:
                break;
        }
    }
}
