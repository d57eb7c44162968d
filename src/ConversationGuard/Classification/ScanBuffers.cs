namespace ConversationGuard.Classification;

/// <summary>The buffers of one scan, reused per thread. Fields: a property is one more method to compile before the first verdict.</summary>
internal sealed class ScanBuffers
{
    public const int MaxToken = 64;
    public readonly char[] Token = new char[MaxToken];
    public readonly char[] Word = new char[MaxToken + 2];
    public readonly char[] Candidate = new char[MaxToken + 2];
    public readonly char[] Letters = new char[TextScanner.MaxSpelled];
    public readonly int[] Ways = new int[TextScanner.MaxSpelled + 1];
    public readonly int[] Values = new int[TextScanner.MaxSpelled + 1];
}
