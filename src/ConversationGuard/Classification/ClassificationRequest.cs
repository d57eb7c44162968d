using Microsoft.Extensions.AI;

namespace ConversationGuard.Classification;

/// <summary>What a classifier is asked to judge.</summary>
public readonly record struct ClassificationRequest
{
    private readonly IReadOnlyList<ChatMessage>? _messages;
    private readonly int _contextCount;

    /// <summary>Initializes a request.</summary>
    /// <param name="text">The text that the user wrote (R15).</param>
    /// <param name="context">The messages before it, oldest first, for classifiers that judge in context.</param>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    public ClassificationRequest(string text, IReadOnlyList<ChatMessage>? context = null)
        : this(text, context, context?.Count ?? 0)
    {
    }

    internal ClassificationRequest(string text, IReadOnlyList<ChatMessage>? messages, int contextCount)
    {
        ArgumentNullException.ThrowIfNull(text);
        Text = text;
        _messages = messages;
        _contextCount = contextCount;
    }

    /// <summary>Gets the text to judge.</summary>
    public string Text { get; }

    /// <summary>Gets the messages before it, oldest first; empty if unknown. Only the text is judged: the context helps to read it.</summary>
    /// <remarks>Made when it is asked for: read it once.</remarks>
    public IReadOnlyList<ChatMessage> Context => _messages is null ? [] : [.. _messages.Take(_contextCount)];
}
