using System.Security.Claims;
using ConversationGuard.Conversations;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace ConversationGuard.AspNetCore;

/// <summary>Tells the guard which conversation a call belongs to, from the HTTP request in which it is made.</summary>
/// <remarks>Added by <c>AddHttpConversationKey</c>. A key that is set on the call comes before it; outside of a request it knows nothing.</remarks>
public sealed class HttpConversationKeyResolver : IConversationKeyResolver
{
    /// <summary>The longest value that a client can send as a key: longer ones would only fill the store.</summary>
    public const int MaxLength = 200;

    private readonly IHttpContextAccessor _accessor;
    private readonly HttpConversationKeyOptions _options;

    /// <summary>Initializes a resolver.</summary>
    /// <param name="accessor">Gives the request.</param>
    /// <param name="options">The options.</param>
    public HttpConversationKeyResolver(IHttpContextAccessor accessor, IOptions<HttpConversationKeyOptions> options)
    {
        ArgumentNullException.ThrowIfNull(accessor);
        ArgumentNullException.ThrowIfNull(options);
        (_accessor, _options) = (accessor, options.Value);
    }

    /// <inheritdoc/>
    public string? Resolve(ConversationKeyContext context)
    {
        if (_accessor.HttpContext is not { } http)
        {
            return null;
        }

        if (_options.Source == ConversationKeySource.Session && string.IsNullOrEmpty(http.Session.GetString(_options.Name)))
        {
            http.Session.SetString(_options.Name, NewValue());
        }

        return Resolve(http)?.Value;
    }

    /// <summary>Reads the key of a request.</summary>
    /// <param name="httpContext">The request.</param>
    /// <returns>The key; null if the request names none, or one that is longer than <see cref="MaxLength"/>.</returns>
    public HttpConversationKey? Resolve(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var value = _options.Source switch
        {
            ConversationKeySource.Route => httpContext.GetRouteValue(_options.Name) as string,
            ConversationKeySource.Header => httpContext.Request.Headers[_options.Name] is [{ } header] ? header : null,
            ConversationKeySource.Claim => SignedIn(httpContext)?.FindFirst(_options.Name)?.Value,
            _ => httpContext.Session.GetString(_options.Name),
        };
        return string.IsNullOrWhiteSpace(value) || value.Length > MaxLength ? null : Join(httpContext, value);
    }

    /// <summary>Gets a value indicating whether a request can name another conversation than the present one; where a claim decides, it cannot.</summary>
    internal bool CanBranch => _options.Source != ConversationKeySource.Claim;

    /// <summary>From now on the session is in that conversation. Elsewhere the client names it.</summary>
    internal void Enter(HttpContext httpContext, string value)
    {
        if (_options.Source == ConversationKeySource.Session)
        {
            httpContext.Session.SetString(_options.Name, value);
        }
    }

    /// <summary>The key of the conversation that the caller names so.</summary>
    internal string KeyOf(HttpContext httpContext, string value) => Join(httpContext, value).Value;

    private static string NewValue() => Guid.NewGuid().ToString("N");

    private static ClaimsPrincipal? SignedIn(HttpContext httpContext) => httpContext.User.Identity is { IsAuthenticated: true } ? httpContext.User : null;

    private HttpConversationKey Join(HttpContext httpContext, string value)
    {
        var isVouchedFor = _options.Source is ConversationKeySource.Claim or ConversationKeySource.Session;

        if (!_options.PerUser)
        {
            return new(value, isVouchedFor);
        }

        // The user's length keeps any two pairs apart, whatever they consist of; and nobody who is not signed in gets at a user's key by spelling it out.
        var user = User(httpContext) ?? string.Empty;
        return new(FormattableString.Invariant($"{user.Length}:{user}:{value}"), isVouchedFor || user.Length > 0);
    }

    private string? User(HttpContext httpContext) => SignedIn(httpContext) is not { } user ? null
        : _options.UserClaim is { } claim ? user.FindFirst(claim)?.Value
        : (user.FindFirst(ClaimTypes.NameIdentifier) ?? user.FindFirst("sub"))?.Value;
}
