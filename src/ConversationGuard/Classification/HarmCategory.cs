using System.Diagnostics.CodeAnalysis;

namespace ConversationGuard.Classification;

/// <summary>A kind of harm, or of risk, that a message can carry.</summary>
/// <remarks>
/// An open set, as <c>ChatRole</c> is: a classifier may report categories of its own. The well-known names are those of
/// OpenAI's moderation endpoint, and <see cref="ViolenceIntent"/>. Comparison ignores case.
/// </remarks>
public readonly struct HarmCategory : IEquatable<HarmCategory>
{
    private readonly string? _value;

    /// <summary>Initializes a category from its name.</summary>
    /// <param name="value">The name, for example <c>harassment/threatening</c>.</param>
    /// <exception cref="ArgumentException"><paramref name="value"/> is null, empty or white space.</exception>
    public HarmCategory(string value)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            throw new ArgumentException("A category needs a name, for example \"harassment\".", nameof(value));
        }

        _value = value;
    }

    /// <summary>Abuse aimed at the assistant or at people: insults, degradation, cruelty. Sexual harassment is this and <see cref="Sexual"/>.</summary>
    public static HarmCategory Harassment { get; } = new("harassment");

    /// <summary>Harassment that threatens the one it is aimed at.</summary>
    public static HarmCategory HarassmentThreatening { get; } = new("harassment/threatening");

    /// <summary>Contempt for people because of who they are: race, religion, gender, orientation, disability, origin.</summary>
    public static HarmCategory Hate { get; } = new("hate");

    /// <summary>Hate that threatens or calls for violence.</summary>
    public static HarmCategory HateThreatening { get; } = new("hate/threatening");

    /// <summary>Sexual content between adults, fiction included. Not counted by default.</summary>
    public static HarmCategory Sexual { get; } = new("sexual");

    /// <summary>Anything that sexualises minors.</summary>
    public static HarmCategory SexualMinors { get; } = new("sexual/minors");

    /// <summary>Depiction or praise of violence. Not counted by default.</summary>
    public static HarmCategory Violence { get; } = new("violence");

    /// <summary>Violence in graphic detail. Not counted by default.</summary>
    public static HarmCategory ViolenceGraphic { get; } = new("violence/graphic");

    /// <summary>The user means to harm someone else: a crisis signal (R5).</summary>
    public static HarmCategory ViolenceIntent { get; } = new("violence/intent");

    /// <summary>A request for help with a serious wrong that is not violent: fraud, hacking, drug making, stalking.</summary>
    public static HarmCategory Illicit { get; } = new("illicit");

    /// <summary>A request for help with violence or weapons.</summary>
    public static HarmCategory IllicitViolent { get; } = new("illicit/violent");

    /// <summary>Talk that depicts or encourages self-harm, without the speaker's own intent. Not counted by default.</summary>
    public static HarmCategory SelfHarm { get; } = new("self-harm");

    /// <summary>The user may harm themselves or is in a mental-health crisis: a crisis signal (R5).</summary>
    public static HarmCategory SelfHarmIntent { get; } = new("self-harm/intent");

    /// <summary>A request for ways to harm oneself: a crisis signal (R5).</summary>
    public static HarmCategory SelfHarmInstructions { get; } = new("self-harm/instructions");

    /// <summary>Gets the well-known categories, in the order of the embedded classifier's outputs.</summary>
    public static IReadOnlyList<HarmCategory> WellKnown { get; } =
    [
        Harassment, HarassmentThreatening, Hate, HateThreatening, Sexual, SexualMinors, Violence, ViolenceGraphic,
        ViolenceIntent, Illicit, IllicitViolent, SelfHarm, SelfHarmIntent, SelfHarmInstructions,
    ];

    /// <summary>Gets the name; empty for <c>default</c>.</summary>
    public string Value => _value ?? string.Empty;

    /// <summary>Compares two categories.</summary>
    /// <param name="left">The first.</param>
    /// <param name="right">The second.</param>
    /// <returns>Whether they have the same name, ignoring case.</returns>
    public static bool operator ==(HarmCategory left, HarmCategory right) => left.Equals(right);

    /// <summary>Compares two categories.</summary>
    /// <param name="left">The first.</param>
    /// <param name="right">The second.</param>
    /// <returns>Whether their names differ.</returns>
    public static bool operator !=(HarmCategory left, HarmCategory right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(HarmCategory other) => string.Equals(Value, other.Value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is HarmCategory other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
