using ConversationGuard.Conversations;
using Microsoft.Extensions.AI;

namespace ConversationGuard.ChatCompletion;

/// <summary>One call on its way through the guard: what came in, and once it is decided, what to do.</summary>
internal sealed record GuardedTurn(GuardSettings Settings, ConversationKey Key, PresentedHistory History, ChatOptions? Options)
{
    /// <summary>Gets the options to call the inner client with.</summary>
    public ChatOptions? InnerOptions { get; init; } = Options;

    /// <summary>Gets the guard's own answer; the inner client is then not called.</summary>
    public string? Reply { get; init; }

    /// <summary>Gets the guard's own text that is appended to the reply, whatever the model writes (R4).</summary>
    public string? Notice { get; init; }

    /// <summary>Gets the end, if the conversation is over.</summary>
    public ConversationEndedException? Ended { get; init; }

    /// <summary>Gets the ledger as it stands with this turn.</summary>
    public ConversationLedger Ledger { get; init; } = ConversationLedger.Empty;

    /// <summary>Gets the turns that are newly on record by this call.</summary>
    public IReadOnlyList<TurnId> Recorded { get; init; } = [];

    /// <summary>Gets the turns whose redirection, warning or support this call delivers.</summary>
    public IReadOnlyList<TurnId> Answered { get; init; } = [];
}
