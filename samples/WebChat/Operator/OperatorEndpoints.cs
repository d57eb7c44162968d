using System.Runtime.CompilerServices;
using ConversationGuard.AspNetCore;

namespace WebChat.Operator;

/// <summary>What the operator's page asks of the server.</summary>
internal static class OperatorEndpoints
{
    /// <summary>The policy of those who may see it.</summary>
    public const string Policy = "operators";

    /// <summary>The page is brought up to date at most this often, and at least every ten seconds, since time moves the plot too.</summary>
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(250);

    public static void MapOperator(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/operator").RequireAuthorization(Policy);
        group.MapGet("/live", (OperatorView view, IHostApplicationLifetime lifetime, CancellationToken aborted) => TypedResults.ServerSentEvents(LookAsync(view, lifetime.ApplicationStopping, aborted)));
        group.MapGet("/appeals", async (FeedbackDesk desk, CancellationToken aborted) => await desk.OpenAppealsAsync(aborted));
    }

    private static async IAsyncEnumerable<Picture> LookAsync(OperatorView view, CancellationToken stopping, [EnumeratorCancellation] CancellationToken aborted)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, aborted);
        while (!either.IsCancellationRequested)
        {
            var (picture, changed) = view.Look();
            yield return picture;
            await Task.WhenAny(changed, Task.Delay(TimeSpan.FromSeconds(10), either.Token));
            await Task.Delay(_pause, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

/// <summary>Tells the operator's view, and the chats, of what was handed in.</summary>
internal sealed class ObservedFeedbackStore(JsonLinesFeedbackStore store, OperatorView view, Chat.ChatStore chats) : IFeedbackStore
{
    public async ValueTask AddAsync(FeedbackEntry entry, CancellationToken cancellationToken = default)
    {
        await store.AddAsync(entry, cancellationToken);
        view.OnFeedback(entry);
        if (entry.Kind == FeedbackKind.AppealGranted)
        {
            chats.Reopen(entry.ConversationKey);
        }
    }

    public ValueTask<IReadOnlyList<FeedbackEntry>> ReadAsync(CancellationToken cancellationToken = default) => store.ReadAsync(cancellationToken);

    public ValueTask AddLabelledConversationAsync(FeedbackEntry appeal, CancellationToken cancellationToken = default) => store.AddLabelledConversationAsync(appeal, cancellationToken);
}
