using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace ConversationGuard.Hosting;

/// <summary>The settings in force: the last valid options. Options that became invalid are logged and left aside.</summary>
/// <remarks>
/// It listens to the configuration itself and not through <see cref="IOptionsMonitor{TOptions}"/>, which would throw on every read once a reload is invalid.
/// </remarks>
internal sealed partial class GuardSettingsSource : IDisposable
{
    private readonly string _name;
    private readonly IOptionsFactory<ConversationGuardOptions> _factory;
    private readonly ILogger _logger;
    private readonly List<IDisposable> _registrations = [];
    private volatile GuardSettings _current;

    public GuardSettingsSource(
        string name,
        IOptionsFactory<ConversationGuardOptions> factory,
        IEnumerable<IOptionsChangeTokenSource<ConversationGuardOptions>> changes,
        ILogger<GuardSettingsSource> logger)
    {
        (_name, _factory, _logger) = (name, factory, logger);
        Options = factory.Create(name);
        _current = Compile(Options);
        foreach (var change in changes.Where(change => (change.Name ?? name) == name))
        {
            _registrations.Add(ChangeToken.OnChange(change.GetChangeToken, Reload));
        }
    }

    /// <summary>Gets the options that were valid at the start.</summary>
    public ConversationGuardOptions Options { get; }

    public GuardSettings Current => _current;

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    public static GuardSettings Compile(ConversationGuardOptions options) => new()
    {
        Mode = options.Mode,
        EndBehavior = options.EndBehavior,
        RedirectionStyle = options.RedirectionStyle,
        ClassifierTimeout = options.ClassifierTimeout,
        PerAuthor = options.PerAuthor,
        TrustsHistory = options.TrustHistory,
        OffersEndTool = options.OfferEndTool,
        RecognisesWishes = options.RecogniseUserWish,
        HashSecret = string.IsNullOrEmpty(options.HashSecret) ? null : new HashSecret(options.HashSecret!),
        Terms = new ConversationTerms
        {
            Categories = new CategoryRules(DefaultCategories.Rules.Concat(options.Categories.Select(Override))),
            Redirections = options.Redirections,
            CalmTurnsToForgive = options.CalmTurnsToForgive,
            TimeToForgive = options.TimeToForgive,
            CrisisCalmTurns = options.CrisisHold.CalmTurns,
            CrisisTime = options.CrisisHold.Time,
            MostSevereAction = options.MostSevereAction,
        },
        Wording = new GuardWording(
            new Dictionary<string, GuardTexts>(options.Texts, StringComparer.OrdinalIgnoreCase),
            options.Culture,
            options.Region,
            new Dictionary<string, string>(options.HelpResources, StringComparer.OrdinalIgnoreCase)),
    };

    private static KeyValuePair<HarmCategory, CategoryRule> Override(KeyValuePair<string, CategoryOptions> configured)
    {
        var category = new HarmCategory(configured.Key);
        var known = DefaultCategories.Rules.TryGetValue(category, out var rule) ? rule : new CategoryRule(CategoryRole.Ignored, DefaultThresholds.Of(category));
        return new(category, new CategoryRule(configured.Value.Role ?? known.Role, configured.Value.Threshold ?? known.Threshold, configured.Value.Immediate));
    }

    private void Reload()
    {
        try
        {
            _current = Compile(_factory.Create(_name)) with { HashSecret = _current.HashSecret };
            LogReloaded(_logger, _name);
        }
#pragma warning disable CA1031 // Whatever is wrong with the new configuration, the last good one stays in force.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogInvalid(_logger, _name, error.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "ConversationGuard '{GuardName}' uses its changed configuration from now on.")]
    private static partial void LogReloaded(ILogger logger, string guardName);

    [LoggerMessage(2, LogLevel.Error, "ConversationGuard '{GuardName}': the changed configuration is invalid and not used; the last valid one stays in force. {Reason}")]
    private static partial void LogInvalid(ILogger logger, string guardName, string reason);
}
