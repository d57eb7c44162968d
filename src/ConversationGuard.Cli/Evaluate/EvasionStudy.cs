using System.Text.Json;
using ConversationGuard.Classification;
using ConversationGuard.Cli.Classify;

namespace ConversationGuard.Cli.Evaluate;

/// <summary>
/// Disguises every text in every way and counts what is found no more, and what is wrongly found then. Each way twice: on the one word that matters most to the score,
/// as those write who hide an insult, and on every word.
/// </summary>
internal sealed class EvasionStudy(EmbeddedClassifier classifier, Target target)
{
    /// <summary>Of long texts the word that matters most is looked for among the first ones.</summary>
    private const int MostWordsTried = 60;

    private readonly Dictionary<Disguise, (Counts OneWord, Counts EveryWord)> _counts = Disguise.All.ToDictionary(disguise => disguise, _ => (new Counts(), new Counts()));

    public string TargetName => target.Name;

    /// <summary>Gets what is found without disguise.</summary>
    public Counts Plain { get; } = new();

    public IEnumerable<(string Name, Counts OneWord, Counts EveryWord)> Rows => Disguise.All.Select(disguise => (disguise.Name, _counts[disguise].OneWord, _counts[disguise].EveryWord));

    public void Add(string text, bool label, Verdict verdict)
    {
        var isFlagged = target.IsFlagged(verdict);
        Plain.Add(label, isFlagged, isFlagged, verdict.IsUnsure);
        var words = Disguise.Words(text);
        IReadOnlyList<Range> decisive = words.Count == 0 ? [] : [words.Take(MostWordsTried).MinBy(word => target.ScoreOf(Without(text, word)))];
        foreach (var disguise in Disguise.All)
        {
            var (one, every) = _counts[disguise];
            Count(one, disguise.Apply(text, decisive));
            Count(every, disguise.Apply(text, words));
        }

        void Count(Counts counts, string disguised)
        {
            var after = Verdict.Of(classifier, disguised);
            counts.Add(label, isFlagged, target.IsFlagged(after), after.IsUnsure);
        }
    }

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("target", TargetName);
        json.WritePropertyName("plain");
        Plain.WriteTo(json);
        json.WriteStartArray("disguises");
        foreach (var (name, one, every) in Rows)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WritePropertyName("oneWord");
            one.WriteTo(json);
            json.WritePropertyName("everyWord");
            every.WriteTo(json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private Verdict Without(string text, Range word) => Verdict.Of(classifier, string.Concat(text.AsSpan(0, word.Start.Value), text.AsSpan(word.End.Value)));

    /// <summary>What became of labelled texts.</summary>
    internal sealed class Counts
    {
        private int _positives;
        private int _negatives;
        private int _found;
        private int _unsure;

        public double? Recall => _positives == 0 ? null : _found / (double)_positives;

        /// <summary>Gets how many texts with the label were found before and are not now.</summary>
        public int Lost { get; private set; }

        /// <summary>Gets how many texts without the label were left alone before and are not now.</summary>
        public int AddedFalsePositives { get; private set; }

        /// <summary>Gets the share of the texts about which the classifier says that it does not know the language.</summary>
        public double? Unsure => _positives + _negatives == 0 ? null : _unsure / (double)(_positives + _negatives);

        public void Add(bool label, bool wasFlagged, bool isFlagged, bool isUnsure)
        {
            _positives += label ? 1 : 0;
            _negatives += label ? 0 : 1;
            _found += label && isFlagged ? 1 : 0;
            _unsure += isUnsure ? 1 : 0;
            Lost += label && wasFlagged && !isFlagged ? 1 : 0;
            AddedFalsePositives += !label && !wasFlagged && isFlagged ? 1 : 0;
        }

        public void WriteTo(Utf8JsonWriter json)
        {
            json.WriteStartObject();
            json.WriteNumberOrNull("recall", Recall);
            json.WriteNumber("lost", Lost);
            json.WriteNumber("addedFalsePositives", AddedFalsePositives);
            json.WriteNumberOrNull("unsure", Unsure);
            json.WriteEndObject();
        }
    }
}
