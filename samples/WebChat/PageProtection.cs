using Microsoft.AspNetCore.Antiforgery;

namespace WebChat;

/// <summary>What keeps others out of the page: no script but its own, no request of another site.</summary>
internal static class PageProtection
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

    public static Task SetHeadersAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        return next(context);
    }

    public static async Task RefuseForgeriesAsync(HttpContext context, RequestDelegate next)
    {
        var isSafe = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        if (isSafe || await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context))
        {
            await next(context);
            return;
        }

        await TypedResults.Problem("The request does not come from the page. Load it again.", statusCode: StatusCodes.Status400BadRequest).ExecuteAsync(context);
    }
}
