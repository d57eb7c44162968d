using Microsoft.Extensions.AI;

namespace ConversationGuard.ChatCompletion;

/// <summary>Tells the guard's own text in a reply from the model's, so that a host can show it apart: a warning as a banner, help resources as a card.</summary>
public static class GuardNotice
{
    /// <summary>The warning that the conversation may be ended (R4).</summary>
    public const string Warning = "warning";

    /// <summary>What an end means and how to confirm the wish for it (R12). Where it follows a warning in the same notice, that is the kind.</summary>
    public const string EndWish = "end_wish";

    /// <summary>Where someone at risk finds help (R5).</summary>
    public const string HelpResources = "help_resources";

    private const string PropertyName = "ConversationGuard.Notice";

    /// <summary>Tells whether a content of a reply is the guard's own notice.</summary>
    /// <param name="content">The content, of a response or of a streamed update.</param>
    /// <returns>What the notice is; null if the content is the model's.</returns>
    public static string? KindOf(AIContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        return content.AdditionalProperties is { } properties && properties.TryGetValue(PropertyName, out string? kind) ? kind : null;
    }

    internal static TextContent Content(string text, string? kind) => new(text) { AdditionalProperties = new() { [PropertyName] = kind } };
}
