using System.Globalization;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;

namespace ConversationGuard.DeEscalation;

/// <summary>Finds the words for a moment: by culture, then by category, from the host's texts first and the built-in ones after.</summary>
internal sealed class GuardWording(IReadOnlyDictionary<string, GuardTexts> hostTexts, string? fixedCulture)
{
    public static GuardWording BuiltIn { get; } = new(new Dictionary<string, GuardTexts>(), null);

    public string Instruction(CategoryRole role, HarmCategory category, bool warns)
    {
        var instruction = Format(
            ByCategory(texts => texts.Instructions, category) ?? Find(texts => role == CategoryRole.SeriousHarm ? texts.RefuseInstruction : texts.RedirectInstruction)!,
            category);
        return warns ? instruction + "\n" + Find(texts => texts.WarningInstruction) : instruction;
    }

    public string Reply(CategoryRole role, HarmCategory category) => Format(
        ByCategory(texts => texts.Replies, category) ?? Find(texts => role == CategoryRole.SeriousHarm ? texts.RefuseReply : texts.RedirectReply)!,
        category);

    public string SupportInstruction() => Find(texts => texts.SupportInstruction)!;

    public string SupportReply() => Find(texts => texts.SupportReply)!;

    public string HelpResources() => Find(texts => texts.HelpResources)!;

    public string WarningNotice(HarmCategory category) => Format(Find(texts => texts.WarningNotice)!, category);

    /// <summary>Every wording that a warning notice for a category can have, so that a transcript's notice is known in any culture.</summary>
    public IEnumerable<string> WarningNotices(HarmCategory category) =>
        hostTexts.Keys.Concat(BuiltInTexts.ByCulture.Keys)
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Select(culture => new GuardWording(hostTexts, culture).WarningNotice(category));

    public string Ended(EndReason reason, HarmCategory category)
    {
        var why = Find(texts =>
            reason == EndReason.PersistentAbuse ? texts.EndedForAbuse :
            reason == EndReason.PersistentHarmRequests ? texts.EndedForHarmRequests :
            texts.Ended)!;
        return Format(why, category) + " " + Find(texts => texts.NextSteps);
    }

    private string Format(string text, HarmCategory category) =>
        text.Contains("{behavior}")
            ? text.Replace("{behavior}", ByCategory(texts => texts.Behaviors, category) ?? Find(texts => Get(texts.Behaviors, string.Empty)))
            : text;

    /// <summary>
    /// The host's text beats a built-in one of the same culture, but not one of a closer culture. Cultures are followed by name, de-AT to de, so that
    /// the texts are found where the runtime carries no culture data too.
    /// </summary>
    private string? Find(Func<GuardTexts, string?> select)
    {
        for (var culture = fixedCulture ?? CultureInfo.CurrentUICulture.Name; culture.Length > 0; culture = Parent(culture, '-'))
        {
            if (FindIn(culture, select) is { } text)
            {
                return text;
            }
        }

        return FindIn(BuiltInTexts.FallbackCulture, select);
    }

    private string? FindIn(string culture, Func<GuardTexts, string?> select) =>
        (hostTexts.TryGetValue(culture, out var own) ? select(own) : null) ??
        (BuiltInTexts.ByCulture.TryGetValue(culture, out var builtIn) ? select(builtIn) : null);

    private string? ByCategory(Func<GuardTexts, Dictionary<string, string>> select, HarmCategory category)
    {
        for (var name = category.Value; name.Length > 0; name = Parent(name, '/'))
        {
            if (Find(texts => Get(select(texts), name)) is { } text)
            {
                return text;
            }
        }

        return null;
    }

    private static string Parent(string name, char separator) => name.LastIndexOf(separator) is > 0 and var last ? name.Substring(0, last) : string.Empty;

    private static string? Get(Dictionary<string, string> texts, string key) => texts.TryGetValue(key, out var text) ? text : null;
}
