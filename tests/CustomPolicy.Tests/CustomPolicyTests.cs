using ConversationGuard;
using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Termination;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace CustomPolicy.Tests;

/// <summary>A policy and a classifier of one's own, tested in the guard as it runs. "slur" is the game's slur; "insult" and "crisis" are known to the classifier that stands behind.</summary>
public class CustomPolicyTests
{
    private readonly HandOverDesk _desk = new();
    private readonly List<ChatMessage> _history = [];

    [Test]
    public async Task A_customer_is_handed_over_where_another_conversation_ends()
    {
        var support = Bot(services => services.AddSingleton<ITerminationPolicy, HandOverInsteadOfEnd>().AddSingleton<IGuardObserver>(_desk));

        (await SayAsync(support, "customer", "slur", "slur", "slur")).Should().Contain("may be ended");
        _desk.IsWaiting("customer").Should().BeFalse();
        (await SayAsync(support, "customer", "slur")).Should().Be("Reply 4");
        _desk.IsWaiting("customer").Should().BeTrue();

        _history.Clear();
        var elsewhere = () => SayAsync(support, "other", "slur", "slur", "slur", "slur");
        (await elsewhere.Should().ThrowAsync<ConversationEndedException>()).Which.Reason.Should().Be(ConversationGuard.Conversations.EndReason.PersistentAbuse);
        _desk.IsWaiting("other").Should().BeFalse();
    }

    [Test]
    public async Task Slurs_count_double_but_the_warning_comes_first_R2()
    {
        var game = Bot(services => services.AddSingleton<ITerminationPolicy, SlursCountDouble>());

        (await SayAsync(game, "player", "slur")).Should().Be("Reply 1");
        (await SayAsync(game, "player", "you slur!")).Should().Contain("may be ended");
        await this.Awaiting(it => it.SayAsync(game, "player", "slur")).Should().ThrowAsync<ConversationEndedException>();
    }

    [Test]
    public async Task R5_nothing_ends_in_a_crisis_whatever_a_policy_wants()
    {
        var game = Bot(services => services.AddSingleton<ITerminationPolicy, SlursCountDouble>());

        (await SayAsync(game, "player", "I don't want to live anymore. I will kill myself tonight.", "slur", "slur", "slur", "slur")).Should().Be("Reply 5");
    }

    [Test]
    public async Task The_classifier_knows_the_games_slurs_and_no_others() =>
        (await new GameClassifier(new HashSet<string> { "slur" }).ClassifyAsync(new ClassificationRequest("Well played, good game!"))).Scores.Should().NotContain(score => score.Score > 0.5);

    private static IChatClient Bot(Action<IServiceCollection> add)
    {
        var services = new ServiceCollection().AddConversationGuard(options => options.Culture = "en");
        services.AddSingleton<IMessageClassifier>(new GameClassifier(new HashSet<string> { "slur" })).AddChatClient(new ScriptedChatClient()).UseConversationGuard();
        add(services);
        return services.BuildServiceProvider().GetRequiredService<IChatClient>();
    }

    private async Task<string> SayAsync(IChatClient bot, string who, params string[] texts)
    {
        var options = new ChatOptions { AdditionalProperties = new() { ["customer"] = who == "customer" } }.WithConversationKey(who);
        foreach (var text in texts)
        {
            _history.Add(new ChatMessage(ChatRole.User, text) { MessageId = Guid.NewGuid().ToString("N") });
            _history.AddMessages(await bot.GetResponseAsync(_history, options));
        }

        return _history[^1].Text;
    }
}
