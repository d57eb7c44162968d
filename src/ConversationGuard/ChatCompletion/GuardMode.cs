namespace ConversationGuard.ChatCompletion;

/// <summary>How far the guard may go (R18).</summary>
public enum GuardMode
{
    /// <summary>Decisions take effect.</summary>
    Enforce,

    /// <summary>Everything is computed, counted and reported; nothing changes for the user or the model. Kept apart from what <see cref="Enforce"/> has on record.</summary>
    Observe,

    /// <summary>Calls pass through untouched and unseen.</summary>
    Disabled,
}
