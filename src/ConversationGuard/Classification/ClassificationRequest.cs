using Microsoft.Extensions.AI;

namespace ConversationGuard.Classification;

/// <summary>What a classifier is asked to judge.</summary>
public readonly record struct ClassificationRequest
{
    /// <summary>Initializes a request.</summary>
    /// <param name="text">The text that the user wrote (R15); never null.</param>
    /// <param name="context">The messages before it, oldest first, for classifiers that judge in context.</param>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    public ClassificationRequest(string text, IReadOnlyList<ChatMessage>? context = null)
    {
        Text = text ?? throw new ArgumentNullException(nameof(text));
        Context = context ?? [];
    }

    /// <summary>Gets the text to judge.</summary>
    public string Text { get; }

    /// <summary>Gets the messages before it, oldest first; empty if unknown. Only the text is judged: the context helps to read it.</summary>
    public IReadOnlyList<ChatMessage> Context { get; }
}
