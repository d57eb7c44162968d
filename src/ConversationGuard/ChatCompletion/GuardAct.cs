using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using Microsoft.Extensions.AI;

namespace ConversationGuard.ChatCompletion;

/// <summary>Turns an outcome into what is done: pass on, add instructions, reply, append a notice, end.</summary>
internal static class GuardAct
{
    public static GuardedTurn On(GuardedTurn turn)
    {
        // One participant's end is not the others': the call is refused only if nobody else speaks in it.
        Outcome? answered = null;
        var isHeld = false;
        foreach (var outcome in turn.Outcomes)
        {
            if (outcome.Ending is null)
            {
                isHeld |= outcome.State.IsCrisisHold;
                answered = answered is null || outcome.Decision.Action > answered.Decision.Action ? outcome : answered;
            }
        }

        turn = turn.Outcomes.Length > 1 ? AnswerOne(turn, isHeld ? null : answered) : turn;

        // Nothing changes for the user or the model; what would have been delivered counts as delivered (R18).
        if (turn.Settings.Mode == GuardMode.Observe || turn.Outcomes.Length == 0)
        {
            return turn;
        }

        if (answered is null)
        {
            return Refuse(turn);
        }

        if (isHeld)
        {
            // Where someone may be at risk nobody speaks of ending (R5).
            return Support(turn with { Outcomes = Array.ConvertAll(turn.Outcomes, outcome => outcome with { LeavesWishOut = true }) });
        }

        turn = Redirect(turn, answered);
        return Array.Exists(turn.Outcomes, outcome => outcome is { Ending: null, IsWishTurn: true }) ? AskToConfirm(turn) : turn;
    }

    /// <summary>The end, if every record that the call touches says so.</summary>
    public static GuardedTurn Refuse(GuardedTurn turn)
    {
        if (turn.Settings.Mode == GuardMode.Observe || turn.Outcomes is not [{ Ending: { } ending } outcome, ..] || !Array.TrueForAll(turn.Outcomes, other => other.Ending is not null))
        {
            return turn;
        }

        var words = turn.Settings.Wording.Ended(ending.Reason, ending.Category);
        return turn with { Ended = new ConversationEndedException(ending, words, outcome.Call.Key.Value, outcome.IsRefused) };
    }

    /// <summary>One reply answers one behaviour. Whoever else was to be redirected or warned was not, and is the next time (R4, R8).</summary>
    private static GuardedTurn AnswerOne(GuardedTurn turn, Outcome? answered) =>
        turn with { Outcomes = Array.ConvertAll(turn.Outcomes, outcome => answered is null || outcome.Category != answered.Category ? outcome.Unanswered() : outcome) };

    /// <summary>Says what an end means before it can be confirmed (R12).</summary>
    private static GuardedTurn AskToConfirm(GuardedTurn turn)
    {
        var wording = turn.Settings.Wording;
        var notice = wording.WishNotice();
        return turn with
        {
            Notice = turn.Notice is null ? notice : turn.Notice + "\n\n" + notice,
            NoticeKind = turn.NoticeKind ?? GuardNotice.EndWish,
            Options = Instruct(turn.Options, wording.WishInstruction()),
        };
    }

    private static GuardedTurn Support(GuardedTurn turn)
    {
        var wording = turn.Settings.Wording;
        var held = Array.FindAll(turn.Outcomes, outcome => outcome is { Ending: null, State.IsCrisisHold: true });

        // The help resources come once per hold, again when they are asked for (R5), and again when the reply to a signal is regenerated: it replaces the one that had them (R10).
        turn = Array.Exists(held, NeedsResources) ? turn with { Notice = wording.HelpResources(), NoticeKind = GuardNotice.HelpResources } : turn;
        return turn.Settings.RedirectionStyle == RedirectionStyle.Reply && Array.Exists(held, outcome => outcome.IsCrisisTurn)
            ? turn with { Reply = wording.SupportReply() }
            : turn with { Options = Instruct(turn.Options, wording.SupportInstruction()) };
    }

    private static bool NeedsResources(Outcome outcome) =>
        !outcome.State.AreResourcesDelivered || outcome.IsCrisisRepeated || outcome.Call.History.Newest.Any(turn => HelpRequest.IsIn(turn.Text));

    private static GuardedTurn Redirect(GuardedTurn turn, Outcome outcome)
    {
        if (outcome.Decision.Action < GuardAction.Redirect)
        {
            return turn;
        }

        var wording = turn.Settings.Wording;
        var warns = outcome.Decision.Action == GuardAction.Warn;
        var role = outcome.Terms.Categories[outcome.Category].Role;
        turn = warns ? turn with { Notice = wording.WarningNotice(outcome.Category), NoticeKind = GuardNotice.Warning } : turn;
        return turn.Settings.RedirectionStyle == RedirectionStyle.Reply
            ? turn with { Reply = wording.Reply(role, outcome.Category) }
            : turn with { Options = Instruct(turn.Options, wording.Instruction(role, outcome.Category, warns)) };
    }

    /// <summary>Steers by <see cref="ChatOptions.Instructions"/> of a clone: the host's options stay as they are.</summary>
    private static ChatOptions Instruct(ChatOptions? options, string instruction)
    {
        var steered = options?.Clone() ?? new ChatOptions();
        steered.Instructions = string.IsNullOrWhiteSpace(steered.Instructions) ? instruction : steered.Instructions + "\n\n" + instruction;
        return steered;
    }
}
