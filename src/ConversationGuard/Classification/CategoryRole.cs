namespace ConversationGuard.Classification;

/// <summary>What a category means for a conversation.</summary>
public enum CategoryRole
{
    /// <summary>It is not acted on.</summary>
    Ignored,

    /// <summary>Abuse aimed at the assistant or at people: a violation.</summary>
    Abuse,

    /// <summary>A request for serious harm: a violation.</summary>
    SeriousHarm,

    /// <summary>A sign that someone is at risk: puts the conversation on hold (R5).</summary>
    Crisis,
}
