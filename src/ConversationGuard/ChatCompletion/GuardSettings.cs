using ConversationGuard.Classification;
using ConversationGuard.DeEscalation;

namespace ConversationGuard.ChatCompletion;

/// <summary>The validated settings of one guard at one moment. A call sees one of them from its start to its end.</summary>
internal sealed record GuardSettings
{
    public GuardMode Mode { get; init; }

    public EndBehavior EndBehavior { get; init; }

    public RedirectionStyle RedirectionStyle { get; init; }

    public DeEscalationRules DeEscalation { get; init; } = new();

    public required CategoryRules Categories { get; init; }

    public GuardWording Wording { get; init; } = GuardWording.BuiltIn;

    public TimeSpan ClassifierTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
