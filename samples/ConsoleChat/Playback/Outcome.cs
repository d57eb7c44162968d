namespace ConsoleChat.Playback;

/// <summary>How a played conversation stands after its last turn.</summary>
internal enum Outcome
{
    /// <summary>It goes on.</summary>
    Active,

    /// <summary>It goes on under a warning.</summary>
    Warned,

    /// <summary>The guard ended it.</summary>
    Ended,

    /// <summary>It is on hold for someone at risk.</summary>
    CrisisHold,

    /// <summary>The bot did not answer.</summary>
    Failed,
}
