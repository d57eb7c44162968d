namespace ConversationGuard.Conversations;

/// <summary>Which user turn of a conversation: never its text (R19).</summary>
/// <remarks>Made from the message's id where the host gives one, else from a keyed hash of its text and how often that text came before.</remarks>
/// <param name="Value">The identity, comparable within one conversation only.</param>
public readonly record struct TurnId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}
