using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ConversationGuard.Tests.Doubles;

namespace ConversationGuard.Wire.Tests;

/// <summary>A provider's HTTP service on this machine. It keeps what it was asked and answers in the provider's own format, piece by piece.</summary>
internal sealed class LoopbackService : IDisposable
{
    private readonly LoopbackServer _server;
    private readonly ConcurrentQueue<JsonObject> _requests = new();
    private readonly Protocol _protocol;

    public LoopbackService(Protocol protocol)
    {
        _protocol = protocol;
        _server = new(AnswerAsync);
    }

    public string Address => _server.Address;

    public IReadOnlyList<JsonObject> Requests => [.. _requests];

    /// <summary>Gets or sets what is answered to the request with this number, from 1; null refuses it.</summary>
    public Func<int, Reply?> Respond { get; set; } = number => new Reply($"Reply {number}", " of the model.");

    public void Dispose() => _server.Dispose();

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var reader = new StreamReader(context.Request.InputStream);
        var request = JsonNode.Parse(await reader.ReadToEndAsync())!.AsObject();
        _requests.Enqueue(request);
        if (Respond(_requests.Count) is not { } reply)
        {
            // A refused request is not tried again by the packages, as a failing server is.
            context.Response.StatusCode = (int)HttpStatusCode.BadRequest;
            context.Response.ContentType = "application/json";
            await context.Response.OutputStream.WriteAsync("""{"type":"error","error":{"type":"invalid_request_error","message":"No."}}"""u8.ToArray());
            return;
        }

        var (contentType, pieces) = _protocol.Answer(reply, _requests.Count, request);
        context.Response.ContentType = contentType;
        foreach (var piece in pieces)
        {
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(piece));
            await context.Response.OutputStream.FlushAsync();
        }
    }
}
