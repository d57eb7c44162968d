using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace ConversationGuard.Wire.Tests;

/// <summary>A provider's HTTP service on this machine. It keeps what it was asked and answers in the provider's own format, piece by piece.</summary>
internal sealed class LoopbackService : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<JsonObject> _requests = new();
    private readonly Protocol _protocol;

    public LoopbackService(Protocol protocol)
    {
        _protocol = protocol;
        Address = $"http://127.0.0.1:{FreePort()}";
        _listener.Prefixes.Add(Address + "/");
        _listener.Start();
        _ = ServeAsync();
    }

    public string Address { get; }

    public IReadOnlyList<JsonObject> Requests => [.. _requests];

    /// <summary>Gets or sets what is answered to the request with this number, from 1; null refuses it.</summary>
    public Func<int, Reply?> Respond { get; set; } = number => new Reply($"Reply {number}", " of the model.");

    public void Dispose() => _listener.Close();

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                await AnswerAsync(await _listener.GetContextAsync());
            }
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
            // Closed.
        }
    }

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
            context.Response.Close();
            return;
        }

        var (contentType, pieces) = _protocol.Answer(reply, _requests.Count, request);
        context.Response.ContentType = contentType;
        foreach (var piece in pieces)
        {
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(piece));
            await context.Response.OutputStream.FlushAsync();
        }

        context.Response.Close();
    }
}
