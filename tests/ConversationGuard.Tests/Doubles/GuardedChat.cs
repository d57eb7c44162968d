using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Hosting;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ConversationGuard.Tests.Doubles;

/// <summary>A guarded bot and a host that keeps the history as most hosts do: a turn that failed is not kept.</summary>
internal sealed class GuardedChat : IAsyncDisposable
{
    private readonly ChatPath _path;
    private readonly ServiceProvider _services;

    public GuardedChat(
        ChatPath path,
        Action<ConversationGuardOptions>? configure = null,
        Action<IServiceCollection>? register = null,
        Func<ChatClientBuilder, ChatClientBuilder>? build = null)
    {
        _path = path;
        Store = new CountingStore(Time);
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton<IMessageClassifier>(Classifier);
        services.AddSingleton<IConversationStore>(Store);
        services.AddSingleton<IGuardObserver>(Observer);
        services.AddConversationGuard(configure ?? (_ => { }));
        (build ?? (builder => builder.UseConversationGuard()))(services.AddChatClient(Model));
        register?.Invoke(services);
        _services = services.BuildServiceProvider();
        Client = _services.GetRequiredService<IChatClient>();
        Guard = _services.GetRequiredService<IConversationGuard>();
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public ScriptedChatClient Model { get; } = new();

    public ScriptedClassifier Classifier { get; } = new();

    public CountingStore Store { get; }

    public RecordingObserver Observer { get; } = new();

    public IServiceProvider Services => _services;

    public IChatClient Client { get; }

    public IConversationGuard Guard { get; }

    /// <summary>Gets or sets the key that is set on each call; null for none.</summary>
    public string? Key { get; set; } = "conversation-1";

    /// <summary>Gets or sets the conversation id that is set on each call; null for none.</summary>
    public string? ConversationId { get; set; }

    /// <summary>Gets or sets the host's own instructions; null for none.</summary>
    public string? Instructions { get; set; }

    public List<ChatMessage> History { get; } = [];

    /// <summary>Says something, and keeps both turns if there is an answer.</summary>
    public async Task<ChatResponse> SayAsync(string text, CancellationToken cancellationToken = default)
    {
        var response = await AskAsync([.. History, new ChatMessage(ChatRole.User, text)], cancellationToken);
        History.Add(new ChatMessage(ChatRole.User, text));
        History.AddRange(response.Messages);
        return response;
    }

    public async Task SayAllAsync(params string[] texts)
    {
        foreach (var text in texts)
        {
            await SayAsync(text);
        }
    }

    public Task<ChatResponse> AskAsync(IEnumerable<ChatMessage> messages, CancellationToken cancellationToken = default) =>
        _path.AskAsync(Client, messages, NewOptions(), cancellationToken);

    /// <summary>Gets or sets the tools of the host; null for none.</summary>
    public IList<AITool>? Tools { get; set; }

    public Task<ChatResponse> SendAsync(params string[] texts) => AskAsync(texts.Select(text => new ChatMessage(ChatRole.User, text)));

    public Task<ChatResponse> AskAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken = default) =>
        _path.AskAsync(Client, messages, options, cancellationToken);

    /// <summary>Sends the history as it is, without a new message: what a host does to regenerate after it removed the reply.</summary>
    public async Task<ChatResponse> RegenerateAsync()
    {
        while (History is [.., { Role: var role }] && role != ChatRole.User)
        {
            History.RemoveAt(History.Count - 1);
        }

        var response = await AskAsync([.. History]);
        History.AddRange(response.Messages);
        return response;
    }

    public ChatOptions? NewOptions()
    {
        if (Key is null && ConversationId is null && Instructions is null && Tools is null)
        {
            return null;
        }

        var options = new ChatOptions { ConversationId = ConversationId, Instructions = Instructions, Tools = Tools };
        return Key is null ? options : options.WithConversationKey(Key);
    }

    public async Task<ConversationState> StateAsync() => (await Guard.GetStatusAsync(Key ?? ConversationId!)).State;

    public async Task<ConversationEndedException> EndsAtAsync(string text)
    {
        var say = () => SayAsync(text);
        return (await say.Should().ThrowAsync<ConversationEndedException>()).Which;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
