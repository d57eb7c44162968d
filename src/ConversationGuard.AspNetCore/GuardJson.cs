using System.Text.Json;
using System.Text.Json.Serialization;
using ConversationGuard.DeEscalation;
using Microsoft.AspNetCore.Mvc;

namespace ConversationGuard.AspNetCore;

/// <summary>How everything here is written as JSON, without reflection.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(CamelCaseNames<ConversationPhase>), typeof(CamelCaseNames<FeedbackKind>)])]
[JsonSerializable(typeof(AppealRequest))]
[JsonSerializable(typeof(BranchRequest))]
[JsonSerializable(typeof(BranchResponse))]
[JsonSerializable(typeof(DateTimeOffset))]
[JsonSerializable(typeof(FeedbackEntry))]
[JsonSerializable(typeof(FeedbackRequest))]
[JsonSerializable(typeof(FeedbackResponse))]
[JsonSerializable(typeof(LabelledConversation))]
[JsonSerializable(typeof(ProblemDetails))]
[JsonSerializable(typeof(ReinstateRequest))]
[JsonSerializable(typeof(StatusResponse))]
[JsonSerializable(typeof(StreamedNotice))]
[JsonSerializable(typeof(StreamedText))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(bool))]
internal sealed partial class GuardJson : JsonSerializerContext;

/// <summary>Writes an enumeration by its names, in camel case.</summary>
internal sealed class CamelCaseNames<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
