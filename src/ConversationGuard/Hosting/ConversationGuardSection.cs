using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.DeEscalation;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ConversationGuard.Hosting;

/// <summary>Reads options from a configuration section. A key that does not exist or a value that cannot be read is an error that names it.</summary>
internal static class ConversationGuardSection
{
    public static void Bind(IConfigurationSection section, ConversationGuardOptions options)
    {
        var failures = new List<string>();
        CheckEnum<GuardMode>(section.GetSection(nameof(options.Mode)), failures);
        CheckEnum<EndBehavior>(section.GetSection(nameof(options.EndBehavior)), failures);
        CheckEnum<RedirectionStyle>(section.GetSection(nameof(options.RedirectionStyle)), failures);
        foreach (var category in section.GetSection(nameof(options.Categories)).GetChildren())
        {
            CheckEnum<CategoryRole>(category.GetSection(nameof(CategoryOptions.Role)), failures);
        }

        if (failures.Count == 0)
        {
            try
            {
                section.Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
            }
            catch (InvalidOperationException error)
            {
                failures.Add($"{section.Path}: {error.Message}");
            }
        }

        if (failures.Count > 0)
        {
            throw new OptionsValidationException(section.Path, typeof(ConversationGuardOptions), failures);
        }
    }

    private static void CheckEnum<TEnum>(IConfigurationSection value, List<string> failures)
        where TEnum : struct, Enum
    {
        if (value.Value is { } text && !Enum.TryParse<TEnum>(text, ignoreCase: true, out _))
        {
            failures.Add($"{value.Path} is \"{text}\"; allowed: {string.Join(", ", Enum.GetNames<TEnum>())}.");
        }
    }
}
