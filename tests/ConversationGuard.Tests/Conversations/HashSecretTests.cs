using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;
using ConversationGuard.Hosting;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ConversationGuard.Tests.Conversations;

public class HashSecretTests
{
    private const string Secret = "0123456789abcdef0123456789abcdef";

    [Test]
    public async Task R19_with_a_secret_who_has_the_store_alone_can_confirm_no_guess()
    {
        var store = new KeptStore();
        await SayAsync(store, Secret, "insult one");
        var (key, ledger) = store.Ledgers.Should().ContainSingle().Subject;

        // What a thief has: the salt and the identities. What they guess: the key and the sentence.
        var guessed = new PresentedHistory([new ChatMessage(ChatRole.User, "insult one")], isHeldByServer: false);
        var unkeyed = guessed.Read(ledger).First().Turns[0].Id;
        var keyed = guessed.Read(ledger, new HashSecret(Secret)).First().Turns[0].Id;

        ledger.Entries.Should().ContainSingle().Which.Turn.Should().NotBe(unkeyed).And.Be(keyed);
        key.Should().NotContain("conversation-1").And.Be(new HashSecret(Secret).ConversationKey("conversation-1"));
    }

    [Test]
    public async Task Without_a_secret_a_guess_can_be_confirmed_which_is_why_there_is_one()
    {
        var store = new KeptStore();
        await SayAsync(store, null, "insult one");
        var (key, ledger) = store.Ledgers.Should().ContainSingle().Subject;

        key.Should().Be("conversation-1");
        ledger.Entries[0].Turn.Should().Be(new PresentedHistory([new ChatMessage(ChatRole.User, "insult one")], isHeldByServer: false).Read(ledger).First().Turns[0].Id);
    }

    [Test]
    public async Task R10_machines_with_the_same_secret_know_the_same_turns()
    {
        var store = new KeptStore();

        var here = await SayAsync(store, Secret, "insult one");
        var there = await SayAsync(store, Secret, "insult one");

        here.Should().ContainSingle().Which.IsRepeat.Should().BeFalse();
        there.Should().ContainSingle().Which.IsRepeat.Should().BeTrue("it is the same turn, sent again");
    }

    [Test]
    public async Task A_secret_that_was_changed_finds_nothing_of_what_was_stored_before()
    {
        var store = new KeptStore();

        await SayAsync(store, Secret, "insult one");
        var after = await SayAsync(store, Secret + "!", "insult one");

        after.Should().ContainSingle().Which.IsRepeat.Should().BeFalse();
        store.Ledgers.Should().HaveCount(2, "the old record lies there until it expires");
    }

    [Test]
    public void A_reload_does_not_change_the_secret_since_every_conversation_would_be_lost()
    {
        var configuration = new ReloadableConfiguration();
        configuration.SetGuard(("HashSecret", Secret), ("Redirections", "2"));
        using var services = new ServiceCollection().AddConversationGuard(configuration.Section).BuildServiceProvider();
        var source = services.GetRequiredKeyedService<GuardSettingsSource>(string.Empty);
        var secret = source.Current.HashSecret;

        configuration.SetGuard(("HashSecret", Secret + "!"), ("Redirections", "3"));

        source.Current.Terms.Redirections.Should().Be(3);
        source.Current.HashSecret.Should().NotBeNull().And.BeSameAs(secret);
    }

    [Test]
    public void A_secret_that_is_too_short_is_refused_without_being_repeated()
    {
        var configuration = new ReloadableConfiguration();
        configuration.SetGuard(("HashSecret", "too short"));
        using var services = new ServiceCollection().AddConversationGuard(configuration.Section).BuildServiceProvider();

        services.Invoking(it => it.GetRequiredService<IConversationGuard>()).Should().Throw<OptionsValidationException>()
            .Which.Message.Should().Contain("ConversationGuard:HashSecret has 9 characters; allowed: at least 32").And.NotContain("too short");
    }

    /// <summary>A machine of its own: it says something in the same conversation.</summary>
    private static async Task<IReadOnlyList<GuardEvent>> SayAsync(IConversationStore store, string? secret, string text)
    {
        await using var machine = new GuardedChat(ChatPath.Whole, options => options.HashSecret = secret, services => services.AddSingleton(store));
        await machine.SayAsync(text);
        return [.. machine.Observer.Of(GuardEventKind.TurnDecided)];
    }

    private sealed class KeptStore : IConversationStore
    {
        private readonly InMemoryConversationStore _inner = new();

        public Dictionary<string, ConversationLedger> Ledgers { get; } = [];

        public ValueTask<VersionedLedger> GetAsync(string key, CancellationToken cancellationToken = default) => _inner.GetAsync(key, cancellationToken);

        public ValueTask<bool> TryUpdateAsync(string key, ConversationLedger ledger, long expectedVersion, CancellationToken cancellationToken = default)
        {
            Ledgers[key] = ledger;
            return _inner.TryUpdateAsync(key, ledger, expectedVersion, cancellationToken);
        }

        public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default) => _inner.RemoveAsync(key, cancellationToken);
    }
}
