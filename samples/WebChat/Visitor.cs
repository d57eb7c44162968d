using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace WebChat;

/// <summary>Whoever comes is signed in as a visitor of their own: a random id in a protected cookie that no script reads and no other site sends.</summary>
internal static class Visitor
{
    public static string Of(HttpContext context) => context.User.FindFirstValue(ClaimTypes.NameIdentifier)!;

    public static async Task SignInAsync(HttpContext context, RequestDelegate next)
    {
        if (context.User.Identity is not { IsAuthenticated: true })
        {
            context.User = new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, Guid.NewGuid().ToString("N"))], CookieAuthenticationDefaults.AuthenticationScheme));
            await context.SignInAsync(context.User);
        }

        await next(context);
    }
}
