using Microsoft.Extensions.AI;

namespace ConversationGuard.Tests.Doubles;

/// <summary>Lines that a scripted model says: text, calls of tools, or both.</summary>
internal static class ModelScript
{
    public const string EndTool = "end_conversation";

    /// <summary>Answers the next calls with these lines, one each; after the last of them with "Reply N" again.</summary>
    public static void Says(this ScriptedChatClient model, params ChatMessage[] lines)
    {
        var queue = new Queue<ChatMessage>(lines);
        model.Respond = (_, _) =>
        {
            var line = queue.TryDequeue(out var next) ? next : Text($"Reply {model.Calls.Count}");
            return new ChatResponse(line) { FinishReason = line.Contents.OfType<FunctionCallContent>().Any() ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop };
        };
    }

    public static ChatMessage Text(string text) => Line(new TextContent(text));

    public static ChatMessage AsksForTheEnd(string? text = null, string callId = "end") => text is null ? Line(End(callId)) : Line(new TextContent(text), End(callId));

    public static ChatMessage Calls(string tool, params AIContent[] more) => Line([new FunctionCallContent(tool + "-id", tool, new Dictionary<string, object?>()), .. more]);

    public static FunctionCallContent End(string callId = "end") => new(callId, EndTool, new Dictionary<string, object?> { ["reason"] = "a secret reason" });

    /// <summary>Gets what the model is told about its calls of the tool in the messages of a call.</summary>
    public static IEnumerable<string> ToldAboutTheEnd(this ScriptedChatClient.Call call) => call.Messages
        .SelectMany(message => message.Contents)
        .OfType<FunctionResultContent>()
        .Where(result => result.CallId.StartsWith("end", StringComparison.Ordinal))
        .Select(result => result.Result?.ToString() ?? string.Empty);

    public static bool HasEndTool(this ScriptedChatClient.Call call) => call.Options?.Tools?.Any(tool => tool.Name == EndTool) == true;

    private static ChatMessage Line(params AIContent[] contents) => new(ChatRole.Assistant, [.. contents]) { MessageId = Guid.NewGuid().ToString("N") };
}
