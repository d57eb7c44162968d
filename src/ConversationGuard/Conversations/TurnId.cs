namespace ConversationGuard.Conversations;

/// <summary>Which user turn of a conversation: never its text (R19).</summary>
/// <remarks>Made from the message's id where the host gives one, else from keyed hashes of its text and of the turn that it follows.</remarks>
/// <param name="Value">The identity, comparable within one conversation only.</param>
public readonly record struct TurnId(string Value)
{
    /// <summary>Stands between what a turn says and what it follows.</summary>
    internal const char Separator = '.';

    /// <summary>Gets what of the identity is the same for the same text, wherever it stands.</summary>
    internal string Fingerprint => Value.IndexOf(Separator) is >= 0 and var end ? Value.Substring(0, end) : Value;

    /// <inheritdoc/>
    public override string ToString() => Value;
}
