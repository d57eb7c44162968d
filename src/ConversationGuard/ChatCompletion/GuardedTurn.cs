using Microsoft.Extensions.AI;

namespace ConversationGuard.ChatCompletion;

/// <summary>One call on its way through the guard: what came in, and once it is decided, what to do.</summary>
/// <param name="Settings">The settings in force when it began.</param>
/// <param name="Messages">What was asked.</param>
/// <param name="Options">The host's options; a steered copy of them where the inner client is to be steered.</param>
internal sealed record GuardedTurn(GuardSettings Settings, IReadOnlyList<ChatMessage> Messages, ChatOptions? Options)
{
    /// <summary>Gets what came of each record that the call touches: one, or one for each author.</summary>
    public Outcome[] Outcomes { get; init; } = [];

    /// <summary>Gets how many conversations had ended here when it was last looked whether this one had.</summary>
    public long Ends { get; init; }

    /// <summary>Gets the guard's own answer; the inner client is then not called.</summary>
    public string? Reply { get; init; }

    /// <summary>Gets the guard's own text that is appended to the reply, whatever the model writes (R4).</summary>
    public string? Notice { get; init; }

    /// <summary>Gets what that text is: one of <see cref="GuardNotice"/>.</summary>
    public string? NoticeKind { get; init; }

    /// <summary>Gets the model's way to ask for the end; null if it has none in this call (R13).</summary>
    public ModelEnd? ModelEnd { get; init; }

    /// <summary>Gets a value indicating whether nothing is left to do when the reply went out: nothing is on record, and nothing is to be added.</summary>
    public bool IsPassedOn => Notice is null && ModelEnd is null && Array.TrueForAll(Outcomes, outcome => outcome.Ledger.IsEmpty);

    /// <summary>Gets the end, if the conversation is over.</summary>
    public ConversationEndedException? Ended { get; init; }
}
