using System.Globalization;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;

namespace ConversationGuard.DeEscalation;

/// <summary>Finds the words for a moment: by culture, then by category, from the host's texts first and the built-in ones after.</summary>
/// <param name="hostTexts">The host's texts, by culture.</param>
/// <param name="fixedCulture">The culture; null for that of the call.</param>
/// <param name="fixedRegion">The region whose help resources are given; null for that which the culture names.</param>
/// <param name="hostResources">The host's help resources, by region.</param>
internal sealed class GuardWording(
    IReadOnlyDictionary<string, GuardTexts> hostTexts, string? fixedCulture, string? fixedRegion = null, IReadOnlyDictionary<string, string>? hostResources = null)
{
    /// <summary>Stands for every region that has no help resources.</summary>
    public const string AnyRegion = "*";

    public static GuardWording BuiltIn { get; } = new(new Dictionary<string, GuardTexts>(), null);

    public string Instruction(CategoryRole role, HarmCategory category, bool warns)
    {
        var instruction = ByCategory(texts => texts.Instructions, category) ??
            Find(texts => role == CategoryRole.SeriousHarm ? texts.RefuseInstruction : texts.RedirectInstruction)!;
        return Format(warns ? instruction + "\n" + Find(texts => texts.WarningInstruction) : instruction, category);
    }

    public string Reply(CategoryRole role, HarmCategory category) => Format(
        ByCategory(texts => texts.Replies, category) ?? Find(texts => role == CategoryRole.SeriousHarm ? texts.RefuseReply : texts.RedirectReply)!,
        category);

    public string SupportInstruction() => Find(texts => texts.SupportInstruction)!;

    public string SupportReply() => Find(texts => texts.SupportReply)!;

    /// <summary>Where someone at risk finds help: in the host's own words for the language, then for the region, then what the package knows of the region, then anywhere.</summary>
    public string HelpResources()
    {
        // A host's text counts as far as its language goes: not where the package has one in a closer culture.
        var own = FindByCulture(culture =>
            (hostTexts.TryGetValue(culture, out var texts) ? texts.HelpResources : null) ?? (BuiltInTexts.ByCulture.ContainsKey(culture) ? string.Empty : null));
        if (!string.IsNullOrEmpty(own))
        {
            return own!;
        }

        var region = fixedRegion ?? HelpResourceTable.RegionOf(Culture);
        return Resources(region) ?? Known(region) ?? Resources(AnyRegion) ?? Find(texts => texts.HelpResources)!;
    }

    public string WarningNotice(HarmCategory category) => Format(Find(texts => texts.WarningNotice)!, category);

    public string WishNotice() => Find(texts => texts.WishNotice)!;

    public string WishInstruction() => Find(texts => texts.WishInstruction)!;

    /// <summary>Every wording that the answer to a wish can have, as for <see cref="WarningNotices"/>.</summary>
    public IEnumerable<string> WishNotices() =>
        hostTexts.Keys.Concat(BuiltInTexts.ByCulture.Keys)
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Select(culture => new GuardWording(hostTexts, culture).WishNotice());

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
            reason == EndReason.ImmediateCategory ? texts.EndedAtOnce :
            reason == EndReason.UserRequest ? texts.EndedAtUserRequest :
            reason == EndReason.ModelRequest ? texts.EndedAtModelRequest :
            texts.Ended)!;
        return Format(why + " " + Find(texts => texts.NextSteps), category);
    }

    private string Culture => fixedCulture ?? CultureInfo.CurrentUICulture.Name;

    private string? Resources(string? region) => region is not null && hostResources is not null && hostResources.TryGetValue(region, out var text) ? text : null;

    /// <summary>The region is named with its number: it may be the server's and not that of the person.</summary>
    private string? Known(string? region) => region is not null && HelpResourceTable.Rows.TryGetValue(region, out var row)
        ? Find(texts => texts.HelpResourcesFormat)!.Replace("{emergency}", $"{row.Emergency} ({region.ToUpperInvariant()})").Replace("{resources}", row.Resources)
        : null;

    private string Format(string text, HarmCategory category) => text.Replace("{behavior}", ByCategory(texts => texts.Behaviors, category));

    /// <summary>
    /// The host's text beats a built-in one of the same culture, but not one of a closer culture. Cultures are followed by name, de-AT to de, so that
    /// the texts are found where the runtime carries no culture data too.
    /// </summary>
    private string? Find(Func<GuardTexts, string?> select) => FindByCulture(culture => FindIn(culture, select));

    private string? FindByCulture(Func<string, string?> findIn)
    {
        for (var culture = Culture; culture.Length > 0; culture = Parent(culture, '-'))
        {
            if (findIn(culture) is { } text)
            {
                return text;
            }
        }

        return findIn(BuiltInTexts.FallbackCulture);
    }

    private string? FindIn(string culture, Func<GuardTexts, string?> select) =>
        (hostTexts.TryGetValue(culture, out var own) ? select(own) : null) ??
        (BuiltInTexts.ByCulture.TryGetValue(culture, out var builtIn) ? select(builtIn) : null);

    /// <summary>The category's own text, its parent's, the one for any category: all in one culture before the next is tried, so that languages are not mixed (R16).</summary>
    private string? ByCategory(Func<GuardTexts, Dictionary<string, string>> select, HarmCategory category) => FindByCulture(culture =>
    {
        var name = category.Value;
        var text = FindIn(culture, texts => Get(select(texts), name));
        while (text is null && name.Length > 0)
        {
            name = Parent(name, '/');
            text = FindIn(culture, texts => Get(select(texts), name));
        }

        return text;
    });

    private static string Parent(string name, char separator) => name.LastIndexOf(separator) is > 0 and var last ? name.Substring(0, last) : string.Empty;

    private static string? Get(Dictionary<string, string> texts, string key) => texts.TryGetValue(key, out var text) ? text : null;
}
