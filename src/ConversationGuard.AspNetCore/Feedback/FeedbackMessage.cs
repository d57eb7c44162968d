namespace ConversationGuard.AspNetCore;

/// <summary>A message that somebody sent with an appeal.</summary>
/// <param name="Role">Who said it: <c>user</c>, <c>assistant</c>.</param>
/// <param name="Content">The text.</param>
/// <param name="Id">The message's id, by which the guard knows the turn; null if the host gives none.</param>
public sealed record FeedbackMessage(string Role, string Content, string? Id = null);
