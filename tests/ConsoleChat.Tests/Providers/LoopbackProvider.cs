using System.Net;
using System.Text;
using ConversationGuard.Tests.Doubles;

namespace ConsoleChat.Tests.Providers;

/// <summary>A provider's HTTP service on this machine: gives every request the same answer and keeps the last one.</summary>
internal sealed class LoopbackProvider : IDisposable
{
    private readonly LoopbackServer _server;

    public LoopbackProvider(string contentType, string answer) => _server = new(async context =>
    {
        using var reader = new StreamReader(context.Request.InputStream);
        Body = await reader.ReadToEndAsync();
        Path = context.Request.Url!.AbsolutePath;
        Headers = (WebHeaderCollection)context.Request.Headers;
        context.Response.ContentType = contentType;
        await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(answer));
    });

    public string Address => _server.Address;

    public string? Path { get; private set; }

    public string? Body { get; private set; }

    public WebHeaderCollection Headers { get; private set; } = [];

    public void Dispose() => _server.Dispose();
}
