using System.Text.Json;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Tests.Doubles;

/// <summary>Public data that the project does not contain: looked for in <c>shared/data</c> beside the checkout. A test that finds none is skipped by name.</summary>
internal static class SharedData
{
    /// <summary>Reads conversations in the <c>messages</c> JSON-lines form.</summary>
    public static IEnumerable<Conversation> Conversations(string relativePath)
    {
        foreach (var line in File.ReadLines(Find(relativePath)))
        {
            using var json = JsonDocument.Parse(line);
            var messages = json.RootElement.GetProperty("messages").EnumerateArray().Select(message => new ChatMessage(
                new ChatRole(message.GetProperty("role").GetString()!), message.GetProperty("content").GetString()));
            yield return new Conversation(json.RootElement.GetProperty("id").GetString()!, [.. messages]);
        }
    }

    private static string Find(string relativePath)
    {
        for (var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "shared", "data", relativePath);
            if (File.Exists(file))
            {
                return file;
            }
        }

        Assert.Ignore($"This test needs the data file shared/data/{relativePath} beside the checkout.");
        return string.Empty;
    }

    internal sealed record Conversation(string Id, IReadOnlyList<ChatMessage> Messages)
    {
        public IEnumerable<string> UserTurns => Messages.Where(message => message.Role == ChatRole.User).Select(message => message.Text);
    }
}
