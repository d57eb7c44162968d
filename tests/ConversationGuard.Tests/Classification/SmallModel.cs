using ConversationGuard.Classification;

namespace ConversationGuard.Tests.Classification;

/// <summary>A model of one word and at most one bucket of features, all else zero.</summary>
internal sealed record SmallModel
{
    public string Word { get; init; } = "dog";

    /// <summary>What the word adds: a byte for each output, and behind them four bits for each hidden unit.</summary>
    public byte[] WordRow { get; init; } = new byte[ClassifierModel.WordLength];

    public IReadOnlyList<(ulong Hash, float[] Weights)> Features { get; init; } = [];

    public float[] Scales { get; init; } = new float[ClassifierModel.Outputs];

    public HiddenLayer Hidden { get; init; } = HiddenLayer.Silent();

    public ClassifierModel Build()
    {
        var fingerprints = new byte[ClassifierModel.PlacesLength];
        var rows = new byte[ClassifierModel.LineLength];
        for (var place = 0; place < Features.Count; place++)
        {
            BitConverter.GetBytes(ClassifierModel.FingerprintOf(FeatureHash.Finish(Features[place].Hash))).CopyTo(fingerprints, place * sizeof(ushort));
            ClassifierModel.Pack(Features[place].Weights, rows.AsSpan(place * ClassifierModel.RowLength));
        }

        return new ClassifierModel(
            new Vocabulary([Vocabulary.Entry(Word.AsSpan(), WordTraits.Taught, WordClass.None)]), WordRow, fingerprints, rows, Scales, new float[ClassifierModel.Outputs], Hidden, 2, 0.5f);
    }
}
