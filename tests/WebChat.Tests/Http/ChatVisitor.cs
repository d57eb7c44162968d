using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace WebChat.Tests.Http;

/// <summary>Somebody who talks to the server as the page does.</summary>
internal sealed class ChatVisitor : IDisposable
{
    private readonly HttpClient _client;

    private ChatVisitor(Uri address) =>
        _client = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() }) { BaseAddress = address };

    public JsonElement Session { get; private set; }

    public static async Task<ChatVisitor> ComeAsync(RunningChat chat)
    {
        var visitor = new ChatVisitor(chat.Address);
        visitor.Session = await visitor.GetAsync("/api/session");
        visitor._client.DefaultRequestHeaders.Add("X-CSRF-TOKEN", visitor.Session.GetProperty("token").GetString());
        return visitor;
    }

    public async Task<JsonElement> GetAsync(string path) => await _client.GetFromJsonAsync<JsonElement>(new Uri(path, UriKind.Relative));

    public async Task<HttpStatusCode> StatusOfAsync(string path)
    {
        using var response = await _client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        return response.StatusCode;
    }

    public Task<HttpResponseMessage> PostAsync(string path, object? body = null) => _client.PostAsJsonAsync(new Uri(path, UriKind.Relative), body ?? new { });

    public async Task<string> BeginAsync() => (await ReadAsync(await PostAsync("/api/conversations"))).GetProperty("id").GetString()!;

    /// <summary>Says something.</summary>
    /// <returns>The events that came.</returns>
    public async Task<List<(string Type, JsonElement Data)>> SayAsync(string conversation, string text)
    {
        using var response = await PostAsync($"/api/conversations/{conversation}/messages", new { text });
        response.EnsureSuccessStatusCode();
        var events = new List<(string, JsonElement)>();
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            events.Add((item.EventType, JsonElement.Parse(item.Data)));
        }

        return events;
    }

    public async Task SayAllAsync(string conversation, params string[] texts)
    {
        foreach (var text in texts)
        {
            await SayAsync(conversation, text);
        }
    }

    public async Task<string> BranchAsync(string conversation, string messageId) =>
        (await ReadAsync(await PostAsync($"/api/conversations/{conversation}/branches", new { messageId }))).GetProperty("id").GetString()!;

    public void Dispose() => _client.Dispose();

    /// <summary>Takes the proof away that the page sends.</summary>
    public void ForgetToken() => _client.DefaultRequestHeaders.Remove("X-CSRF-TOKEN");

    public static async Task<JsonElement> ReadAsync(HttpResponseMessage response) => await response.Content.ReadFromJsonAsync<JsonElement>();
}
