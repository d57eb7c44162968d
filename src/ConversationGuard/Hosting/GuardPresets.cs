using ConversationGuard.Classification;
using ConversationGuard.Conversations;

namespace ConversationGuard.Hosting;

/// <summary>What the presets set.</summary>
internal static class GuardPresets
{
    public static void Apply(GuardPreset preset, ConversationGuardOptions options)
    {
        var defaults = new ConversationGuardOptions();
        options.Redirections = defaults.Redirections;
        options.CalmTurnsToForgive = defaults.CalmTurnsToForgive;
        options.TimeToForgive = defaults.TimeToForgive;
        options.CrisisHold = defaults.CrisisHold;
        options.MostSevereAction = defaults.MostSevereAction;
        options.Categories = defaults.Categories;
        switch (preset)
        {
            case GuardPreset.AbuseOnly:
                foreach (var rule in DefaultCategories.Rules.Where(rule => rule.Value.Role == CategoryRole.SeriousHarm))
                {
                    options.Categories[rule.Key.Value] = new CategoryOptions { Role = CategoryRole.Ignored };
                }

                break;
            case GuardPreset.CustomerSupport:
                options.Redirections = 4;
                options.CalmTurnsToForgive = 2;
                options.TimeToForgive = TimeSpan.FromMinutes(30);
                break;
            case GuardPreset.Companion:
                options.MostSevereAction = GuardAction.Redirect;
                options.CrisisHold = new CrisisHoldOptions { CalmTurns = 10, Time = TimeSpan.FromDays(1) };
                break;
            default:
                break;
        }
    }
}
