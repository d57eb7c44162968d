using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Hosting;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace ConversationGuard.Tests.Conversations;

/// <summary>What happens to a conversation while its store is away, and when it is back.</summary>
[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class BridgedConversationStoreTests(ChatPath path)
{
    private static readonly string[] _upToWarning = ["insult one", "insult two", "insult three"];

    [Test]
    public async Task R11_a_conversation_that_this_process_knows_to_have_ended_stays_ended_while_the_store_is_away()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync(_upToWarning);
        await chat.EndsAtAsync("insult four");
        Away(chat);

        for (var i = 0; i < 6; i++)
        {
            (await chat.EndsAtAsync($"hello {i}")).IsRepeat.Should().BeTrue();
        }

        chat.Model.Calls.Should().HaveCount(3);
    }

    [Test]
    public async Task R11_an_end_that_could_not_be_written_is_remembered_and_written_when_the_store_is_back()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync(_upToWarning);
        chat.Store.BeforeWrite = () => throw new IOException();

        var ended = await chat.EndsAtAsync("insult four");
        var again = await chat.EndsAtAsync("hello");
        chat.Store.BeforeWrite = null;
        chat.Time.Advance(TimeSpan.FromSeconds(6));
        var later = await chat.EndsAtAsync("hello");

        ended.IsRepeat.Should().BeFalse();
        (again.IsRepeat, later.IsRepeat).Should().Be((true, true));
        (await chat.Store.GetAsync("conversation-1")).Ledger.Ending!.At.Should().Be(ended.EndedAt, "other machines know it now");
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().ContainSingle();
    }

    [Test]
    public async Task R6_while_the_store_is_away_nothing_is_warned_about_or_ended()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two");
        Away(chat);

        for (var i = 0; i < 8; i++)
        {
            (await chat.SayAsync($"insult in the dark {i}")).Text.Should().NotContain("may be ended");
        }

        chat.Observer.Of(GuardEventKind.TurnDecided).Should().HaveCount(10).And.OnlyContain(one => one.Action == GuardAction.Redirect);
    }

    [Test]
    public async Task R10_what_was_recorded_meanwhile_counts_once_when_the_store_is_back()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAsync("insult one");
        Away(chat);
        await chat.SayAllAsync("insult two", "insult three");
        await chat.AskAsync(chat.History.Take(chat.History.Count - 1));
        Back(chat);

        var warned = await chat.SayAsync("insult four");
        await SavedAsync(chat);
        var entries = (await chat.Store.GetAsync("conversation-1")).Ledger.Entries;

        warned.Text.Should().Contain("may be ended", "two redirections were delivered and failed, one of them in the dark");
        entries.Select(entry => entry.Turn).Should().OnlyHaveUniqueItems().And.HaveCount(4);
        entries.Should().BeInAscendingOrder(entry => entry.At).And.OnlyContain(entry => entry.IsDelivered);
    }

    [Test]
    public async Task R5_a_crisis_hold_that_this_process_knows_holds_while_the_store_is_away()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAsync("crisis");
        Away(chat);

        await chat.SayAllAsync("insult one", "insult two", "insult three", "insult four", "insult five");

        chat.Observer.Of(GuardEventKind.TurnDecided).Should().OnlyContain(one => one.IsCrisisHold && one.Action == GuardAction.Continue);
    }

    [Test]
    public async Task R5_a_crisis_in_the_dark_is_a_hold_for_all_machines_when_the_store_is_back()
    {
        var store = new CountingStore();
        await using var here = new GuardedChat(path, register: services => services.AddSingleton<IConversationStore>(store));
        await using var there = new GuardedChat(path, register: services => services.AddSingleton<IConversationStore>(store));
        await there.SayAllAsync(_upToWarning);
        store.BeforeRead = () => throw new IOException();
        await here.SayAsync("crisis");
        store.BeforeRead = null;
        here.Time.Advance(TimeSpan.FromSeconds(6));
        await here.SayAsync("hello");

        var answer = await there.SayAsync("insult four");

        answer.Text.Should().NotContain("may be ended");
        (await there.StateAsync()).IsCrisisHold.Should().BeTrue("a crisis that another machine saw counts, whatever the identity of the turn");
    }

    [Test]
    public async Task R10_a_conversation_that_this_process_did_not_know_is_not_counted_twice()
    {
        var store = new CountingStore();
        await using var here = new GuardedChat(path, register: services => services.AddSingleton<IConversationStore>(store));
        await using var there = new GuardedChat(path, register: services => services.AddSingleton<IConversationStore>(store));
        await here.SayAllAsync("insult one", "insult two");
        store.BeforeRead = () => throw new IOException();
        await there.SendAsync("insult one");
        await there.SendAsync("insult two");
        store.BeforeRead = null;
        there.Time.Advance(TimeSpan.FromSeconds(6));
        await there.SendAsync("hello");

        (await here.StateAsync()).Violations.Should().HaveCount(2, "the same turns have another identity there, and cannot be told from new ones (R6)");
    }

    [Test]
    public async Task What_another_machine_took_back_meanwhile_is_not_brought_back()
    {
        var store = new CountingStore();
        await using var here = new GuardedChat(path, register: services => services.AddSingleton<IConversationStore>(store));
        await using var there = new GuardedChat(path, register: services => services.AddSingleton<IConversationStore>(store));
        await here.SayAllAsync(_upToWarning);
        await here.EndsAtAsync("insult four");
        await here.EndsAtAsync("hello");
        await there.Guard.ReinstateAsync("conversation-1");

        store.BeforeRead = () => throw new IOException();
        await here.EndsAtAsync("hello");
        store.BeforeRead = null;
        here.Time.Advance(TimeSpan.FromSeconds(6));
        var answer = await here.SayAsync("hello again");

        answer.Text.Should().StartWith("Reply");
        (await here.StateAsync()).Phase.Should().Be(ConversationPhase.Engaged);
    }

    [Test]
    public async Task R11_what_a_server_lost_in_an_outage_is_given_back_by_who_knows_it()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync(_upToWarning);
        var ended = await chat.EndsAtAsync("insult four");
        Away(chat);
        await chat.EndsAtAsync("hello");
        await chat.Store.RemoveAsync("conversation-1");
        Back(chat);

        (await chat.EndsAtAsync("hello")).EndedAt.Should().Be(ended.EndedAt);
        (await chat.Store.GetAsync("conversation-1")).Ledger.Ending.Should().NotBeNull();
    }

    [Test]
    public async Task What_was_removed_without_an_outage_is_gone()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync(_upToWarning);
        await chat.Store.RemoveAsync("conversation-1");

        await chat.SayAsync("insult four");

        (await chat.StateAsync()).Violations.Should().ContainSingle();
    }

    [Test]
    public async Task A_store_that_failed_three_times_is_left_alone_and_then_asked_by_one_call()
    {
        await using var chat = new GuardedChat(path);
        Away(chat);
        await chat.SayAllAsync("hello", "hello", "hello", "hello");
        var before = chat.Store.Reads;

        for (var i = 0; i < 20; i++)
        {
            await chat.SayAsync($"insult {i}");
        }

        chat.Store.Reads.Should().Be(before).And.Be(3);
        chat.Time.Advance(TimeSpan.FromSeconds(5));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => chat.SendAsync($"insult at once {i}")));
        chat.Store.Reads.Should().Be(before + 1);
    }

    [Test]
    public async Task Failures_are_counted_and_an_outage_is_logged_once()
    {
        var logs = new FakeLogCollector();
        await using var chat = new GuardedChat(path, register: services => services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(new FakeLoggerProvider(logs))));
        Away(chat);
        await chat.SayAllAsync("hello", "hello", "hello", "hello");
        Back(chat);
        await chat.SayAllAsync("hello", "hello");

        var failed = chat.Observer.Of(GuardEventKind.StoreFailed).ToList();
        failed.Should().HaveCount(3).And.OnlyContain(one => one.ErrorType == typeof(IOException).FullName && one.ConversationKey == null);
        failed.Select(one => one.IsRepeat).Should().Equal(false, true, true);
        chat.Observer.Of(GuardEventKind.StoreReturned).Should().ContainSingle();
        var records = logs.GetSnapshot();
        records.Where(record => record.Level == LogLevel.Warning).Should().ContainSingle().Which.Message.Should().Contain("conversation store failed").And.Contain("Said once");
        records.Should().ContainSingle(record => record.Level == LogLevel.Information && record.Message.Contains("answers again"));
    }

    [Test]
    public async Task R6_a_store_that_hangs_is_left_behind_after_its_time()
    {
        await using var chat = new GuardedChat(path, options => options.StoreFailure.Timeout = TimeSpan.FromSeconds(1));
        var hanging = new TaskCompletionSource();
        chat.Store.BeforeRead = () => hanging.Task;

        var answer = chat.SayAsync("hello");
        await Task.Yield();
        var early = answer.IsCompleted;
        for (var i = 0; i < 5 && !answer.IsCompleted; i++)
        {
            chat.Time.Advance(TimeSpan.FromSeconds(1.1));
            await Task.Delay(5);
        }

        early.Should().BeFalse();
        (await answer.WaitAsync(TimeSpan.FromSeconds(10))).Text.Should().Be("Reply 1");
        chat.Observer.Of(GuardEventKind.StoreFailed).Should().Contain(one => one.ErrorType == typeof(TimeoutException).FullName);
        hanging.SetException(new IOException());
    }

    [Test]
    public async Task R6_a_ledger_that_cannot_be_read_is_unknown_and_not_clean_and_not_written_over()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one");
        chat.Store.BeforeRead = () => throw new InvalidDataException();
        var writes = chat.Store.Writes;
        var elsewhere = 0;

        for (var i = 0; i < 6; i++)
        {
            (await chat.SayAsync($"insult in the dark {i}")).Text.Should().NotContain("may be ended");
        }

        chat.Store.BeforeRead = () =>
        {
            elsewhere++;
            return Task.CompletedTask;
        };
        chat.Key = "another";
        await chat.SayAsync("hello");

        chat.Store.Writes.Should().Be(writes);
        elsewhere.Should().BeGreaterThan(0, "one bad ledger is no outage of the store");
    }

    [Test]
    public async Task A_host_that_wants_it_is_told_instead()
    {
        await using var chat = new GuardedChat(path, options => options.StoreFailure.Behavior = StoreFailureBehavior.Throw);
        await chat.SayAsync("insult one");
        Away(chat);
        var say = () => chat.SayAsync("insult two");

        for (var i = 0; i < 5; i++)
        {
            var thrown = (await say.Should().ThrowAsync<ConversationStoreUnavailableException>()).Which;
            (thrown.InnerException is IOException).Should().Be(i < 3, "after that the store is not asked");
        }

        chat.Model.Calls.Should().ContainSingle();
        Back(chat);
        (await chat.SayAsync("insult two")).Text.Should().Be("Reply 2");
        (await chat.StateAsync()).Violations.Should().HaveCount(2);
    }

    [Test]
    public async Task A_reply_that_is_there_is_not_taken_away_even_so()
    {
        await using var chat = new GuardedChat(path, options => options.StoreFailure.Behavior = StoreFailureBehavior.Throw);
        chat.Model.Before = _ =>
        {
            Away(chat);
            return Task.CompletedTask;
        };

        (await chat.SayAsync("insult one")).Text.Should().Be("Reply 1");
    }

    [Test]
    public async Task R13_while_the_store_is_away_the_model_ends_nothing()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync(_upToWarning);
        chat.Model.Says(ModelScript.AsksForTheEnd(), ModelScript.AsksForTheEnd(), ModelScript.Text("Never mind."));
        var calls = chat.Model.Calls.Count;
        chat.Model.Before = _ =>
        {
            Away(chat);
            return Task.CompletedTask;
        };

        (await chat.SayAsync("hello")).Text.Should().Contain("Never mind.");

        chat.Model.Calls.Count.Should().BeGreaterThan(calls + 1, "it asked and confirmed");
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().BeEmpty();
    }

    [Test]
    public async Task Copies_are_bounded()
    {
        var inner = new CountingStore();
        var store = new BridgedConversationStore(inner, new StoreFailureTerms(false, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), 10, TimeSpan.FromDays(1)), TimeProvider.System);
        for (var i = 0; i < 100; i++)
        {
            await store.TryUpdateAsync($"{i}", new LedgerScript().Violation().Ledger, 0);
        }

        store.Count.Should().Be(10);
        inner.BeforeRead = () => throw new IOException();
        (await store.GetAsync("99")).Should().Match<VersionedLedger>(stored => stored.IsBridged && !stored.Ledger.IsEmpty);
        (await store.GetAsync("0")).Should().Match<VersionedLedger>(stored => stored.IsBridged && stored.Ledger.IsEmpty);
    }

    [Test]
    public async Task What_was_recorded_in_many_conversations_is_added_when_one_call_finds_the_store_back()
    {
        await using var chat = new GuardedChat(path);
        Away(chat);
        for (var i = 0; i < 20; i++)
        {
            chat.Key = $"c{i}";
            await chat.SendAsync("insult");
        }

        Back(chat);
        await chat.SendAsync("hello");
        await SavedAsync(chat);

        for (var i = 0; i < 20; i++)
        {
            (await chat.Store.GetAsync($"c{i}")).Ledger.Entries.Should().ContainSingle(entry => entry.Kind == TurnKind.Violation);
        }
    }

    private static void Away(GuardedChat chat)
    {
        chat.Store.BeforeRead = () => throw new IOException();
        chat.Store.BeforeWrite = () => throw new IOException();
    }

    /// <summary>And long enough that it is asked again.</summary>
    private static void Back(GuardedChat chat)
    {
        chat.Store.BeforeRead = null;
        chat.Store.BeforeWrite = null;
        chat.Time.Advance(TimeSpan.FromSeconds(6));
    }

    private static Task SavedAsync(GuardedChat chat) => ((BridgedConversationStore)chat.Services.GetRequiredKeyedService<GuardRuntime>(string.Empty).Services.Store).Saving;
}
