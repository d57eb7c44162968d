using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ConversationGuard.AspNetCore;

/// <summary>The guard's handle over HTTP.</summary>
internal sealed class GuardEndpoints(ConversationGuardEndpointOptions options)
{
    private const string ConversationKey = "conversationKey";

    public Task StatusAsync(HttpContext context) => OfOwnerAsync(context, status => Task.FromResult<IResult>(TypedResults.Json(StatusResponse.Of(status), GuardJson.Default.StatusResponse)));

    public Task FeedbackAsync(HttpContext context) => OfOwnerAsync(context, GuardJson.Default.FeedbackRequest, async (status, request) =>
        Limits(context).MaxCommentLength < request.Comment?.Length ? TooLong("comment")
        : await Desk(context).GiveFeedbackAsync(status, request.IsFair, Text(request.Comment), context.RequestAborted).ConfigureAwait(false) is { } entry ? Created(entry)
        : NothingToSpeakOf());

    public Task AppealAsync(HttpContext context) => OfOwnerAsync(context, GuardJson.Default.AppealRequest, async (status, request) =>
    {
        if (Limits(context).MaxCommentLength < request.Comment?.Length)
        {
            return TooLong("comment");
        }

        // Without the person's word no text is kept (R19).
        var (messages, problem) = request.IncludeMessages ? await MessagesAsync(context, status.ConversationKey, request.Messages).ConfigureAwait(false) : ([], null);
        return problem
            ?? (await Desk(context).AppealAsync(status, Text(request.Comment), [.. messages.Select(Sent)], context.RequestAborted).ConfigureAwait(false) is { } entry ? Created(entry) : NothingToSpeakOf());
    });

    public Task BranchAsync(HttpContext context) => OfOwnerAsync(context, GuardJson.Default.BranchRequest, async (status, request) =>
    {
        var (messages, problem) = await MessagesAsync(context, status.ConversationKey, request.Messages).ConfigureAwait(false);
        if (problem is not null)
        {
            return problem;
        }

        if (request.Keep is < 0 || request.Keep > messages.Count)
        {
            return Bad($"keep must be from 0 to {messages.Count}, the number of messages.");
        }

        var kept = messages.Take(request.Keep ?? messages.Count).ToList();
        var keys = context.RequestServices.GetService<HttpConversationKeyResolver>();
        if (options.CreateBranch is null && keys is { CanBranch: false })
        {
            return Problem(StatusCodes.Status409Conflict, "cannot-branch", "The sign-in decides which conversation this is: a branch begins with another one.");
        }

        var name = options.CreateBranch is { } create ? await create(context, status.ConversationKey, kept).ConfigureAwait(false) : Guid.NewGuid().ToString("N");
        var key = keys?.KeyOf(context, name) ?? name;
        var branch = await Guard(context).BranchAsync(status.ConversationKey, key, kept, context.RequestAborted).ConfigureAwait(false);
        keys?.Enter(context, name);
        return TypedResults.Json(new BranchResponse(name, StatusResponse.Of(branch)), GuardJson.Default.BranchResponse, statusCode: StatusCodes.Status201Created);
    });

    public async Task ReinstateAsync(HttpContext context)
    {
        // With a policy, nobody gets here who is not allowed to.
        var result = options.ReinstatePolicy is null
            ? Problem(StatusCodes.Status403Forbidden, "forbidden", "This host lets nobody reinstate conversations over HTTP.")
            : await ReadAsync(context, GuardJson.Default.ReinstateRequest, request => ReinstateAsync(context, request)).ConfigureAwait(false);
        await result.ExecuteAsync(context).ConfigureAwait(false);
    }

    private async Task<IResult> ReinstateAsync(HttpContext context, ReinstateRequest request)
    {
        var guard = Guard(context);
        if (request.AppealId is { } appealId)
        {
            return await Desk(context).GrantAsync(guard, appealId, context.RequestAborted).ConfigureAwait(false) is { } granted
                ? TypedResults.Json(StatusResponse.Of(granted), GuardJson.Default.StatusResponse)
                : Problem(StatusCodes.Status404NotFound, "no-appeal", "There is no open appeal with that id.");
        }

        var key = request.ConversationKey ?? context.GetRouteValue(ConversationKey) as string;
        if (string.IsNullOrWhiteSpace(key))
        {
            return Bad("Name an appealId, or a conversationKey.");
        }

        var status = await guard.ReinstateAsync(key, context.RequestAborted).ConfigureAwait(false);
        return TypedResults.Json(StatusResponse.Of(status), GuardJson.Default.StatusResponse);
    }

    private Task OfOwnerAsync<T>(HttpContext context, JsonTypeInfo<T> type, Func<ConversationStatus, T, Task<IResult>> answer) =>
        OfOwnerAsync(context, status => ReadAsync(context, type, request => answer(status, request)));

    private async Task OfOwnerAsync(HttpContext context, Func<ConversationStatus, Task<IResult>> answer)
    {
        context.Response.Headers.CacheControl = "no-store";
        var key = await OwnKeyAsync(context).ConfigureAwait(false);
        var result = key is null
            ? Problem(StatusCodes.Status404NotFound, "no-conversation", "There is no such conversation of yours.")
            : await answer(await Guard(context).GetStatusAsync(key, context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
        await result.ExecuteAsync(context).ConfigureAwait(false);
    }

    /// <summary>The key of the conversation, if it is the caller's own. Whoever merely knows a key learns nothing, not even whether it exists.</summary>
    private async ValueTask<string?> OwnKeyAsync(HttpContext context)
    {
        var found = context.RequestServices.GetService<HttpConversationKeyResolver>() is { } keys ? keys.Resolve(context)
            : context.GetRouteValue(ConversationKey) is string { Length: > 0 and <= HttpConversationKeyResolver.MaxLength } value ? new HttpConversationKey(value, IsCallersOwn: false)
            : null;
        if (found is not { } key || string.IsNullOrWhiteSpace(key.Value))
        {
            return null;
        }

        var isOwner = options.IsOwner is { } check ? await check(context, key.Value).ConfigureAwait(false) : key.IsCallersOwn;
        return isOwner ? key.Value : null;
    }

    /// <summary>The host's own record comes first; a client's word is taken only where there is none.</summary>
    private static async Task<(IReadOnlyList<ChatMessage> Messages, IResult? Problem)> MessagesAsync(HttpContext context, string key, IReadOnlyList<FeedbackMessage>? sent)
    {
        if (context.RequestServices.GetService<IConversationHistory>() is { } history)
        {
            return (await history.ReadAsync(key, context.RequestAborted).ConfigureAwait(false) ?? [], null);
        }

        if (sent is null || sent.Any(message => message is not { Role: "user" or "assistant", Content: not null }))
        {
            return ([], Bad("messages must be a list of messages with a role, user or assistant, and a content."));
        }

        return sent.Sum(message => (long)message.Content.Length) > Limits(context).MaxMessagesLength
            ? ([], TooLong("messages"))
            : ([.. sent.Select(message => new ChatMessage(new ChatRole(message.Role), message.Content) { MessageId = message.Id })], null);
    }

    private static async Task<IResult> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type, Func<T, Task<IResult>> answer)
    {
        if (!context.Request.HasJsonContentType())
        {
            return Problem(StatusCodes.Status415UnsupportedMediaType, "not-json", "The body must be application/json.");
        }

        T? request;
        try
        {
            request = await context.Request.ReadFromJsonAsync(type, context.RequestAborted).ConfigureAwait(false);
        }
        catch (JsonException)
        {
            return Bad("The body is not the JSON that is expected.");
        }

        return request is null ? Bad("The body is null.") : await answer(request).ConfigureAwait(false);
    }

    private IConversationGuard Guard(HttpContext context) => context.RequestServices.GetRequiredKeyedService<IConversationGuard>(options.GuardName);

    private static FeedbackDesk Desk(HttpContext context) => context.RequestServices.GetRequiredService<FeedbackDesk>();

    private static FeedbackOptions Limits(HttpContext context) => context.RequestServices.GetRequiredService<IOptions<FeedbackOptions>>().Value;

    private static string? Text(string? comment) => string.IsNullOrWhiteSpace(comment) ? null : comment.Trim();

    private static FeedbackMessage Sent(ChatMessage message) => new(message.Role.Value, message.Text, message.MessageId);

    private static JsonHttpResult<FeedbackResponse> Created(FeedbackEntry entry) => TypedResults.Json(new FeedbackResponse(entry.Id), GuardJson.Default.FeedbackResponse, statusCode: StatusCodes.Status201Created);

    private static ProblemHttpResult NothingToSpeakOf() =>
        Problem(StatusCodes.Status409Conflict, "nothing-to-appeal", "The conversation was neither warned nor ended.");

    private static ProblemHttpResult TooLong(string what) => Problem(StatusCodes.Status413PayloadTooLarge, "too-long", $"The {what} is too long.");

    private static ProblemHttpResult Bad(string detail) => Problem(StatusCodes.Status400BadRequest, "bad-request", detail);

    private static ProblemHttpResult Problem(int status, string type, string detail) =>
        TypedResults.Problem(detail: detail, statusCode: status, type: $"urn:conversation-guard:{type}");
}
