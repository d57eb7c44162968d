using System.Buffers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace ConversationGuard.AspNetCore;

/// <summary>A guarded stream as server-sent events.</summary>
internal sealed class ServerSentEventsResult(IAsyncEnumerable<ChatResponseUpdate> updates) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        return SseFormatter.WriteAsync(EventsAsync(httpContext, httpContext.RequestAborted), httpContext.Response.Body, Write, httpContext.RequestAborted);
    }

    private static void Write(SseItem<string> item, IBufferWriter<byte> writer) => writer.Write(Encoding.UTF8.GetBytes(item.Data));

    private async IAsyncEnumerable<SseItem<string>> EventsAsync(HttpContext httpContext, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var hasBegun = false;
        ConversationEndedException? ended = null;
        var response = new EndResponse();
        var stream = updates.GetAsyncEnumerator(cancellationToken);
        await using (stream.ConfigureAwait(false))
        {
            while (true)
            {
                try
                {
                    if (!await stream.MoveNextAsync().ConfigureAwait(false))
                    {
                        break;
                    }
                }
                catch (ConversationEndedException exception)
                {
                    ended = exception;
                    break;
                }

                if (response.Takes(stream.Current))
                {
                    continue;
                }

                foreach (var item in Items(stream.Current))
                {
                    hasBegun = hasBegun || Begin(httpContext.Response);
                    yield return item;
                }
            }
        }

        _ = hasBegun || Begin(httpContext.Response);
        ended ??= response.ToException();
        yield return ended is null
            ? new("{}", ConversationGuardResults.CompletedEvent)
            : new(Problem(httpContext.RequestServices, ended), ConversationGuardResults.ConversationEndedEvent);
    }

    /// <summary>The headers are set when there is something to send: until then a failure can still have its own status.</summary>
    private static bool Begin(HttpResponse response)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        return true;
    }

    private static IEnumerable<SseItem<string>> Items(ChatResponseUpdate update)
    {
        foreach (var content in update.Contents.OfType<TextContent>().Where(content => !string.IsNullOrEmpty(content.Text)))
        {
            yield return GuardNotice.KindOf(content) is { } kind
                ? new(JsonSerializer.Serialize(new StreamedNotice(kind, content.Text.TrimStart('\n')), GuardJson.Default.StreamedNotice), ConversationGuardResults.NoticeEvent)
                : new(JsonSerializer.Serialize(new StreamedText(content.Text), GuardJson.Default.StreamedText));
        }
    }

    /// <summary>With the host's JSON options, which know whatever it adds to the problem.</summary>
    private static string Problem(IServiceProvider services, ConversationEndedException ended)
    {
        var problem = ConversationEndedProblem.Create(ended, services.GetService<IOptions<ConversationGuardProblemDetailsOptions>>()?.Value ?? new());
        var type = services.GetService<IOptions<JsonOptions>>()?.Value.SerializerOptions.TryGetTypeInfo(typeof(ProblemDetails), out var known) == true ? known : GuardJson.Default.ProblemDetails;
        return JsonSerializer.Serialize(problem, type);
    }

    /// <summary>The end as a response, of a guard that does not throw (<see cref="EndBehavior.Respond"/>).</summary>
    private sealed class EndResponse
    {
        private readonly StringBuilder _words = new();
        private readonly AdditionalPropertiesDictionary _properties = [];
        private bool _isEnd;

        /// <summary>Takes an update that belongs to the end. What follows the end is nothing but its properties (R14).</summary>
        public bool Takes(ChatResponseUpdate update)
        {
            _isEnd = _isEnd || update.FinishReason == ConversationGuardChatClient.ConversationEndedFinishReason;
            if (_isEnd)
            {
                _words.Append(update.Text);
                foreach (var property in update.AdditionalProperties ?? [])
                {
                    _properties[property.Key] = property.Value;
                }
            }

            return _isEnd;
        }

        public ConversationEndedException? ToException()
        {
            if (!_isEnd)
            {
                return null;
            }

            var reason = _properties.TryGetValue("ConversationGuard.Reason", out string? code) && !string.IsNullOrWhiteSpace(code) ? new EndReason(code) : EndReason.HostRequest;
            var isRepeat = _properties.TryGetValue("ConversationGuard.IsRepeat", out bool repeated) && repeated;
            return new ConversationEndedException(new ConversationEnding { Reason = reason, At = default }, _words.ToString(), isRepeat: isRepeat);
        }
    }
}

/// <summary>A piece of an answer.</summary>
internal sealed record StreamedText(string Text);

/// <summary>The guard's own text in an answer.</summary>
internal sealed record StreamedNotice(string Kind, string Text);
