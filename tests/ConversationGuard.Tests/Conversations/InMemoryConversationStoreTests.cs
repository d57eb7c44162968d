using System.Globalization;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.Time.Testing;

namespace ConversationGuard.Tests.Conversations;

public class InMemoryConversationStoreTests
{
    private FakeTimeProvider _time = null!;

    [SetUp]
    public void StartTheClock() => _time = new FakeTimeProvider(LedgerScript.Start);

    [Test]
    public async Task What_was_never_written_reads_as_none()
    {
        var store = Store();

        (await store.GetAsync("a")).Should().Be(VersionedLedger.None);
        (await store.RemoveAsync("a")).Should().BeFalse();
        store.Count.Should().Be(0);
    }

    [Test]
    public async Task What_was_written_is_read_back_under_its_own_key_alone()
    {
        var store = Store();
        var ledger = Ledger("turn");

        (await store.TryUpdateAsync("a", ledger, 0)).Should().BeTrue();

        (await store.GetAsync("a")).Ledger.Should().BeSameAs(ledger);
        (await store.GetAsync("a")).Version.Should().BePositive();
        (await store.GetAsync("A")).Should().Be(VersionedLedger.None, "keys are compared letter by letter");
    }

    [Test]
    public async Task An_update_that_expects_another_version_changes_nothing()
    {
        var store = Store();
        await store.TryUpdateAsync("a", Ledger("one"), 0);
        var read = await store.GetAsync("a");
        await store.TryUpdateAsync("a", Ledger("two"), read.Version);

        (await store.TryUpdateAsync("a", Ledger("late"), read.Version)).Should().BeFalse();
        (await store.TryUpdateAsync("a", Ledger("late"), 0)).Should().BeFalse();
        (await store.TryUpdateAsync("b", Ledger("late"), 7)).Should().BeFalse("nothing is stored, so that only 0 is right");

        (await store.GetAsync("a")).Ledger.Find(new TurnId("two")).Should().NotBeNull();
        (await store.GetAsync("b")).Should().Be(VersionedLedger.None);
    }

    [Test]
    public async Task A_version_is_never_used_twice_not_even_after_removal_or_expiry()
    {
        var store = Store();
        var versions = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            await store.TryUpdateAsync("a", Ledger("one"), 0);
            versions.Add((await store.GetAsync("a")).Version);
            await store.RemoveAsync("a");
            await store.TryUpdateAsync("a", Ledger("one"), 0);
            versions.Add((await store.GetAsync("a")).Version);
            _time.Advance(TimeSpan.FromDays(31));
        }

        versions.Should().OnlyHaveUniqueItems().And.NotContain(0);
    }

    [Test]
    public async Task R11_an_update_of_a_conversation_that_was_removed_and_begun_anew_does_not_go_through()
    {
        var store = Store();
        await store.TryUpdateAsync("a", Ledger("old"), 0);
        var old = await store.GetAsync("a");
        await store.RemoveAsync("a");
        await store.TryUpdateAsync("a", Ledger("new"), 0);

        (await store.TryUpdateAsync("a", Ledger("old"), old.Version)).Should().BeFalse();
    }

    [Test]
    public async Task Remove_forgets_and_says_whether_there_was_something()
    {
        var store = Store();
        await store.TryUpdateAsync("a", Ledger("turn"), 0);

        (await store.RemoveAsync("a")).Should().BeTrue();
        (await store.RemoveAsync("a")).Should().BeFalse();

        (await store.GetAsync("a")).Should().Be(VersionedLedger.None);
        store.Count.Should().Be(0);
    }

    [Test]
    public async Task A_full_store_gives_up_the_conversation_that_was_written_longest_ago()
    {
        var store = Store(capacity: 3);
        foreach (var key in new[] { "a", "b", "c" })
        {
            await store.TryUpdateAsync(key, Ledger(key), 0);
        }

        await store.TryUpdateAsync("a", Ledger("again"), (await store.GetAsync("a")).Version);
        await store.GetAsync("b");

        await store.TryUpdateAsync("d", Ledger("d"), 0);

        store.Count.Should().Be(3);
        (await KeysIn(store, "a", "b", "c", "d")).Should().Equal(["a", "c", "d"], "reading does not count as writing");
    }

    [Test]
    public async Task A_store_for_one_conversation_holds_the_newest()
    {
        var store = Store(capacity: 1);

        await store.TryUpdateAsync("a", Ledger("a"), 0);
        await store.TryUpdateAsync("b", Ledger("b"), 0);

        (await KeysIn(store, "a", "b")).Should().Equal("b");
    }

    [Test]
    public async Task A_conversation_expires_a_fixed_time_after_its_last_write()
    {
        var store = Store(expiration: TimeSpan.FromHours(2));
        await store.TryUpdateAsync("a", Ledger("one"), 0);
        _time.Advance(TimeSpan.FromHours(1.5));
        await store.TryUpdateAsync("a", Ledger("two"), (await store.GetAsync("a")).Version);
        _time.Advance(TimeSpan.FromHours(2) - TimeSpan.FromTicks(1));

        (await store.GetAsync("a")).Version.Should().BePositive();
        _time.Advance(TimeSpan.FromTicks(1));
        var old = await store.GetAsync("a");

        old.Should().Be(VersionedLedger.None);
        (await store.RemoveAsync("a")).Should().BeFalse("what expired is not there to be forgotten");
    }

    [Test]
    public async Task What_expired_is_begun_anew_from_version_zero_and_is_swept_with_the_next_write()
    {
        var store = Store(expiration: TimeSpan.FromHours(1));
        await store.TryUpdateAsync("a", Ledger("a"), 0);
        await store.TryUpdateAsync("b", Ledger("b"), 0);
        var old = await store.GetAsync("a");
        _time.Advance(TimeSpan.FromHours(1));

        (await store.TryUpdateAsync("a", Ledger("late"), old.Version)).Should().BeFalse();
        (await store.TryUpdateAsync("a", Ledger("new"), 0)).Should().BeTrue();

        store.Count.Should().Be(1);
        (await store.GetAsync("a")).Ledger.Find(new TurnId("new")).Should().NotBeNull();
    }

    [Test]
    public async Task R11_a_store_that_keeps_for_ever_can_be_written_to()
    {
        var store = Store(expiration: TimeSpan.MaxValue);

        (await store.TryUpdateAsync("a", Ledger("turn"), 0)).Should().BeTrue();
        _time.Advance(TimeSpan.FromDays(100_000));

        (await store.GetAsync("a")).Version.Should().BePositive();
    }

    [Test]
    public async Task Of_parallel_updates_each_is_applied_exactly_once()
    {
        const int Tasks = 16;
        const int TurnsEach = 12;
        var store = Store();

        await Task.WhenAll(Enumerable.Range(0, Tasks).Select(task => Task.Run(async () =>
        {
            for (var i = 0; i < TurnsEach; i++)
            {
                VersionedLedger stored;
                do
                {
                    stored = await store.GetAsync("a");
                    await Task.Yield();
                }
                while (!await store.TryUpdateAsync("a", stored.Ledger.With(Entry($"{task}/{i}")), stored.Version));
            }
        })));

        var turns = (await store.GetAsync("a")).Ledger.Entries.Select(entry => entry.Turn).ToList();
        turns.Should().HaveCount(Tasks * TurnsEach).And.OnlyHaveUniqueItems();
    }

    [Test]
    public async Task Of_updates_at_once_on_the_same_version_one_wins()
    {
        var store = new InMemoryConversationStore(timeProvider: new SlowClock());
        for (var round = 0; round < 10; round++)
        {
            var key = round.ToString(CultureInfo.InvariantCulture);

            var writers = Enumerable.Range(0, 4).Select(i => Task.Factory.StartNew(
                () => store.TryUpdateAsync(key, Ledger($"{i}"), 0).AsTask(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap());

            (await Task.WhenAll(writers)).Count(isWritten => isWritten).Should().Be(1);
        }
    }

    [Test]
    public async Task Parallel_writes_removals_and_evictions_keep_the_store_within_its_capacity()
    {
        var store = Store(capacity: 8);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(task => Task.Run(async () =>
        {
            for (var i = 0; i < 300; i++)
            {
                var key = $"{(task * 7 + i) % 20}";
                await store.TryUpdateAsync(key, Ledger("turn"), (await store.GetAsync(key)).Version);
                if (i % 5 == 0)
                {
                    await store.RemoveAsync(key);
                }

                store.Count.Should().BeLessThanOrEqualTo(9, "eviction follows the write that made it necessary");
            }
        })));

        store.Count.Should().BeLessThanOrEqualTo(8);
        foreach (var key in Enumerable.Range(0, 20))
        {
            await store.RemoveAsync($"{key}");
        }

        store.Count.Should().Be(0);
    }

    [Test]
    public async Task A_cancelled_call_does_nothing()
    {
        var store = Store();
        await store.TryUpdateAsync("a", Ledger("turn"), 0);
        var cancelled = new CancellationToken(canceled: true);

        await store.Awaiting(it => it.GetAsync("a", cancelled).AsTask()).Should().ThrowAsync<OperationCanceledException>();
        await store.Awaiting(it => it.TryUpdateAsync("b", Ledger("turn"), 0, cancelled).AsTask()).Should().ThrowAsync<OperationCanceledException>();
        await store.Awaiting(it => it.RemoveAsync("a", cancelled).AsTask()).Should().ThrowAsync<OperationCanceledException>();

        (await KeysIn(store, "a", "b")).Should().Equal("a");
    }

    [Test]
    public async Task Null_arguments_are_refused()
    {
        var store = Store();

        await store.Awaiting(it => it.GetAsync(null!).AsTask()).Should().ThrowAsync<ArgumentNullException>();
        await store.Awaiting(it => it.TryUpdateAsync(null!, Ledger("turn"), 0).AsTask()).Should().ThrowAsync<ArgumentNullException>();
        await store.Awaiting(it => it.TryUpdateAsync("a", null!, 0).AsTask()).Should().ThrowAsync<ArgumentNullException>();
        await store.Awaiting(it => it.RemoveAsync(null!).AsTask()).Should().ThrowAsync<ArgumentNullException>();
    }

    [Test]
    public void Bounds_that_make_no_sense_are_refused()
    {
        FluentActions.Invoking(() => Store(capacity: 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("capacity");
        FluentActions.Invoking(() => Store(expiration: TimeSpan.Zero)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("expiration");
        FluentActions.Invoking(() => Store(expiration: -TimeSpan.FromHours(1))).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("expiration");
    }

    private InMemoryConversationStore Store(int capacity = 100, TimeSpan? expiration = null) => new(capacity, expiration, _time);

    private static ConversationLedger Ledger(string turn) => ConversationLedger.Empty.With(Entry(turn));

    private static LedgerEntry Entry(string turn) => new() { Turn = new TurnId(turn), Kind = TurnKind.Violation, At = LedgerScript.Start };

    private static async Task<List<string>> KeysIn(InMemoryConversationStore store, params string[] keys)
    {
        var found = new List<string>();
        foreach (var key in keys)
        {
            if ((await store.GetAsync(key)).Version > 0)
            {
                found.Add(key);
            }
        }

        return found;
    }

    /// <summary>Looking at it takes so long that others come in between, if they can.</summary>
    private sealed class SlowClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow()
        {
            Thread.Sleep(2);
            return LedgerScript.Start;
        }
    }
}
