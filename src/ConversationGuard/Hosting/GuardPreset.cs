namespace ConversationGuard.Hosting;

/// <summary>Named sets of options to start from. Any option can be set otherwise after it.</summary>
public enum GuardPreset
{
    /// <summary>Abuse and persistent requests for serious harm count; two redirections, a warning, the end. The default of every option.</summary>
    Balanced,

    /// <summary>Only abuse counts, aimed at the assistant or at people. Harmful requests are left to the model's refusal (narrows R1).</summary>
    AbuseOnly,

    /// <summary>More patience: four redirections before the warning (narrows R2, R3); two calm turns or half an hour take a violation back (widens R9).</summary>
    CustomerSupport,

    /// <summary>Crisis first: a hold lasts at least ten calm turns and a day (widens R5). The guard redirects, but never warns or ends by itself (narrows R1, R3).</summary>
    Companion,
}
