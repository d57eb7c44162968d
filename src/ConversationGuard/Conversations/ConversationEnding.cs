using ConversationGuard.Classification;

namespace ConversationGuard.Conversations;

/// <summary>The end of a conversation, as it stays on record (R11).</summary>
public sealed record ConversationEnding
{
    /// <summary>Gets why.</summary>
    public required EndReason Reason { get; init; }

    /// <summary>Gets when.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets the category of the turn that ended it; <c>default</c> if no category decided.</summary>
    public HarmCategory Category { get; init; }

    /// <summary>Gets the ids of the rules that the decision rests on, for example R2.</summary>
    public IReadOnlyList<string> RuleIds { get; init; } = [];

    /// <summary>Gets how many violations it rests on.</summary>
    public int Violations { get; init; }

    /// <summary>Gets how many delivered redirections had failed.</summary>
    public int FailedRedirections { get; init; }
}
