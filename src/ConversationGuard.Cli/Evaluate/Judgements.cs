namespace ConversationGuard.Cli.Evaluate;

/// <summary>Collects the scores and decisions about labelled texts of one target. Four bytes a text; the texts themselves are not kept.</summary>
internal sealed class Judgements
{
    private readonly List<float> _positives = [];
    private readonly List<float> _negatives = [];

    public int TruePositives { get; private set; }

    public int FalsePositives { get; private set; }

    public int Count => _positives.Count + _negatives.Count;

    public int Positives => _positives.Count;

    public void Add(bool label, float score, bool isFlagged)
    {
        (label ? _positives : _negatives).Add(score);
        TruePositives += label && isFlagged ? 1 : 0;
        FalsePositives += !label && isFlagged ? 1 : 0;
    }

    /// <summary>Computes the figures.</summary>
    public Metrics Evaluate() => new(new RankedScores(_positives, _negatives), TruePositives, FalsePositives);
}
