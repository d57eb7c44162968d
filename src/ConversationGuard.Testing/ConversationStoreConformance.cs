using System.Globalization;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;

namespace ConversationGuard.Testing;

/// <summary>What every <see cref="IConversationStore"/> must do, as checks that any test framework can run one by one.</summary>
/// <example>
/// With NUnit:
/// <code>
/// [TestCaseSource(typeof(ConversationStoreConformance), nameof(ConversationStoreConformance.Checks))]
/// public Task My_store_conforms(ConversationStoreCheck check) =&gt; check.RunAsync(new ConversationStoreSubject(() =&gt; new MyStore()));
/// </code>
/// With xUnit, <c>MemberData</c> over <see cref="Names"/> and <see cref="RunAsync"/>; with MSTest, <c>DynamicData</c>.
/// </example>
public static class ConversationStoreConformance
{
    private static readonly DateTimeOffset _start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Gets every check.</summary>
    public static IReadOnlyList<ConversationStoreCheck> Checks { get; } =
    [
        new(nameof(What_was_never_written_is_clean), What_was_never_written_is_clean),
        new(nameof(A_ledger_is_read_back_as_it_was), A_ledger_is_read_back_as_it_was),
        new(nameof(The_longest_ledger_is_read_back), The_longest_ledger_is_read_back),
        new(nameof(An_empty_ledger_can_be_written_over), An_empty_ledger_can_be_written_over),
        new(nameof(Keys_are_compared_letter_by_letter), Keys_are_compared_letter_by_letter),
        new(nameof(R11_conversations_are_kept_apart), R11_conversations_are_kept_apart),
        new(nameof(Every_write_changes_the_version), Every_write_changes_the_version),
        new(nameof(An_update_that_expects_another_version_changes_nothing), An_update_that_expects_another_version_changes_nothing),
        new(nameof(An_update_that_expects_nothing_fails_where_there_is_something), An_update_that_expects_nothing_fails_where_there_is_something),
        new(nameof(An_update_that_expects_something_fails_where_there_is_nothing), An_update_that_expects_something_fails_where_there_is_nothing),
        new(nameof(What_was_removed_is_clean), What_was_removed_is_clean),
        new(nameof(A_version_from_before_a_removal_is_not_accepted_after_it), A_version_from_before_a_removal_is_not_accepted_after_it),
        new(nameof(Of_updates_at_once_on_one_version_one_wins), Of_updates_at_once_on_one_version_one_wins),
        new(nameof(R10_every_turn_of_parallel_writers_counts_once), R10_every_turn_of_parallel_writers_counts_once),
        new(nameof(R11_what_one_instance_writes_another_reads), R11_what_one_instance_writes_another_reads, subject => subject.IsShared),
        new(nameof(R11_what_one_instance_writes_another_cannot_overwrite_unseen), R11_what_one_instance_writes_another_cannot_overwrite_unseen, subject => subject.IsShared),
        new(nameof(What_expired_is_clean), What_expired_is_clean, HasExpiry),
        new(nameof(R11_every_write_extends_the_time), R11_every_write_extends_the_time, HasExpiry),
        new(nameof(A_cancelled_call_changes_nothing), A_cancelled_call_changes_nothing),
        new(nameof(Null_is_refused), Null_is_refused),
    ];

    /// <summary>Gets the names of the checks, for frameworks that want plain values.</summary>
    public static IEnumerable<string> Names => Checks.Select(check => check.Name);

    /// <summary>Runs the check of a name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="subject">The store.</param>
    /// <returns>Whether the check applied to the store.</returns>
    /// <exception cref="ConversationGuardTestException">The store does not do what it must.</exception>
    /// <exception cref="ArgumentException">There is no check of that name.</exception>
    public static async Task<bool> RunAsync(string name, ConversationStoreSubject subject)
    {
        var check = Checks.FirstOrDefault(one => one.Name == name) ?? throw new ArgumentException($"There is no check named \"{name}\".", nameof(name));
        if (!check.AppliesTo(subject))
        {
            return false;
        }

        await check.RunAsync(subject).ConfigureAwait(false);
        return true;
    }

    private static bool HasExpiry(ConversationStoreSubject subject) => subject is { PassTime: not null, Expiration: not null };

    private static async Task What_was_never_written_is_clean(ConversationStoreSubject subject)
    {
        var (store, key) = (subject.Create(), NewKey());
        var read = await store.GetAsync(key).ConfigureAwait(false);
        Require(read.Ledger.IsEmpty && read.Version == 0, $"an unknown conversation must read as clean with version 0; its version is {read.Version}");
        Require(!await store.RemoveAsync(key).ConfigureAwait(false), "there was nothing to remove, so RemoveAsync must return false");
    }

    private static async Task A_ledger_is_read_back_as_it_was(ConversationStoreSubject subject)
    {
        var (store, key, ledger) = (subject.Create(), NewKey(), Ended());
        await WriteAsync(store, key, ledger, 0).ConfigureAwait(false);
        var read = await store.GetAsync(key).ConfigureAwait(false);
        RequireSame(read.Ledger, ledger);
        Require(read.Version != 0, "version 0 means that nothing is stored");
    }

    private static async Task The_longest_ledger_is_read_back(ConversationStoreSubject subject)
    {
        var (store, key, ledger) = (subject.Create(), NewKey(), Ended());
        for (var i = 0; i < ConversationLedger.MaxEntries; i++)
        {
            ledger = ledger.With(Entry(i.ToString(CultureInfo.InvariantCulture)));
        }

        await WriteAsync(store, key, ledger, 0).ConfigureAwait(false);
        RequireSame((await store.GetAsync(key).ConfigureAwait(false)).Ledger, ledger);
    }

    /// <summary>An end that was taken back leaves an empty ledger.</summary>
    private static async Task An_empty_ledger_can_be_written_over(ConversationStoreSubject subject)
    {
        var (store, key) = (subject.Create(), NewKey());
        await WriteAsync(store, key, Ledger("one"), 0).ConfigureAwait(false);
        await WriteAsync(store, key, ConversationLedger.Empty, (await store.GetAsync(key).ConfigureAwait(false)).Version).ConfigureAwait(false);
        var empty = await store.GetAsync(key).ConfigureAwait(false);
        Require(empty.Ledger.IsEmpty, "the ledger that was written is empty");
        await WriteAsync(store, key, Ledger("two"), empty.Version).ConfigureAwait(false);
        RequireSame((await store.GetAsync(key).ConfigureAwait(false)).Ledger, Ledger("two"));
    }

    private static async Task Keys_are_compared_letter_by_letter(ConversationStoreSubject subject)
    {
        var (store, key) = (subject.Create(), NewKey());
        string[] others =
        [
            key.ToUpperInvariant(), key + " ", " " + key, key + "\n", key + "*", "{" + key + "}", key + "\u00E9", key + "e\u0301", "|0||observed|" + key, key + new string('x', 10_000),
        ];
        await WriteAsync(store, key, Ledger("turn"), 0).ConfigureAwait(false);
        foreach (var other in others)
        {
            Require((await store.GetAsync(other).ConfigureAwait(false)).Version == 0, "another key reads as what was written under this one");
            await WriteAsync(store, other, Ledger(other.Length.ToString(CultureInfo.InvariantCulture)), 0).ConfigureAwait(false);
        }

        RequireSame((await store.GetAsync(key).ConfigureAwait(false)).Ledger, Ledger("turn"));
        foreach (var other in others)
        {
            Require(await store.RemoveAsync(other).ConfigureAwait(false), "what was written under a key must be there to be removed");
        }

        RequireSame((await store.GetAsync(key).ConfigureAwait(false)).Ledger, Ledger("turn"));
    }

    private static async Task R11_conversations_are_kept_apart(ConversationStoreSubject subject)
    {
        var store = subject.Create();
        string[] keys = [.. Enumerable.Range(0, 50).Select(_ => NewKey())];
        await Task.WhenAll(keys.Select(key => Task.Run(() => WriteAsync(store, key, Ledger(key), 0)))).ConfigureAwait(false);
        foreach (var key in keys)
        {
            RequireSame((await store.GetAsync(key).ConfigureAwait(false)).Ledger, Ledger(key));
        }
    }

    private static async Task Every_write_changes_the_version(ConversationStoreSubject subject)
    {
        var (store, key) = (subject.Create(), NewKey());
        var versions = new HashSet<long> { 0 };
        for (var i = 0; i < 10; i++)
        {
            // The same ledger again is a write too: others may have decided on it.
            await WriteAsync(store, key, Ledger("turn"), (await store.GetAsync(key).ConfigureAwait(false)).Version).ConfigureAwait(false);
            Require(versions.Add((await store.GetAsync(key).ConfigureAwait(false)).Version), "two writes have the same version");
        }
    }

    private static async Task An_update_that_expects_another_version_changes_nothing(ConversationStoreSubject subject)
    {
        var (store, key) = (subject.Create(), NewKey());
        await WriteAsync(store, key, Ledger("one"), 0).ConfigureAwait(false);
        var old = await store.GetAsync(key).ConfigureAwait(false);
        await WriteAsync(store, key, Ledger("two"), old.Version).ConfigureAwait(false);
        Require(!await store.TryUpdateAsync(key, Ledger("late"), old.Version).ConfigureAwait(false), "a version that was written over must not be accepted");
        RequireSame((await store.GetAsync(key).ConfigureAwait(false)).Ledger, Ledger("two"));
    }

    private static async Task An_update_that_expects_nothing_fails_where_there_is_something(ConversationStoreSubject subject)
    {
        var (store, key) = (subject.Create(), NewKey());
        await WriteAsync(store, key, Ledger("one"), 0).ConfigureAwait(false);
        Require(!await store.TryUpdateAsync(key, Ledger("two"), 0).ConfigureAwait(false), "version 0 expects that nothing is stored, and something is");
        RequireSame((await store.GetAsync(key).ConfigureAwait(false)).Ledger, Ledger("one"));
    }

    private static async Task An_update_that_expects_something_fails_where_there_is_nothing(ConversationStoreSubject subject)
    {
        var (store, key) = (subject.Create(), NewKey());
        Require(!await store.TryUpdateAsync(key, Ledger("turn"), 1).ConfigureAwait(false), "a version was accepted of a conversation that is not stored");
        Require((await store.GetAsync(key).ConfigureAwait(false)).Version == 0, "the refused update left something behind");
    }

    private static async Task What_was_removed_is_clean(ConversationStoreSubject subject)
    {
        var (store, key) = (subject.Create(), NewKey());
        await WriteAsync(store, key, Ended(), 0).ConfigureAwait(false);
        Require(await store.RemoveAsync(key).ConfigureAwait(false), "there was something to remove, so RemoveAsync must return true");
        Require((await store.GetAsync(key).ConfigureAwait(false)) is { Version: 0, Ledger.IsEmpty: true }, "a removed conversation must read as clean with version 0");
        Require(!await store.RemoveAsync(key).ConfigureAwait(false), "it was removed before");
    }

    private static async Task A_version_from_before_a_removal_is_not_accepted_after_it(ConversationStoreSubject subject)
    {
        var (store, key) = (subject.Create(), NewKey());
        await WriteAsync(store, key, Ledger("one"), 0).ConfigureAwait(false);
        var old = await store.GetAsync(key).ConfigureAwait(false);
        await store.RemoveAsync(key).ConfigureAwait(false);
        Require(!await store.TryUpdateAsync(key, Ledger("late"), old.Version).ConfigureAwait(false), "the version of a removed conversation was accepted");
        await WriteAsync(store, key, Ledger("new"), 0).ConfigureAwait(false);
        Require(!await store.TryUpdateAsync(key, Ledger("late"), old.Version).ConfigureAwait(false), "the version of a removed conversation was accepted by the one that was begun anew");
        RequireSame((await store.GetAsync(key).ConfigureAwait(false)).Ledger, Ledger("new"));
    }

    private static async Task Of_updates_at_once_on_one_version_one_wins(ConversationStoreSubject subject)
    {
        var stores = Instances(subject, 4);
        for (var round = 0; round < 10; round++)
        {
            var key = NewKey();
            await WriteAsync(stores[0], key, Ledger("first"), 0).ConfigureAwait(false);
            var version = (await stores[0].GetAsync(key).ConfigureAwait(false)).Version;
            var isWritten = await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(async () =>
                await stores[writer % stores.Count].TryUpdateAsync(key, Ledger($"writer {writer}"), version).ConfigureAwait(false)))).ConfigureAwait(false);
            var winners = isWritten.Count(one => one);
            Require(winners == 1, $"of 16 updates on one version {winners} were accepted; exactly 1 must be");
            RequireSame((await stores[0].GetAsync(key).ConfigureAwait(false)).Ledger, Ledger($"writer {Array.IndexOf(isWritten, true)}"));
        }
    }

    private static async Task R10_every_turn_of_parallel_writers_counts_once(ConversationStoreSubject subject)
    {
        const int Writers = 8;
        const int TurnsEach = 15;
        var stores = Instances(subject, 2);
        var key = NewKey();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < TurnsEach; i++)
            {
                await AddAsync(stores[writer % stores.Count], key, Entry($"{writer}/{i}")).ConfigureAwait(false);
            }
        }))).ConfigureAwait(false);
        var turns = (await stores[0].GetAsync(key).ConfigureAwait(false)).Ledger.Entries.Select(entry => entry.Turn).ToList();
        Require(turns.Count == Writers * TurnsEach && turns.Distinct().Count() == turns.Count, $"{Writers * TurnsEach} turns were written and {turns.Count} are there, {turns.Distinct().Count()} different ones");
    }

    private static async Task R11_what_one_instance_writes_another_reads(ConversationStoreSubject subject)
    {
        var (here, there, key) = (subject.Create(), subject.Create(), NewKey());
        await WriteAsync(here, key, Ended(), 0).ConfigureAwait(false);
        RequireSame((await there.GetAsync(key).ConfigureAwait(false)).Ledger, Ended());
        Require(await there.RemoveAsync(key).ConfigureAwait(false), "what one instance wrote another can remove");
        Require((await here.GetAsync(key).ConfigureAwait(false)).Version == 0, "what another instance removed is gone here too");
    }

    private static async Task R11_what_one_instance_writes_another_cannot_overwrite_unseen(ConversationStoreSubject subject)
    {
        var (here, there, key) = (subject.Create(), subject.Create(), NewKey());
        await WriteAsync(here, key, Ledger("one"), 0).ConfigureAwait(false);
        var seenHere = (await here.GetAsync(key).ConfigureAwait(false)).Version;
        var seenThere = (await there.GetAsync(key).ConfigureAwait(false)).Version;
        Require(seenHere == seenThere, "both instances must give the same version of the same write");
        await WriteAsync(there, key, Ended(), seenThere).ConfigureAwait(false);
        Require(!await here.TryUpdateAsync(key, Ledger("late"), seenHere).ConfigureAwait(false), "an end that another instance wrote was overwritten unseen");
        RequireSame((await here.GetAsync(key).ConfigureAwait(false)).Ledger, Ended());
    }

    private static async Task What_expired_is_clean(ConversationStoreSubject subject)
    {
        var (store, key) = (subject.Create(), NewKey());
        await WriteAsync(store, key, Ended(), 0).ConfigureAwait(false);
        var old = await store.GetAsync(key).ConfigureAwait(false);
        await subject.PassTime!(Part(subject, 1.2)).ConfigureAwait(false);
        Require((await store.GetAsync(key).ConfigureAwait(false)) is { Version: 0, Ledger.IsEmpty: true }, "an expired conversation must read as clean with version 0");
        Require(!await store.TryUpdateAsync(key, Ledger("late"), old.Version).ConfigureAwait(false), "the version of an expired conversation was accepted");
        await WriteAsync(store, key, Ledger("new"), 0).ConfigureAwait(false);
    }

    private static async Task R11_every_write_extends_the_time(ConversationStoreSubject subject)
    {
        var (store, key) = (subject.Create(), NewKey());
        await WriteAsync(store, key, Ledger("one"), 0).ConfigureAwait(false);
        await subject.PassTime!(Part(subject, 0.6)).ConfigureAwait(false);
        await WriteAsync(store, key, Ended(), (await store.GetAsync(key).ConfigureAwait(false)).Version).ConfigureAwait(false);
        await subject.PassTime!(Part(subject, 0.6)).ConfigureAwait(false);
        RequireSame((await store.GetAsync(key).ConfigureAwait(false)).Ledger, Ended());
    }

    private static async Task A_cancelled_call_changes_nothing(ConversationStoreSubject subject)
    {
        var (store, key, other) = (subject.Create(), NewKey(), NewKey());
        await WriteAsync(store, key, Ledger("turn"), 0).ConfigureAwait(false);
        var cancelled = new CancellationToken(canceled: true);
        await RequireThrowsAsync<OperationCanceledException>("a cancelled read", async () => await store.GetAsync(key, cancelled).ConfigureAwait(false)).ConfigureAwait(false);
        await RequireThrowsAsync<OperationCanceledException>("a cancelled update", async () => await store.TryUpdateAsync(other, Ledger("turn"), 0, cancelled).ConfigureAwait(false)).ConfigureAwait(false);
        await RequireThrowsAsync<OperationCanceledException>("a cancelled removal", async () => await store.RemoveAsync(key, cancelled).ConfigureAwait(false)).ConfigureAwait(false);
        RequireSame((await store.GetAsync(key).ConfigureAwait(false)).Ledger, Ledger("turn"));
        Require((await store.GetAsync(other).ConfigureAwait(false)).Version == 0, "a cancelled update wrote something");
    }

    private static async Task Null_is_refused(ConversationStoreSubject subject)
    {
        var store = subject.Create();
        await RequireThrowsAsync<ArgumentNullException>("a read without a key", async () => await store.GetAsync(null!).ConfigureAwait(false)).ConfigureAwait(false);
        await RequireThrowsAsync<ArgumentNullException>("an update without a key", async () => await store.TryUpdateAsync(null!, Ledger("turn"), 0).ConfigureAwait(false)).ConfigureAwait(false);
        await RequireThrowsAsync<ArgumentNullException>("an update without a ledger", async () => await store.TryUpdateAsync(NewKey(), null!, 0).ConfigureAwait(false)).ConfigureAwait(false);
        await RequireThrowsAsync<ArgumentNullException>("a removal without a key", async () => await store.RemoveAsync(null!).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static List<IConversationStore> Instances(ConversationStoreSubject subject, int count)
    {
        var first = subject.Create();
        return [.. Enumerable.Range(0, count).Select(index => index > 0 && subject is { IsShared: true, IsAtomicBetweenInstances: true } ? subject.Create() : first)];
    }

    private static TimeSpan Part(ConversationStoreSubject subject, double part) => TimeSpan.FromMilliseconds(subject.Expiration!.Value.TotalMilliseconds * part);

    private static string NewKey() => "conformance " + Guid.NewGuid().ToString("N");

    private static async Task WriteAsync(IConversationStore store, string key, ConversationLedger ledger, long expectedVersion) =>
        Require(await store.TryUpdateAsync(key, ledger, expectedVersion).ConfigureAwait(false), "nobody else writes, so an update that expects the version that was read must be accepted");

    private static async Task AddAsync(IConversationStore store, string key, LedgerEntry entry)
    {
        for (var attempt = 0; attempt < 100_000; attempt++)
        {
            var stored = await store.GetAsync(key).ConfigureAwait(false);
            if (await store.TryUpdateAsync(key, stored.Ledger.With(entry), stored.Version).ConfigureAwait(false))
            {
                return;
            }
        }

        throw new ConversationGuardTestException("Of those who write at once one must win; no update was accepted in 100,000 attempts.");
    }

    private static ConversationLedger Ledger(string turn) => (ConversationLedger.Empty with { Salt = "salt" }).With(Entry(turn));

    private static LedgerEntry Entry(string turn) => new() { Turn = new TurnId(turn), Kind = TurnKind.Violation, At = _start, Category = HarmCategory.Harassment, Score = 0.97 };

    /// <summary>Something in every field.</summary>
    private static ConversationLedger Ended()
    {
        var ending = new ConversationEnding
        {
            Reason = EndReason.PersistentAbuse,
            At = _start.AddTicks(1_234_567),
            Category = HarmCategory.HateThreatening,
            RuleIds = ["R1", "R2"],
            Evidence = [new TurnId("one"), new TurnId("two")],
            FailedRedirections = 3,
        };
        return new ConversationLedger
        {
            Salt = "cGVwcGVy",
            FirstTurn = new TurnId("zero"),
            Terms = new ConversationTerms
            {
                Categories = new CategoryRules([new(new HarmCategory("of our own"), new CategoryRule(CategoryRole.Abuse, 0.25, true)), new(HarmCategory.SelfHarmIntent, new CategoryRule(CategoryRole.Crisis, 0.4))]),
                Redirections = 3,
                CalmTurnsToForgive = 4,
                TimeToForgive = TimeSpan.FromMinutes(7),
                CrisisCalmTurns = 6,
                CrisisTime = TimeSpan.FromDays(2),
                MostSevereAction = GuardAction.Warn,
            },
            Entries =
            [
                Entry("one") with { Action = GuardAction.Warn, IsDelivered = true, IsTakenBack = true },
                Entry("two") with { Category = new HarmCategory("of our own"), Action = GuardAction.End, Parent = new TurnId("one"), Ending = ending },
            ],
            Forgotten = [new TurnId("forgiven"), new TurnId("forgiven too")],
            HostEnding = new ConversationEnding { Reason = EndReason.HostRequest, At = _start.AddDays(1), RuleIds = ["R1"] },
        };
    }

    private static void Require(bool isSo, string what)
    {
        if (!isSo)
        {
            throw new ConversationGuardTestException($"The store does not conform: {what}.");
        }
    }

    /// <summary>Two ledgers are the same if their bytes are.</summary>
    private static void RequireSame(ConversationLedger read, ConversationLedger written) =>
        Require(
            LedgerCodec.Encode(read).AsSpan().SequenceEqual(LedgerCodec.Encode(written)),
            $"the ledger that was read, with {read.Entries.Count} entries, is not the one that was written, with {written.Entries.Count}");

    private static async Task RequireThrowsAsync<TException>(string what, Func<Task> act)
        where TException : Exception
    {
        try
        {
            await act().ConfigureAwait(false);
        }
        catch (TException)
        {
            return;
        }
#pragma warning disable CA1031 // Whatever else it throws is told.
        catch (Exception error)
#pragma warning restore CA1031
        {
            throw new ConversationGuardTestException($"The store does not conform: {what} must throw {typeof(TException).Name}.", error);
        }

        throw new ConversationGuardTestException($"The store does not conform: {what} must throw {typeof(TException).Name}.");
    }
}
