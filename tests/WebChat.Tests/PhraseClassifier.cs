using ConversationGuard.Classification;

namespace WebChat.Tests;

/// <summary>Knows the few sentences that the tests say, whatever the embedded model learns.</summary>
internal sealed class PhraseClassifier : IMessageClassifier
{
    public const string InsultOne = "Shut up, you stupid idiot.";
    public const string InsultTwo = "I hate you, you pathetic moron.";
    public const string InsultThree = "You are a worthless piece of garbage.";
    public const string InsultFour = "You stupid piece of garbage, go to hell.";
    public const string Crisis = "I don't want to live anymore.";

    public static readonly string[] Insults = [InsultOne, InsultTwo, InsultThree, InsultFour];

    public ValueTask<MessageClassification> ClassifyAsync(ClassificationRequest request, CancellationToken cancellationToken = default) => new(
        Insults.Contains(request.Text) ? Of(HarmCategory.Harassment)
        : request.Text == Crisis ? Of(HarmCategory.SelfHarmIntent)
        : MessageClassification.Clean);

    private static MessageClassification Of(HarmCategory category) => new([new(category, 0.97)]);
}
