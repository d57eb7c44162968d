namespace ConversationGuard.DeEscalation;

/// <summary>The guard's own words in one culture. What is null or absent falls back to the parent culture, then to the built-in text.</summary>
/// <remarks>In every text <c>{behavior}</c> stands for the name of what was objected to (R4): a kind, never a quotation.</remarks>
public sealed class GuardTexts
{
    /// <summary>Gets or sets what the model is told when the user was abusive and no text for the category is set.</summary>
    public string? RedirectInstruction { get; set; }

    /// <summary>Gets or sets what the model is told when the user asked for serious harm and no text for the category is set.</summary>
    public string? RefuseInstruction { get; set; }

    /// <summary>Gets or sets what the model is told in addition when the guard appends a warning.</summary>
    public string? WarningInstruction { get; set; }

    /// <summary>Gets or sets what the model is told while someone may be at risk (R5).</summary>
    public string? SupportInstruction { get; set; }

    /// <summary>Gets or sets what the guard answers itself when the user was abusive and no text for the category is set.</summary>
    public string? RedirectReply { get; set; }

    /// <summary>Gets or sets what the guard answers itself when the user asked for serious harm and no text for the category is set.</summary>
    public string? RefuseReply { get; set; }

    /// <summary>Gets or sets what the guard answers itself to someone who may be at risk (R5).</summary>
    public string? SupportReply { get; set; }

    /// <summary>Gets or sets the notice that a warning appends to the reply (R4).</summary>
    public string? WarningNotice { get; set; }

    /// <summary>Gets or sets where someone at risk finds help; appended to the reply once per hold and again when they ask for it (R5). A host's own text comes before the help resources by region.</summary>
    public string? HelpResources { get; set; }

    /// <summary>
    /// Gets or sets the words around the help resources of a region that has some in the package: <c>{emergency}</c> stands for its emergency number, <c>{resources}</c> for its lines,
    /// one in each line of text.
    /// </summary>
    public string? HelpResourcesFormat { get; set; }

    /// <summary>Gets or sets the words for the end because of abuse (R16).</summary>
    public string? EndedForAbuse { get; set; }

    /// <summary>Gets or sets the words for the end because of requests for serious harm (R16).</summary>
    public string? EndedForHarmRequests { get; set; }

    /// <summary>Gets or sets the words for the end because of a category that ends a conversation at once (R16).</summary>
    public string? EndedAtOnce { get; set; }

    /// <summary>Gets or sets the words for every other end (R16).</summary>
    public string? Ended { get; set; }

    /// <summary>Gets or sets what can be done after an end; appended to the words for the end (R16).</summary>
    public string? NextSteps { get; set; }

    /// <summary>Gets or sets the name of each category's behaviour, by category; a subcategory falls back to its parent.</summary>
    public Dictionary<string, string> Behaviors { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets or sets what the model is told, by category; a subcategory falls back to its parent.</summary>
    public Dictionary<string, string> Instructions { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets or sets what the guard answers itself, by category; a subcategory falls back to its parent.</summary>
    public Dictionary<string, string> Replies { get; set; } = new(StringComparer.OrdinalIgnoreCase);
}
