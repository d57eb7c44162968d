using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;

namespace ConversationGuard.ChatCompletion;

/// <summary>Tells the observers what came of a call.</summary>
internal sealed class OutcomeReports(GuardServices services)
{
    /// <summary>A call to a conversation that is over is refused (R11).</summary>
    public Outcome Refuse(Outcome outcome)
    {
        services.Report(new GuardEvent
        {
            Kind = GuardEventKind.CallRefused,
            GuardName = services.Name,
            ConversationKey = outcome.Call.Key.Value,
            Mode = outcome.Call.Settings.Mode,
            Action = GuardAction.End,
            RuleIds = ["R11"],
            Phase = ConversationPhase.Ended,
            Ending = outcome.Ending,
            IsRepeat = true,
        });
        return outcome with { IsRefused = true };
    }

    /// <summary>What was decided about the newest turns, and the end if it came to that.</summary>
    public void Decided(Outcome outcome)
    {
        var (call, mode) = (outcome.Call, outcome.Call.Settings.Mode);
        foreach (ref readonly var judged in outcome.Judged.AsSpan())
        {
            if (!services.IsWatched(in judged))
            {
                continue;
            }

            services.Report(new GuardEvent
            {
                Kind = GuardEventKind.TurnDecided,
                GuardName = services.Name,
                ConversationKey = call.Key.Value,
                Mode = mode,
                Turn = judged.Assessment,
                Action = judged.Decision.Action,
                RuleIds = judged.Decision.RuleIds,
                Phase = judged.State.Phase,
                IsCrisisHold = judged.State.IsCrisisHold,
                IsRepeat = judged.IsRepeat,
            });
        }

        if (outcome.Ending is { } ending)
        {
            Ended(call, ending);
        }
    }

    /// <summary>What came of the model's confirmed request (R13): an end, an end from before it, or a veto.</summary>
    public Outcome Requested(Outcome outcome)
    {
        switch (outcome)
        {
            case { Ending: null }:
                services.Report(new GuardEvent
                {
                    Kind = GuardEventKind.ModelEndVetoed,
                    GuardName = services.Name,
                    ConversationKey = outcome.Call.Key.Value,
                    Mode = outcome.Call.Settings.Mode,
                    Action = outcome.Decision.Action,
                    RuleIds = outcome.Decision.RuleIds,
                    Phase = outcome.State.Phase,
                    IsCrisisHold = outcome.State.IsCrisisHold,
                });
                return outcome;
            case { Decision.Action: GuardAction.End, Ending: { } ending }:
                Ended(outcome.Call, ending);
                return outcome;
            default:
                return Refuse(outcome);
        }
    }

    private void Ended(GuardedCall call, ConversationEnding ending) => services.Report(new GuardEvent
    {
        Kind = GuardEventKind.ConversationEnded,
        GuardName = services.Name,
        ConversationKey = call.Key.Value,
        Mode = call.Settings.Mode,
        Action = GuardAction.End,
        RuleIds = ending.RuleIds,
        Phase = ConversationPhase.Ended,
        Ending = ending,
    });
}
