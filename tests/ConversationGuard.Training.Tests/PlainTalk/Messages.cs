using System.Text.Json;
using ConversationGuard.Classification;

namespace ConversationGuard.Training.Tests.PlainTalk;

/// <summary>Reads the messages of these tests, and judges them as the guard does by default.</summary>
internal static class Messages
{
    public static IEnumerable<JsonElement> Read(string file) =>
        File.ReadLines(Path.Combine(Path.GetDirectoryName(Folders.Training)!, "..", "tests", "ConversationGuard.Training.Tests", "PlainTalk", file)).Select(line => JsonDocument.Parse(line).RootElement);

    /// <summary>By the shipped model, at the default thresholds.</summary>
    public static TurnKind Judge(string text) => CategoryRules.Default.Assess(EmbeddedClassifier.Default.Classify(text)).Kind;
}
