using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace ConsoleChat.Eliza;

/// <summary>A chatbot that needs no network and no key: ELIZA of 1966, as an <see cref="IChatClient"/>.</summary>
/// <remarks>
/// It keeps no state: what it says follows from the presented messages alone, so one client serves any number of conversations,
/// and the same history always gets the same answer. <see cref="ChatOptions.Instructions"/> it cannot read as a model would; where
/// there are any, somebody asks for care, and it answers with a calm sentence of its own instead of mirroring the user's words.
/// </remarks>
/// <param name="wordDelay">The pause between two words of a stream; none by default.</param>
public sealed class ElizaChatClient(TimeSpan wordDelay = default) : IChatClient
{
    private const string Model = "eliza-1966";

    private readonly ChatClientMetadata _metadata = new("eliza", defaultModelId: Model);

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        cancellationToken.ThrowIfCancellationRequested();

        var id = NewId();
        var message = new ChatMessage(ChatRole.Assistant, Reply(messages, options)) { MessageId = id };
        return Task.FromResult(new ChatResponse(message) { ResponseId = id, ModelId = Model, FinishReason = ChatFinishReason.Stop });
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return StreamAsync(messages, options, cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held.
    }

    private static string NewId() => Guid.NewGuid().ToString("N");

    private static string Reply(IEnumerable<ChatMessage> messages, ChatOptions? options) =>
        ElizaHistory.Reply(DoctorScript.Instance, messages, options?.Instructions);

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();

        var id = NewId();
        var words = Reply(messages, options).Split(' ');
        for (var i = 0; i < words.Length; i++)
        {
            if (i > 0)
            {
                await Task.Delay(wordDelay, cancellationToken).ConfigureAwait(false);
            }

            yield return new ChatResponseUpdate(ChatRole.Assistant, i < words.Length - 1 ? words[i] + ' ' : words[i])
            {
                MessageId = id,
                ResponseId = id,
                ModelId = Model,
                FinishReason = i < words.Length - 1 ? null : ChatFinishReason.Stop,
            };
        }
    }
}
