using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using Microsoft.Extensions.AI;

namespace ConversationGuard.ChatCompletion;

/// <summary>Turns an outcome into what is done: pass on, add instructions, reply, append a notice, end.</summary>
internal static class GuardAct
{
    public static GuardedTurn On(GuardedTurn call, Outcome outcome)
    {
        call = call with { Ledger = outcome.Ledger, Recorded = outcome.Recorded, Answered = outcome.Answered };

        // Nothing changes for the user or the model; what would have been delivered counts as delivered (R18).
        if (call.Settings.Mode == GuardMode.Observe)
        {
            return call;
        }

        if (outcome.Ledger.Ending is { } ending)
        {
            var words = call.Settings.Wording.Ended(ending.Reason, ending.Category);
            return call with { Ended = new ConversationEndedException(ending, words, call.Key.Value, outcome.IsRefused) };
        }

        return outcome.State.IsCrisisHold ? Support(call, outcome) : Redirect(call, outcome);
    }

    private static GuardedTurn Support(GuardedTurn call, Outcome outcome)
    {
        var wording = call.Settings.Wording;
        if (!outcome.State.AreResourcesDelivered)
        {
            // The help resources reach the user once per hold, with the first reply that goes out, whichever turn that answers.
            var signals = outcome.Ledger.Entries.Where(entry => entry.Kind == TurnKind.Crisis).Select(entry => entry.Turn);
            call = call with { Notice = wording.HelpResources(), Answered = [.. call.Answered.Union(signals)] };
        }

        return call.Settings.RedirectionStyle == RedirectionStyle.Reply && outcome.IsCrisisTurn
            ? call with { Reply = wording.SupportReply() }
            : call with { InnerOptions = Instruct(call.Options, wording.SupportInstruction()) };
    }

    private static GuardedTurn Redirect(GuardedTurn call, Outcome outcome)
    {
        if (outcome.Decision.Action < GuardAction.Redirect)
        {
            return call;
        }

        var wording = call.Settings.Wording;
        var warns = outcome.Decision.Action == GuardAction.Warn;
        var role = call.Settings.Categories[outcome.Category].Role;
        call = warns ? call with { Notice = wording.WarningNotice(outcome.Category) } : call;
        return call.Settings.RedirectionStyle == RedirectionStyle.Reply
            ? call with { Reply = wording.Reply(role, outcome.Category) }
            : call with { InnerOptions = Instruct(call.Options, wording.Instruction(role, outcome.Category, warns)) };
    }

    /// <summary>Steers by <see cref="ChatOptions.Instructions"/> of a clone: the host's options stay as they are.</summary>
    private static ChatOptions Instruct(ChatOptions? options, string instruction)
    {
        var steered = options?.Clone() ?? new ChatOptions();
        steered.Instructions = string.IsNullOrWhiteSpace(steered.Instructions) ? instruction : steered.Instructions + "\n\n" + instruction;
        return steered;
    }
}
