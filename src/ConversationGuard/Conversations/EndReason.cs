using System.Diagnostics.CodeAnalysis;

namespace ConversationGuard.Conversations;

/// <summary>Why a conversation ended: one of the five causes of R1, or a policy's own.</summary>
/// <remarks>An open set of codes for programs; people are told in words (R16). Comparison ignores case.</remarks>
public readonly struct EndReason : IEquatable<EndReason>
{
    private readonly string? _value;

    /// <summary>Initializes a reason from its code.</summary>
    /// <param name="value">The code, for example <c>persistent_abuse</c>.</param>
    /// <exception cref="ArgumentException"><paramref name="value"/> is empty or white space.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="value"/> is null.</exception>
    public EndReason(string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(value);
        _value = value;
    }

    /// <summary>Abuse that went on after redirections and a warning.</summary>
    public static EndReason PersistentAbuse { get; } = new("persistent_abuse");

    /// <summary>Requests for serious harm that went on after redirections and a warning.</summary>
    public static EndReason PersistentHarmRequests { get; } = new("persistent_harm_requests");

    /// <summary>The user's own confirmed wish (R12).</summary>
    public static EndReason UserRequest { get; } = new("user_request");

    /// <summary>The model's own request, confirmed and allowed (R13).</summary>
    public static EndReason ModelRequest { get; } = new("model_request");

    /// <summary>The host's explicit call.</summary>
    public static EndReason HostRequest { get; } = new("host_request");

    /// <summary>Gets the code; empty for <c>default</c>.</summary>
    public string Value => _value ?? string.Empty;

    /// <summary>Compares two reasons.</summary>
    /// <param name="left">The first.</param>
    /// <param name="right">The second.</param>
    /// <returns>Whether they have the same code, ignoring case.</returns>
    public static bool operator ==(EndReason left, EndReason right) => left.Equals(right);

    /// <summary>Compares two reasons.</summary>
    /// <param name="left">The first.</param>
    /// <param name="right">The second.</param>
    /// <returns>Whether their codes differ.</returns>
    public static bool operator !=(EndReason left, EndReason right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(EndReason other) => string.Equals(Value, other.Value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is EndReason other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
