using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace ConsoleChat.Tests.Chat;

/// <summary>Says its words, then does what it is told to, and keeps what it was sent.</summary>
internal sealed class ScriptedChatClient(params string[] words) : IChatClient
{
    public List<IReadOnlyList<ChatMessage>> Requests { get; } = [];

    public List<ChatOptions?> Options { get; } = [];

    public Func<CancellationToken, Task> AfterTheWords { get; set; } = _ => Task.CompletedTask;

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Requests.Add([.. messages]);
        Options.Add(options);
        foreach (var word in words)
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, word);
        }

        await AfterTheWords(cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
