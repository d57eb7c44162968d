using ConversationGuard.ChatCompletion;
using ConversationGuard.Cli.Lines;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Transcripts;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ConversationGuard.Cli.Replay;

/// <summary>A guard as a host has it, but for the clock, which is that of the record.</summary>
internal sealed class ReplayGuard : IAsyncDisposable
{
    private const string SectionName = "ConversationGuard";

    /// <summary>Of the conversations one is played at a time; what is on record of earlier ones is not needed any more.</summary>
    private const int StoreCapacity = 1_000;

    private readonly ServiceProvider _services;
    private readonly TurnObserver _observer = new();
    private readonly ReplayClock _clock = new();
    private readonly IConversationGuard _handle;
    private int _played;

    private ReplayGuard(IConfigurationSection section)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_clock);
        services.AddSingleton<IGuardObserver>(_observer);
        services.AddSingleton<IConversationStore>(new InMemoryConversationStore(StoreCapacity, timeProvider: _clock));
        services.AddConversationGuard(section);
        _services = services.BuildServiceProvider();
        _handle = _services.GetRequiredService<IConversationGuard>();
    }

    /// <summary>Makes a guard.</summary>
    /// <param name="settingsFile">A JSON file with a section <c>ConversationGuard</c>; the defaults if null.</param>
    /// <param name="preset">What to start from instead of the file's preset; as in the file if null.</param>
    /// <exception cref="CannotRunException">The settings are missing or wrong.</exception>
    public static ReplayGuard Create(string? settingsFile, string? preset)
    {
        var source = settingsFile is null ? "the command line" : Path.GetFullPath(settingsFile);
        try
        {
            var builder = new ConfigurationBuilder();
            if (settingsFile is not null)
            {
                using var file = FileAccessErrors.Explain(settingsFile, () => File.OpenRead(settingsFile));
                builder.AddJsonFile(Path.GetFullPath(settingsFile), optional: false);
            }

            var settings = builder.AddInMemoryCollection(preset is null ? [] : [new($"{SectionName}:Preset", preset)]).Build();
            var section = settings.GetSection(SectionName);
            return settingsFile is null || section.Exists()
                ? new ReplayGuard(section)
                : throw new CannotRunException($"{source} has no section \"{SectionName}\".");
        }
        catch (InvalidDataException exception)
        {
            throw new CannotRunException($"{source} cannot be read: {exception.GetBaseException().Message}");
        }
        catch (OptionsValidationException exception)
        {
            throw new CannotRunException($"The settings of {source} are not valid: {string.Join(" ", exception.Failures)}");
        }
    }

    /// <summary>Plays one conversation.</summary>
    /// <param name="conversation">The record.</param>
    /// <param name="cancellationToken">Cancels the playing.</param>
    /// <returns>What the guard decided.</returns>
    public async Task<ReplayedConversation> ReplayAsync(RecordedConversation conversation, CancellationToken cancellationToken)
    {
        using var client = new RecordedBot(conversation).AsBuilder().UseConversationGuard().Build(_services);
        var key = FormattableString.Invariant($"{++_played}");
        var turns = new List<PlayedTurn>();
        await foreach (var turn in new TranscriptPlayer(client, _observer, _clock).PlayAsync(key, conversation.Calls, cancellationToken))
        {
            turns.Add(turn);
        }

        return new ReplayedConversation(conversation.Id, turns, await PhaseAsync(key, conversation, cancellationToken));
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    /// <summary>How far it has gone when its last answer went out; with a record for each author, how far it has gone with one of them.</summary>
    private async Task<ConversationPhase> PhaseAsync(string key, RecordedConversation conversation, CancellationToken cancellationToken)
    {
        var authors = conversation.Messages.Where(message => message.Role == ChatRole.User).Select(message => message.AuthorName).Distinct();
        var phase = ConversationPhase.Engaged;
        foreach (var one in authors.Select(author => ConversationKeys.OfAuthor(key, author)).Prepend(key))
        {
            var status = await _handle.GetStatusAsync(one, cancellationToken);
            phase = status.State.Phase > phase ? status.State.Phase : phase;
        }

        return phase;
    }
}
