using Microsoft.Extensions.AI;

namespace ConversationGuard.Tests.Doubles;

/// <summary>The two ways to call a chat client. Every scenario is run on both.</summary>
public enum ChatPath
{
    /// <summary>GetResponseAsync.</summary>
    Whole,

    /// <summary>GetStreamingResponseAsync, read to its end.</summary>
    Streaming,
}

internal static class ChatPathExtensions
{
    public static async Task<ChatResponse> AskAsync(
        this ChatPath path, IChatClient client, IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        path == ChatPath.Whole
            ? await client.GetResponseAsync(messages, options, cancellationToken)
            : await client.GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);
}
