using ConversationGuard.Classification;

namespace ConversationGuard.Tests.Doubles;

/// <summary>
/// A classifier that needs no model: a message is what its first word says - <c>insult</c>, <c>threat</c>, <c>hate</c>, <c>harm</c>, <c>weapon</c>, <c>crisis</c>,
/// <c>rage</c> (means to harm someone), <c>unsure</c>, <c>fail</c> (throws) - and else calm.
/// </summary>
internal sealed class ScriptedClassifier : IMessageClassifier
{
    private int _calls;

    public int Calls => _calls;

    /// <summary>Gets or sets what happens before the verdict, for example a delay.</summary>
    public Func<CancellationToken, Task>? Before { get; set; }

    public async ValueTask<MessageClassification> ClassifyAsync(ClassificationRequest request, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _calls);
        if (Before is { } before)
        {
            await before(cancellationToken);
        }

        return request.Text.Split(' ')[0] switch
        {
            "insult" => Of(HarmCategory.Harassment),
            "threat" => Of(HarmCategory.HarassmentThreatening),
            "hate" => Of(HarmCategory.Hate),
            "harm" => Of(HarmCategory.Illicit),
            "weapon" => Of(HarmCategory.IllicitViolent),
            "crisis" => Of(HarmCategory.SelfHarmIntent),
            "rage" => Of(HarmCategory.ViolenceIntent),
            "crisis+insult" => Of(HarmCategory.SelfHarmIntent, HarmCategory.Harassment),
            "unsure" => new MessageClassification([new(HarmCategory.Harassment, 0.99)], isUnsure: true),
            "fail" => throw new InvalidOperationException("The classifier is scripted to fail."),
            _ => MessageClassification.Clean,
        };
    }

    private static MessageClassification Of(params HarmCategory[] categories) => new(categories.Select(category => new CategoryScore(category, 0.97)));
}
