namespace ConversationGuard.Classification;

/// <summary>The buffers of one scan, reused per thread.</summary>
internal sealed class ScanBuffers
{
    public const int MaxToken = 64;

    public char[] Token { get; } = new char[MaxToken];

    public char[] Word { get; } = new char[MaxToken + 2];

    public char[] Candidate { get; } = new char[MaxToken + 2];

    public char[] Letters { get; } = new char[TextScanner.MaxSpelled];

    public int[] Ways { get; } = new int[TextScanner.MaxSpelled + 1];
}
