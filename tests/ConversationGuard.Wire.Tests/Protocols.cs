using System.ClientModel;
using System.Text.Json.Nodes;
using Anthropic;
using Microsoft.Extensions.AI;
using OllamaSharp;
using OpenAI;

namespace ConversationGuard.Wire.Tests;

/// <summary>What the service answers: a text in two parts, or the use of a tool.</summary>
internal sealed record Reply(string First, string Second = "", string? Tool = null);

/// <summary>How one provider's official package talks to its service.</summary>
internal abstract class Protocol
{
    public static Protocol Of(Provider provider) => provider switch
    {
        Provider.OpenAIChat => new OpenAIChatProtocol(),
        Provider.OpenAIResponses => new OpenAIResponsesProtocol(),
        Provider.Anthropic => new AnthropicProtocol(),
        _ => new OllamaProtocol(),
    };

    /// <summary>Makes the package's client.</summary>
    public abstract IChatClient Connect(string address);

    /// <summary>What the service sends, in pieces as they go out.</summary>
    public abstract (string ContentType, IReadOnlyList<string> Pieces) Answer(Reply reply, int number, JsonObject request);

    /// <summary>What the request says to the model beside the talk.</summary>
    public abstract string Instructions(JsonObject request);

    /// <summary>The tools that the request offers, as their schemas.</summary>
    public virtual IReadOnlyDictionary<string, JsonNode> Tools(JsonObject request) => Each(request["tools"]).ToDictionary(NameOf, tool => tool);

    protected static IEnumerable<JsonNode> Each(JsonNode? array) => array is JsonArray items ? items.Select(item => item!) : [];

    /// <summary>A content is a text, or parts with texts.</summary>
    protected static string Text(JsonNode? content) => content switch
    {
        null => string.Empty,
        JsonValue value => value.GetValue<string>(),
        _ => string.Concat(Each(content).Select(part => Text(part["text"]))),
    };

    protected static string OfRole(JsonNode? messages, params string[] roles) =>
        string.Join('\n', Each(messages).Where(message => roles.Contains((string?)message["role"])).Select(message => Text(message["content"])));

    protected static bool IsStreamed(JsonObject request) => (bool?)request["stream"] == true;

    protected static string Event(string json) => $"data: {json}\n\n";

    private static string NameOf(JsonNode tool) => (string)(tool["name"] ?? tool["function"]!["name"])!;
}

/// <summary>The official packages' ways to their services.</summary>
public enum Provider
{
    OpenAIChat,
    OpenAIResponses,
    Anthropic,
    Ollama,
}

internal sealed class OpenAIChatProtocol : Protocol
{
    public override IChatClient Connect(string address) =>
        new OpenAIClient(new ApiKeyCredential("key"), new OpenAIClientOptions { Endpoint = new Uri(address) }).GetChatClient("model").AsIChatClient();

    public override (string ContentType, IReadOnlyList<string> Pieces) Answer(Reply reply, int number, JsonObject request)
    {
        if (!IsStreamed(request))
        {
            var (message, reason) = reply.Tool is { } tool ? ("\"content\":null,\"tool_calls\":[" + Call(tool, number, "") + "]", "tool_calls") : ($"\"content\":\"{reply.First}{reply.Second}\"", "stop");
            return ("application/json", [
                $$$"""{"id":"c{{{number}}}","object":"chat.completion","created":1,"model":"model","choices":[{"index":0,"message":{"role":"assistant",{{{message}}}},"finish_reason":"{{{reason}}}"}]}""",
            ]);
        }

        string Chunk(string delta, string reason) =>
            Event($$$"""{"id":"c{{{number}}}","object":"chat.completion.chunk","created":1,"model":"model","choices":[{"index":0,"delta":{{{{delta}}}},"finish_reason":{{{reason}}}}]}""");
        string[] chunks = reply.Tool is { } used
            ? [Chunk("\"role\":\"assistant\",\"tool_calls\":[" + Call(used, number, "\"index\":0,") + "]", "null"), Chunk("", "\"tool_calls\"")]
            : [Chunk($"\"role\":\"assistant\",\"content\":\"{reply.First}\"", "null"), Chunk($"\"content\":\"{reply.Second}\"", "null"), Chunk("", "\"stop\"")];
        return ("text/event-stream", [.. chunks, "data: [DONE]\n\n"]);
    }

    public override string Instructions(JsonObject request) => OfRole(request["messages"], "system", "developer");

    private static string Call(string tool, int number, string index) =>
        $$$"""{{{{index}}}"id":"call{{{number}}}","type":"function","function":{"name":"{{{tool}}}","arguments":"{}"}}""";
}

internal sealed class OpenAIResponsesProtocol : Protocol
{
    public override IChatClient Connect(string address) =>
        new OpenAIClient(new ApiKeyCredential("key"), new OpenAIClientOptions { Endpoint = new Uri(address) }).GetResponsesClient().AsIChatClient("model");

    public override (string ContentType, IReadOnlyList<string> Pieces) Answer(Reply reply, int number, JsonObject request)
    {
        var text = reply.First + reply.Second;
        var item = reply.Tool is { } tool
            ? $$$"""{"type":"function_call","id":"fc{{{number}}}","call_id":"call{{{number}}}","name":"{{{tool}}}","arguments":"{}","status":"completed"}"""
            : $$$"""{"type":"message","id":"msg{{{number}}}","status":"completed","role":"assistant","content":[{"type":"output_text","text":"{{{text}}}","annotations":[]}]}""";
        string Response(string status, string output) =>
            $$$"""{"id":"resp{{{number}}}","object":"response","created_at":1,"status":"{{{status}}}","model":"model","output":[{{{output}}}],"parallel_tool_calls":true,"tool_choice":"auto","tools":[]}""";
        if (!IsStreamed(request))
        {
            return ("application/json", [Response("completed", item)]);
        }

        var sequence = 0;
        string Next(string type, string fields) => $"event: {type}\n" + Event($$$"""{"type":"{{{type}}}","sequence_number":{{{sequence++}}},{{{fields}}}}""");
        string Delta(string delta) => Next("response.output_text.delta", $"\"item_id\":\"msg{number}\",\"output_index\":0,\"content_index\":0,\"delta\":\"{delta}\"");
        var begun = reply.Tool is null
            ? $$$"""{"type":"message","id":"msg{{{number}}}","status":"in_progress","role":"assistant","content":[]}"""
            : item.Replace("completed", "in_progress", StringComparison.Ordinal);
        return ("text/event-stream", [
            Next("response.created", "\"response\":" + Response("in_progress", "")),
            Next("response.output_item.added", "\"output_index\":0,\"item\":" + begun),
            .. reply.Tool is null ? new[] { Delta(reply.First), Delta(reply.Second) } : [],
            Next("response.output_item.done", "\"output_index\":0,\"item\":" + item),
            Next("response.completed", "\"response\":" + Response("completed", item)),
        ]);
    }

    public override string Instructions(JsonObject request) => Text(request["instructions"]) + OfRole(request["input"], "system", "developer");
}

internal sealed class AnthropicProtocol : Protocol
{
    public override IChatClient Connect(string address) => new AnthropicClient { ApiKey = "key", BaseUrl = address, MaxRetries = 0 }.AsIChatClient("model");

    public override (string ContentType, IReadOnlyList<string> Pieces) Answer(Reply reply, int number, JsonObject request)
    {
        var reason = reply.Tool is null ? "end_turn" : "tool_use";
        var use = $$$"""{"type":"tool_use","id":"toolu{{{number}}}","name":"{{{reply.Tool}}}","input":{}}""";
        var content = reply.Tool is null ? $$$"""{"type":"text","text":"{{{reply.First}}}{{{reply.Second}}}"}""" : use;
        string Message(string content, string reason) =>
            $$$"""{"id":"msg{{{number}}}","type":"message","role":"assistant","model":"model","content":[{{{content}}}],"stop_reason":{{{reason}}},"stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}""";
        if (!IsStreamed(request))
        {
            return ("application/json", [Message(content, $"\"{reason}\"")]);
        }

        static string Named(string type, string fields) => $"event: {type}\n" + Event($$$"""{"type":"{{{type}}}"{{{fields}}}}""");
        static string Delta(string delta) => Named("content_block_delta", $$$""","index":0,"delta":{"type":"text_delta","text":"{{{delta}}}"}""");
        return ("text/event-stream", [
            Named("message_start", ",\"message\":" + Message("", "null")),
            Named("content_block_start", ",\"index\":0,\"content_block\":" + (reply.Tool is null ? """{"type":"text","text":""}""" : use)),
            .. reply.Tool is null
                ? new[] { Delta(reply.First), Delta(reply.Second) }
                : [Named("content_block_delta", ""","index":0,"delta":{"type":"input_json_delta","partial_json":"{}"}""")],
            Named("content_block_stop", ",\"index\":0"),
            Named("message_delta", $$$""","delta":{"stop_reason":"{{{reason}}}","stop_sequence":null},"usage":{"output_tokens":2}"""),
            Named("message_stop", ""),
        ]);
    }

    public override string Instructions(JsonObject request) => Text(request["system"]);
}

internal sealed class OllamaProtocol : Protocol
{
    public override IChatClient Connect(string address) => new OllamaApiClient(new Uri(address), "model");

    public override (string ContentType, IReadOnlyList<string> Pieces) Answer(Reply reply, int number, JsonObject request)
    {
        static string Line(string message, string done) => $$$"""{"model":"model","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant",{{{message}}}},{{{done}}}}""" + "\n";
        const string Done = "\"done\":true,\"done_reason\":\"stop\"";
        var use = "\"content\":\"\",\"tool_calls\":[{\"function\":{\"name\":\"" + reply.Tool + "\",\"arguments\":{}}}]";
        if (!IsStreamed(request))
        {
            return ("application/json", [Line(reply.Tool is null ? $"\"content\":\"{reply.First}{reply.Second}\"" : use, Done)]);
        }

        var lines = reply.Tool is null ? new[] { $"\"content\":\"{reply.First}\"", $"\"content\":\"{reply.Second}\"" } : [use];
        return ("application/x-ndjson", [.. lines.Select(line => Line(line, "\"done\":false")), Line("\"content\":\"\"", Done)]);
    }

    public override string Instructions(JsonObject request) => OfRole(request["messages"], "system");
}
