namespace ConversationGuard.Hosting;

/// <summary>Stands for a guard whose options are checked when the host starts. It has no options of its own and never reloads.</summary>
internal sealed class GuardStartupCheck;
