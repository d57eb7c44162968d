using System.Text.Json;

namespace ConversationGuard.Cli.Evaluate;

/// <summary>How well texts were judged. What cannot be computed, a recall without positives for example, is null.</summary>
/// <param name="ranked">The scores.</param>
/// <param name="truePositives">How many with the label were found.</param>
/// <param name="falsePositives">How many without it were wrongly held to have it.</param>
internal sealed class Metrics(RankedScores ranked, int truePositives, int falsePositives)
{
    public int Positives => ranked.Positives;

    public int Negatives => ranked.Negatives;

    public double? Precision => Ratio(truePositives, truePositives + falsePositives);

    public double? Recall => Ratio(truePositives, ranked.Positives);

    public double? F1 => ranked.Positives == 0 ? null : Ratio(2 * truePositives, truePositives + falsePositives + ranked.Positives);

    public double? FalsePositiveRate => Ratio(falsePositives, ranked.Negatives);

    public double? AveragePrecision { get; } = ranked.AveragePrecision;

    public double? RocAuc { get; } = ranked.RocAuc;

    public double? RecallAt1Percent { get; } = ranked.RecallAt(0.01);

    public double? RecallAt01Percent { get; } = ranked.RecallAt(0.001);

    public double? Brier { get; } = ranked.Brier;

    public double? CalibrationError { get; } = ranked.CalibrationError;

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("positives", ranked.Positives);
        json.WriteNumber("negatives", ranked.Negatives);
        json.WriteNumber("truePositives", truePositives);
        json.WriteNumber("falsePositives", falsePositives);
        json.WriteNumberOrNull("precision", Precision);
        json.WriteNumberOrNull("recall", Recall);
        json.WriteNumberOrNull("f1", F1);
        json.WriteNumberOrNull("falsePositiveRate", FalsePositiveRate);
        json.WriteNumberOrNull("averagePrecision", AveragePrecision);
        json.WriteNumberOrNull("rocAuc", RocAuc);
        json.WriteNumberOrNull("recallAt1PercentFalsePositives", RecallAt1Percent);
        json.WriteNumberOrNull("recallAt0.1PercentFalsePositives", RecallAt01Percent);
        json.WriteNumberOrNull("brier", Brier);
        json.WriteNumberOrNull("expectedCalibrationError", CalibrationError);
        json.WriteStartArray("calibration");
        foreach (var bin in ranked.Calibration)
        {
            json.WriteStartObject();
            json.WriteNumber("from", bin.From);
            json.WriteNumber("to", bin.To);
            json.WriteNumber("count", bin.Count);
            json.WriteNumber("meanScore", bin.MeanScore);
            json.WriteNumber("positiveShare", bin.PositiveShare);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static double? Ratio(int part, int whole) => whole == 0 ? null : part / (double)whole;
}
