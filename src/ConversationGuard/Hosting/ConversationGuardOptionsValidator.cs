using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using Microsoft.Extensions.Options;

namespace ConversationGuard.Hosting;

/// <summary>Says of every option that cannot be used: its key, its value and what is allowed.</summary>
/// <param name="name">The guard's name.</param>
/// <param name="path">Where the options come from, for example the configuration section's path.</param>
internal sealed class ConversationGuardOptionsValidator(string name, string path) : IValidateOptions<ConversationGuardOptions>
{
    public ValidateOptionsResult Validate(string? optionsName, ConversationGuardOptions options)
    {
        if (optionsName != name)
        {
            return ValidateOptionsResult.Skip;
        }

        var failures = Check(options).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private IEnumerable<string> Check(ConversationGuardOptions options) =>
    [
        .. Defined(nameof(options.Preset), options.Preset),
        .. Defined(nameof(options.Mode), options.Mode),
        .. Defined(nameof(options.EndBehavior), options.EndBehavior),
        .. Defined(nameof(options.RedirectionStyle), options.RedirectionStyle),
        .. Defined(nameof(options.MostSevereAction), options.MostSevereAction),
        .. Within(nameof(options.Redirections), options.Redirections, 1, 100),
        .. Within(nameof(options.CalmTurnsToForgive), options.CalmTurnsToForgive, 1, 100),
        .. Within(nameof(options.TimeToForgive), options.TimeToForgive, TimeSpan.FromSeconds(1), TimeSpan.FromDays(365)),
        .. Within("CrisisHold:CalmTurns", options.CrisisHold.CalmTurns, 1, 100),
        .. Within("CrisisHold:Time", options.CrisisHold.Time, TimeSpan.Zero, TimeSpan.FromDays(365)),
        .. Within(nameof(options.ClassifierTimeout), options.ClassifierTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(10)),
        .. CheckSecret(options.HashSecret),
        .. CheckModelFile(options.ClassifierModelFile),
        .. Within("Store:Capacity", options.Store.Capacity, 1, int.MaxValue),
        .. Within("Store:Expiration", options.Store.Expiration, TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650)),
        .. Defined("StoreFailure:Behavior", options.StoreFailure.Behavior),
        .. Within("StoreFailure:Timeout", options.StoreFailure.Timeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1)),
        .. Within("StoreFailure:RetryAfter", options.StoreFailure.RetryAfter, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)),
        .. options.Categories.SelectMany(category => CheckCategory(category.Key, category.Value)),
        .. CheckCulture("Culture", options.Culture),
        .. options.Texts.Keys.SelectMany(culture => CheckCulture("Texts:" + culture, culture)),
        .. options.Texts.SelectMany(texts => CheckFormat($"Texts:{texts.Key}:HelpResourcesFormat", texts.Value?.HelpResourcesFormat)),
        .. CheckRegion(nameof(options.Region), options.Region, "an ISO 3166 code of two letters such as \"AT\""),
        .. options.HelpResources.SelectMany(resources => CheckResources("HelpResources:" + resources.Key, resources.Key, resources.Value)),
    ];

    private IEnumerable<string> CheckSecret(string? secret)
    {
        if (secret?.Length is > 0 and < HashSecret.MinLength)
        {
            yield return $"{path}:HashSecret has {secret!.Length} characters; allowed: at least {HashSecret.MinLength}, for example 32 random bytes in base64.";
        }
    }

    private IEnumerable<string> CheckCategory(string category, CategoryOptions options)
    {
        var known = HarmCategory.WellKnown.Select(one => one.Value);
        if (known.FirstOrDefault(one => IsMisspelling(category, one)) is { } meant)
        {
            yield return $"{path}:Categories:{category} is not a known category. Did you mean \"{meant}\"? Known: {string.Join(", ", known)}.";
        }

        if (options.Threshold is { } threshold && !(threshold > 0 && threshold <= 1))
        {
            yield return FormattableString.Invariant($"{path}:Categories:{category}:Threshold is {threshold}; allowed: above 0, at most 1.");
        }

        if (options.Role is { } role)
        {
            foreach (var failure in Defined($"Categories:{category}:Role", role))
            {
                yield return failure;
            }
        }
    }

    /// <summary>It is loaded to see whether it can be: better the host does not start than that it judges with another model.</summary>
    private IEnumerable<string> CheckModelFile(string? file)
    {
        if (!string.IsNullOrEmpty(file) && LoadingFails(file!) is { } problem)
        {
            yield return $"{path}:{nameof(ConversationGuardOptions.ClassifierModelFile)} is \"{file}\", which cannot be used: {problem}";
        }
    }

    private static string? LoadingFails(string file)
    {
        try
        {
            EmbeddedClassifier.FromFile(file);
            return null;
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return error.Message;
        }
    }

    private IEnumerable<string> CheckCulture(string key, string? culture)
    {
        if (culture is not null && !(culture.Length > 0 && culture.All(letter => char.IsLetterOrDigit(letter) || letter == '-')))
        {
            yield return $"{path}:{key} is \"{culture}\"; allowed: a culture name such as \"en\" or \"de-AT\".";
        }
    }

    private IEnumerable<string> CheckRegion(string key, string? region, string allowed)
    {
        if (string.Equals(region, "UK", StringComparison.OrdinalIgnoreCase))
        {
            yield return $"{path}:{key} is \"{region}\", which is no ISO 3166 code. Did you mean \"GB\"?";
        }
        else if (region is not null && !HelpResourceTable.IsRegion(region))
        {
            yield return $"{path}:{key} is \"{region}\"; allowed: {allowed}.";
        }
    }

    private IEnumerable<string> CheckResources(string key, string region, string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            yield return $"{path}:{key} is empty; allowed: a text that says where help is found.";
        }

        if (region != GuardWording.AnyRegion)
        {
            foreach (var failure in CheckRegion(key, region, $"keys that are an ISO 3166 code of two letters such as \"AT\", or \"{GuardWording.AnyRegion}\" for every other region"))
            {
                yield return failure;
            }
        }
    }

    /// <summary>Without the numbers the words around them help no one (R5).</summary>
    private IEnumerable<string> CheckFormat(string key, string? format)
    {
        if (format is not null && !(format.Contains("{emergency}") && format.Contains("{resources}")))
        {
            yield return $"{path}:{key} lacks a placeholder; allowed: a text with {{emergency}} and {{resources}}.";
        }
    }

    private IEnumerable<string> Defined<TEnum>(string key, TEnum value)
        where TEnum : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            yield return $"{path}:{key} is {value}; allowed: {string.Join(", ", Enum.GetNames<TEnum>())}.";
        }
    }

    private IEnumerable<string> Within<T>(string key, T value, T least, T most)
        where T : IComparable<T>, IFormattable
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
        {
            yield return FormattableString.Invariant($"{path}:{key} is {value}; allowed: {least} to {most}.");
        }
    }

    /// <summary>One letter off a known name: more likely a slip than a category of the host's own classifier.</summary>
    private static bool IsMisspelling(string category, string known)
    {
        var prefix = category.Zip(known, (one, other) => char.ToLowerInvariant(one) == other).TakeWhile(same => same).Count();
        var suffix = category.Reverse().Zip(known.Reverse(), (one, other) => char.ToLowerInvariant(one) == other).TakeWhile(same => same).Count();
        var longer = Math.Max(category.Length, known.Length);
        var isSame = category.Length == known.Length && prefix == longer;
        return !isSame && Math.Abs(category.Length - known.Length) <= 1 && prefix + suffix >= longer - 1;
    }
}
