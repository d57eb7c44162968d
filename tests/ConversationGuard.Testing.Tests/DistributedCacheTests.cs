using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace ConversationGuard.Testing.Tests;

public class DistributedCacheTests
{
    private FakeTimeProvider _time = null!;
    private MemoryDistributedCache _cache = null!;

    [SetUp]
    public void Start()
    {
        _time = new FakeTimeProvider();
        _cache = new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions { Clock = new Clock(_time) }));
    }

    [TestCaseSource(typeof(ConversationStoreConformance), nameof(ConversationStoreConformance.Checks))]
    public async Task The_store_in_a_distributed_cache_conforms_but_for_being_atomic_between_machines(ConversationStoreCheck check)
    {
        var subject = new ConversationStoreSubject(() => new DistributedCacheConversationStore(_cache, TimeSpan.FromHours(1)))
        {
            IsShared = true,
            IsAtomicBetweenInstances = false,
            Expiration = TimeSpan.FromHours(1),
            PassTime = passed =>
            {
                _time.Advance(passed);
                return Task.CompletedTask;
            },
        };

        check.AppliesTo(subject).Should().BeTrue();
        await check.RunAsync(subject);
    }

    [Test]
    public async Task Between_machines_it_is_not_atomic_as_its_documentation_says()
    {
        var slow = new SlowCache(_cache);
        var subject = new ConversationStoreSubject(() => new DistributedCacheConversationStore(slow)) { IsShared = true };

        await FluentActions.Awaiting(() => ConversationStoreConformance.RunAsync("Of_updates_at_once_on_one_version_one_wins", subject)).Should().ThrowAsync<ConversationGuardTestException>();
    }

    [Test]
    public async Task R11_a_guard_keeps_its_conversations_in_it_over_a_restart()
    {
        var logs = new FakeLogCollector();
        var classifier = new ScriptedClassifier().Finds(HarmCategory.Harassment, "idiot");
        void Register(IServiceCollection services) => services
            .AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(logs)))
            .AddSingleton<IDistributedCache>(_cache)
            .AddSingleton<IMessageClassifier>(classifier)
            .AddDistributedCacheConversationStore();
        await using (var before = new GuardedConversation(register: Register))
        {
            (await before.SayAsync("idiot", "idiot 2", "idiot 3", "idiot 4")).ShouldEnd();
        }

        await using var after = new GuardedConversation(register: Register);

        (await after.SayAsync("hello"))[0].Ended!.IsRepeat.Should().BeTrue();
        logs.GetSnapshot().Where(record => record.Level == LogLevel.Warning).Should().HaveCount(2, "once for each start").And.OnlyContain(record => record.Message.Contains("no compare-and-swap"));
    }

    [Test]
    public async Task R6_a_damaged_entry_is_an_error_and_not_a_clean_ledger()
    {
        var keys = new SlowCache(_cache);
        var store = new DistributedCacheConversationStore(keys);
        await store.TryUpdateAsync("a", ConversationLedger.Empty, 0);
        foreach (var damaged in new byte[][] { [], [1, 2, 3], [1, 0, 0, 0, 0, 0, 0, 0, 9] })
        {
            await _cache.SetAsync(keys.Keys.Single(), damaged);

            await store.Awaiting(it => it.GetAsync("a").AsTask()).Should().ThrowAsync<InvalidDataException>();
        }
    }

    [Test]
    public void What_makes_no_sense_is_refused()
    {
        FluentActions.Invoking(() => new DistributedCacheConversationStore(null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new DistributedCacheConversationStore(_cache, TimeSpan.Zero)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new DistributedCacheConversationStore(_cache, keyPrefix: " ")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new ServiceCollection().AddDistributedCacheConversationStore(TimeSpan.Zero)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CS0618:obsolete", Justification = "The cache's own clock.")]
    private sealed class Clock(TimeProvider time) : Microsoft.Extensions.Internal.ISystemClock
    {
        public DateTimeOffset UtcNow => time.GetUtcNow();
    }

    /// <summary>A cache over a network: it gives others time to come in between.</summary>
    private sealed class SlowCache(IDistributedCache inner) : IDistributedCache
    {
        public HashSet<string> Keys { get; } = [];

        public byte[]? Get(string key) => inner.Get(key);

        public async Task<byte[]?> GetAsync(string key, CancellationToken token = default)
        {
            var bytes = await inner.GetAsync(key, token);
            await Task.Delay(2, token);
            return bytes;
        }

        public void Refresh(string key) => inner.Refresh(key);

        public Task RefreshAsync(string key, CancellationToken token = default) => inner.RefreshAsync(key, token);

        public void Remove(string key) => inner.Remove(key);

        public Task RemoveAsync(string key, CancellationToken token = default) => inner.RemoveAsync(key, token);

        public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => inner.Set(key, value, options);

        public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
        {
            lock (Keys)
            {
                Keys.Add(key);
            }

            return inner.SetAsync(key, value, options, token);
        }
    }
}
