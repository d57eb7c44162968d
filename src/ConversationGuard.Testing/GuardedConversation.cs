using System.Collections.Concurrent;
using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;
using ConversationGuard.Hosting;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace ConversationGuard.Testing;

/// <summary>One conversation with a guarded bot, as a host would have it: it keeps the history, and drops a turn whose call threw.</summary>
/// <example>
/// <code>
/// await using var conversation = new GuardedConversation(register: services =&gt; services
///     .AddSingleton&lt;IMessageClassifier&gt;(new ScriptedClassifier().Finds(HarmCategory.Harassment, "idiot"))
///     .AddSingleton&lt;ITerminationPolicy, MyPolicy&gt;());
/// var transcript = await conversation.SayAsync("hello", "idiot", "you idiot", "idiot!", "idiot again");
/// transcript.ShouldDecide(GuardAction.Continue, GuardAction.Redirect, GuardAction.Redirect, GuardAction.Warn, GuardAction.End).ShouldKeepTheRules();
/// </code>
/// </example>
public sealed class GuardedConversation : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly Recorder _recorder = new();
    private readonly List<TranscriptTurn> _turns = [];

    /// <summary>Initializes a conversation with a guard of its own.</summary>
    /// <param name="configure">Sets the guard's options; null for the defaults.</param>
    /// <param name="register">Registers parts: classifiers, policies, a store, a <c>TimeProvider</c>; null for none.</param>
    /// <param name="model">The inner client; null for one that answers "Reply N".</param>
    public GuardedConversation(Action<ConversationGuardOptions>? configure = null, Action<IServiceCollection>? register = null, IChatClient? model = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IGuardObserver>(_recorder);
        services.AddConversationGuard(configure ?? (_ => { }));
        services.AddChatClient(model ?? new ScriptedChatClient()).UseConversationGuard();
        register?.Invoke(services);
        _services = services.BuildServiceProvider();
        Client = _services.GetRequiredService<IChatClient>();
        Guard = _services.GetRequiredService<IConversationGuard>();
    }

    /// <summary>Gets the guarded client.</summary>
    public IChatClient Client { get; }

    /// <summary>Gets the host's handle.</summary>
    public IConversationGuard Guard { get; }

    /// <summary>Gets or sets the conversation's key; null for transcript mode.</summary>
    public string? Key { get; set; } = "conversation";

    /// <summary>Gets or sets a value indicating whether replies are streamed.</summary>
    /// <value>Default false.</value>
    public bool Streams { get; set; }

    /// <summary>Gets the messages that the host keeps. A test may edit them, and two conversations on one store may share them as two machines do.</summary>
    public IList<ChatMessage> History { get; init; } = [];

    /// <summary>Gets what was said so far.</summary>
    public Transcript Transcript => new([.. _turns]);

    /// <summary>Says something, one after the other. An end is kept in the transcript and not thrown; what follows it is refused.</summary>
    /// <param name="texts">What the user says.</param>
    /// <returns>The transcript.</returns>
    public async Task<Transcript> SayAsync(params string[] texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        foreach (var text in texts)
        {
            await SayAsync(text, CancellationToken.None).ConfigureAwait(false);
        }

        return Transcript;
    }

    /// <summary>Says something.</summary>
    /// <param name="text">What the user says.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>What came of it.</returns>
    public async Task<TranscriptTurn> SayAsync(string text, CancellationToken cancellationToken)
    {
        var message = new ChatMessage(ChatRole.User, text);
        var options = Key is null ? null : new ChatOptions().WithConversationKey(Key);
        var turn = new TranscriptTurn { Number = _turns.Count + 1, Text = text };
        _recorder.IsRecording = true;
        try
        {
            var response = Streams
                ? await Client.GetStreamingResponseAsync([.. History, message], options, cancellationToken).ToChatResponseAsync(cancellationToken).ConfigureAwait(false)
                : await Client.GetResponseAsync([.. History, message], options, cancellationToken).ConfigureAwait(false);
            History.Add(message);
            foreach (var reply in response.Messages)
            {
                History.Add(reply);
            }

            turn = turn with { Reply = response.Text };
        }
        catch (ConversationEndedException ended)
        {
            turn = turn with { Ended = ended, Action = GuardAction.End };
        }

        _recorder.IsRecording = false;
        var events = _recorder.Take();
        var decided = events.LastOrDefault(one => one.Kind == GuardEventKind.TurnDecided);
        turn = turn with { Events = events };
        turn = decided is null ? turn : turn with
        {
            Kind = decided.Turn.Kind,
            Category = decided.Turn.Category,
            Action = decided.Action > turn.Action ? decided.Action : turn.Action,
            RuleIds = decided.RuleIds,
            IsCrisisHold = decided.IsCrisisHold,
        };
        _turns.Add(turn);
        return turn;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private sealed class Recorder : IGuardObserver
    {
        private readonly ConcurrentQueue<GuardEvent> _events = new();

        public bool IsRecording { get; set; }

        public void OnEvent(GuardEvent guardEvent)
        {
            if (IsRecording)
            {
                _events.Enqueue(guardEvent);
            }
        }

        public List<GuardEvent> Take()
        {
            var taken = new List<GuardEvent>();
            while (_events.TryDequeue(out var one))
            {
                taken.Add(one);
            }

            return taken;
        }
    }
}
