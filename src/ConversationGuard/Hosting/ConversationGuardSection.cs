using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
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
        CheckEnum<GuardPreset>(section.GetSection(nameof(options.Preset)), failures);
        CheckKeys(section, failures);
        CheckEnum<GuardMode>(section.GetSection(nameof(options.Mode)), failures);
        CheckEnum<EndBehavior>(section.GetSection(nameof(options.EndBehavior)), failures);
        CheckEnum<RedirectionStyle>(section.GetSection(nameof(options.RedirectionStyle)), failures);
        CheckEnum<GuardAction>(section.GetSection(nameof(options.MostSevereAction)), failures);
        CheckEnum<StoreFailureBehavior>(section.GetSection(nameof(options.StoreFailure)).GetSection(nameof(StoreFailureOptions.Behavior)), failures);
        foreach (var category in section.GetSection(nameof(options.Categories)).GetChildren())
        {
            CheckEnum<CategoryRole>(category.GetSection(nameof(CategoryOptions.Role)), failures);
        }

        if (failures.Count == 0)
        {
            try
            {
                // First, whatever the order of the keys: everything else of the section overrides it.
                options.Preset = Enum.TryParse<GuardPreset>(section[nameof(options.Preset)], ignoreCase: true, out var preset) ? preset : options.Preset;
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

    private static void CheckKeys(IConfigurationSection section, List<string> failures)
    {
        Check(
            section,
            nameof(ConversationGuardOptions.Preset),
            nameof(ConversationGuardOptions.Mode),
            nameof(ConversationGuardOptions.EndBehavior),
            nameof(ConversationGuardOptions.RedirectionStyle),
            nameof(ConversationGuardOptions.Redirections),
            nameof(ConversationGuardOptions.CalmTurnsToForgive),
            nameof(ConversationGuardOptions.TimeToForgive),
            nameof(ConversationGuardOptions.MostSevereAction),
            nameof(ConversationGuardOptions.PerAuthor),
            nameof(ConversationGuardOptions.TrustHistory),
            nameof(ConversationGuardOptions.OfferEndTool),
            nameof(ConversationGuardOptions.RecogniseUserWish),
            nameof(ConversationGuardOptions.CrisisHold),
            nameof(ConversationGuardOptions.ClassifierTimeout),
            nameof(ConversationGuardOptions.ClassifierModelFile),
            nameof(ConversationGuardOptions.Categories),
            nameof(ConversationGuardOptions.Culture),
            nameof(ConversationGuardOptions.Texts),
            nameof(ConversationGuardOptions.Region),
            nameof(ConversationGuardOptions.HelpResources),
            nameof(ConversationGuardOptions.HashSecret),
            nameof(ConversationGuardOptions.Store),
            nameof(ConversationGuardOptions.StoreFailure));
        Check(section.GetSection(nameof(ConversationGuardOptions.CrisisHold)), nameof(CrisisHoldOptions.CalmTurns), nameof(CrisisHoldOptions.Time));
        Check(section.GetSection(nameof(ConversationGuardOptions.Store)), nameof(InMemoryStoreOptions.Capacity), nameof(InMemoryStoreOptions.Expiration));
        Check(
            section.GetSection(nameof(ConversationGuardOptions.StoreFailure)),
            nameof(StoreFailureOptions.Behavior),
            nameof(StoreFailureOptions.Timeout),
            nameof(StoreFailureOptions.RetryAfter));
        foreach (var category in section.GetSection(nameof(ConversationGuardOptions.Categories)).GetChildren())
        {
            Check(category, nameof(CategoryOptions.Threshold), nameof(CategoryOptions.Role), nameof(CategoryOptions.Immediate));
        }

        foreach (var texts in section.GetSection(nameof(ConversationGuardOptions.Texts)).GetChildren())
        {
            Check(
                texts,
                nameof(GuardTexts.RedirectInstruction),
                nameof(GuardTexts.RefuseInstruction),
                nameof(GuardTexts.WarningInstruction),
                nameof(GuardTexts.SupportInstruction),
                nameof(GuardTexts.RedirectReply),
                nameof(GuardTexts.RefuseReply),
                nameof(GuardTexts.SupportReply),
                nameof(GuardTexts.WarningNotice),
                nameof(GuardTexts.WishNotice),
                nameof(GuardTexts.WishInstruction),
                nameof(GuardTexts.HelpResources),
                nameof(GuardTexts.HelpResourcesFormat),
                nameof(GuardTexts.EndedForAbuse),
                nameof(GuardTexts.EndedForHarmRequests),
                nameof(GuardTexts.EndedAtOnce),
                nameof(GuardTexts.EndedAtUserRequest),
                nameof(GuardTexts.EndedAtModelRequest),
                nameof(GuardTexts.Ended),
                nameof(GuardTexts.NextSteps),
                nameof(GuardTexts.Behaviors),
                nameof(GuardTexts.Instructions),
                nameof(GuardTexts.Replies));
        }

        void Check(IConfigurationSection parent, params string[] known) => failures.AddRange(parent.GetChildren()
            .Where(child => !known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            .Select(child => $"{child.Path} is not a known key; known: {string.Join(", ", known)}."));
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
