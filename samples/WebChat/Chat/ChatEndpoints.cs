using System.Runtime.CompilerServices;
using ConversationGuard;
using ConversationGuard.ChatCompletion;
using ConversationGuard.DeEscalation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.AI;

namespace WebChat.Chat;

/// <summary>What the chat's page asks of the server.</summary>
internal static class ChatEndpoints
{
    /// <summary>The most characters of one message.</summary>
    private const int MaxLength = 4_000;

    private const int TitleLength = 40;

    public static void MapChat(this IEndpointRouteBuilder api)
    {
        api.MapGet("/conversations", ListAsync);
        api.MapPost("/conversations", Begin);
        api.MapGet("/conversations/{id}", ReadAsync);
        api.MapPost("/conversations/{id}/messages", Say);
        api.MapPost("/conversations/{id}/branches", BranchAsync);
    }

    private static IResult Begin(HttpContext context, ChatStore store) =>
        store.Begin(Visitor.Of(context)) is { } begun ? TypedResults.Json(new Begun(begun.Id), statusCode: StatusCodes.Status201Created) : TooMany();

    private static async Task<IEnumerable<Listed>> ListAsync(HttpContext context, ChatStore store, IConversationGuard guard)
    {
        var listed = new List<Listed>();
        foreach (var conversation in store.Of(Visitor.Of(context)))
        {
            var status = await guard.GetStatusAsync(conversation.Id, context.RequestAborted);
            listed.Add(new(conversation.Id, conversation.Parent?.Id, Title(conversation), Phase(status)));
        }

        return listed;
    }

    private static async Task<Results<Ok<Shown>, ProblemHttpResult>> ReadAsync(string id, HttpContext context, ChatStore store, IConversationGuard guard)
    {
        if (store.Find(id, Visitor.Of(context)) is not { } conversation)
        {
            return NotFound();
        }

        var status = await guard.GetStatusAsync(id, context.RequestAborted);
        var turns = conversation.Turns.Select(turn => new ShownTurn(turn.Id, turn.Role.Value, turn.Text, turn.Notices));
        var ending = conversation.Ended is { } ended ? new ShownEnding(ended.Reason.Value, ended.UserMessage) : null;
        return TypedResults.Ok(new Shown(id, conversation.Parent?.Id, Phase(status), [.. turns], ending));
    }

    private static IResult Say(string id, Said said, HttpContext context, ChatStore store, IChatClient client)
    {
        if (store.Find(id, Visitor.Of(context)) is not { } conversation)
        {
            return NotFound();
        }

        if (Problem(said.Text) is { } problem)
        {
            return problem;
        }

        return conversation.TryBegin(ChatTurn.OfUser(said.Text!))
            ? ConversationGuardResults.ServerSentEvents(AnswerAsync(conversation, client))
            : TypedResults.Problem("An answer is still being written.", statusCode: StatusCodes.Status409Conflict);
    }

    /// <summary>Passes the answer on and keeps what went out of it: the history is what the person saw.</summary>
    private static async IAsyncEnumerable<ChatResponseUpdate> AnswerAsync(Conversation conversation, IChatClient client, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var sent = new List<ChatResponseUpdate>();
        ConversationEndedException? ended = null;
        var options = new ChatOptions().WithConversationKey(conversation.Id);
        var updates = client.GetStreamingResponseAsync(conversation.Answered.Select(turn => turn.ToMessage()), options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            while (await MoveAsync())
            {
                sent.Add(updates.Current);
                yield return updates.Current;
            }
        }
        finally
        {
            await updates.DisposeAsync();
            conversation.Complete(sent.Exists(update => update.Text.Length > 0) ? ChatTurn.OfReply(sent) : null, ended);
        }

        async ValueTask<bool> MoveAsync()
        {
            try
            {
                return await updates.MoveNextAsync();
            }
            catch (ConversationEndedException exception)
            {
                ended = exception;
                throw;
            }
        }
    }

    /// <summary>Goes back to before a message that the user wrote. The guard learns what the branch keeps; the new words come as its next message.</summary>
    private static async Task<IResult> BranchAsync(string id, Edited edited, HttpContext context, ChatStore store, IConversationGuard guard)
    {
        if (store.Find(id, Visitor.Of(context)) is not { } conversation)
        {
            return NotFound();
        }

        var turns = conversation.Turns;
        var place = turns.ToList().FindIndex(turn => turn.Id == edited.MessageId && turn.Role == ChatRole.User);
        if (place < 0)
        {
            return NotFound();
        }

        ChatTurn[] kept = [.. turns.Take(place)];
        if (store.Branch(conversation, kept) is not { } branch)
        {
            return TooMany();
        }

        try
        {
            await guard.BranchAsync(id, branch.Id, kept.Select(turn => turn.ToMessage()), context.RequestAborted);
            return TypedResults.Json(new Begun(branch.Id), statusCode: StatusCodes.Status201Created);
        }
        catch
        {
            store.Remove(branch);
            throw;
        }
    }

    /// <summary>Where the guard merely observes, nobody was warned.</summary>
    private static ConversationPhase Phase(ConversationStatus status) => status.Mode == GuardMode.Enforce ? status.State.Phase : ConversationPhase.Engaged;

    private static ProblemHttpResult? Problem(string? text) =>
        string.IsNullOrWhiteSpace(text) ? TypedResults.Problem("Say something.", statusCode: StatusCodes.Status400BadRequest)
        : text.Length > MaxLength ? TypedResults.Problem($"A message has at most {MaxLength} characters.", statusCode: StatusCodes.Status413PayloadTooLarge)
        : null;

    /// <summary>The first words that tell a conversation from others: of a branch, those it was edited to.</summary>
    private static string Title(Conversation conversation)
    {
        var common = conversation.Parent is { } parent ? conversation.Turns.TakeWhile((turn, place) => place < parent.Turns.Count && parent.Turns[place].Id == turn.Id).Count() : 0;
        var own = conversation.Turns.Skip(common).FirstOrDefault(turn => turn.Role == ChatRole.User)?.Text ?? string.Empty;
        return own.Length <= TitleLength ? own : string.Concat(own.AsSpan(0, char.IsHighSurrogate(own[TitleLength - 1]) ? TitleLength - 1 : TitleLength), "…");
    }

    private static ProblemHttpResult NotFound() => TypedResults.Problem("There is no such conversation of yours.", statusCode: StatusCodes.Status404NotFound);

    private static ProblemHttpResult TooMany() => TypedResults.Problem($"You have {ChatStore.MaxPerVisitor} conversations already.", statusCode: StatusCodes.Status429TooManyRequests);

    internal sealed record Said(string? Text);

    internal sealed record Edited(string? MessageId);

    internal sealed record Begun(string Id);

    internal sealed record Listed(string Id, string? Parent, string Title, ConversationPhase Phase);

    internal sealed record Shown(string Id, string? Parent, ConversationPhase Phase, IReadOnlyList<ShownTurn> Messages, ShownEnding? Ending);

    internal sealed record ShownTurn(string Id, string Role, string Text, IReadOnlyList<Notice> Notices);

    internal sealed record ShownEnding(string Reason, string Detail);
}
