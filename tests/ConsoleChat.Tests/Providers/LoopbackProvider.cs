using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ConsoleChat.Tests.Providers;

/// <summary>A provider's HTTP service on this machine: gives every request the same answer and keeps the last one.</summary>
internal sealed class LoopbackProvider : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly string _contentType;
    private readonly string _answer;

    public LoopbackProvider(string contentType, string answer)
    {
        (_contentType, _answer) = (contentType, answer);
        Address = $"http://127.0.0.1:{FreePort()}";
        _listener.Prefixes.Add(Address + "/");
        _listener.Start();
        _ = ServeAsync();
    }

    public string Address { get; }

    public string? Path { get; private set; }

    public string? Body { get; private set; }

    public WebHeaderCollection Headers { get; private set; } = [];

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
                var context = await _listener.GetContextAsync();
                using var reader = new StreamReader(context.Request.InputStream);
                Body = await reader.ReadToEndAsync();
                Path = context.Request.Url!.AbsolutePath;
                Headers = (WebHeaderCollection)context.Request.Headers;
                context.Response.ContentType = _contentType;
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(_answer));
                context.Response.Close();
            }
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
            // Closed.
        }
    }
}
