using ConversationGuard.Classification;

namespace ConversationGuard.Training;

/// <summary>A text of which it is known, for some or all categories, whether it belongs there.</summary>
/// <param name="Text">The text.</param>
/// <param name="Source">The data set.</param>
/// <param name="Group">What must stay together when the data are split: a conversation, a minimal pair, a template.</param>
/// <param name="Language">The language, as a two-letter code where it is known.</param>
/// <param name="Known">The categories about which the source says something.</param>
/// <param name="Labels">Those of them that hold.</param>
/// <param name="Weight">How much it counts in training.</param>
internal sealed record LabelledText(string Text, string Source, string Group, string Language, CategorySet Known, CategorySet Labels, float Weight)
{
    /// <summary>Held back to judge the model: never trained on.</summary>
    public bool HeldOut { get; init; }

    /// <summary>The outputs of the model that hold: the labels, and any sign of a crisis.</summary>
    public CategorySet Outputs => Labels.Overlaps(CategorySet.Crisis) ? Labels | CategorySet.AnyCrisis : Labels;

    /// <summary>The outputs of the model about which something is known.</summary>
    public CategorySet KnownOutputs => Labels.Overlaps(CategorySet.Crisis) || CategorySet.Crisis - Known == CategorySet.None ? Known | CategorySet.AnyCrisis : Known;

    /// <summary>The group of the labelling guide, where the source has one.</summary>
    public string Exemption { get; init; } = string.Empty;
}

/// <summary>A set of the well-known categories, as bits in their order.</summary>
internal readonly record struct CategorySet(ushort Bits)
{
    public static readonly CategorySet None = new(0);
    public static readonly CategorySet All = new((1 << ClassifierModel.Categories) - 1);
    public static readonly CategorySet Crisis = Of(HarmCategory.SelfHarmIntent, HarmCategory.SelfHarmInstructions, HarmCategory.ViolenceIntent);

    /// <summary>The output behind the categories.</summary>
    public static readonly CategorySet AnyCrisis = new(1 << ClassifierModel.Categories);

    /// <summary>The categories that count as a violation by default.</summary>
    public static readonly CategorySet Violations = Of(
        HarmCategory.Harassment, HarmCategory.HarassmentThreatening, HarmCategory.Hate, HarmCategory.HateThreatening,
        HarmCategory.SexualMinors, HarmCategory.Illicit, HarmCategory.IllicitViolent);

    public static CategorySet Of(params ReadOnlySpan<HarmCategory> categories)
    {
        var bits = 0;
        foreach (var category in categories)
        {
            bits |= 1 << IndexOf(category);
        }

        return new CategorySet((ushort)bits);
    }

    public static int IndexOf(HarmCategory category)
    {
        for (var i = 0; i < HarmCategory.WellKnown.Count; i++)
        {
            if (HarmCategory.WellKnown[i] == category)
            {
                return i;
            }
        }

        throw new FormatException($"\"{category}\" is not a category of the embedded classifier.");
    }

    public bool Has(int category) => (Bits & (1 << category)) != 0;

    public bool Overlaps(CategorySet other) => (Bits & other.Bits) != 0;

    public static CategorySet operator |(CategorySet left, CategorySet right) => new((ushort)(left.Bits | right.Bits));

    public static CategorySet operator -(CategorySet left, CategorySet right) => new((ushort)(left.Bits & ~right.Bits));
}
