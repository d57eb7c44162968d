using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.Hosting;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace ConversationGuard.Redis.Tests;

/// <summary>
/// Everything around the guard fails one time in five, in every way: it throws, takes too long, is cancelled, does it and says it did not, breaks off. The full number of turns is asked for with
/// CONVERSATIONGUARD_FULL_LOAD=1.
/// </summary>
public class ChaosTests
{
    private const int TurnsEach = 20;

    private static readonly int _conversations = Environment.GetEnvironmentVariable("CONVERSATIONGUARD_FULL_LOAD") == "1" ? 5_000 : 500;

    [Test]
    [CancelAfter(1_200_000)]
    public async Task R6_whatever_fails_nobody_is_ended_wrongly_nothing_hangs_and_nothing_leaks()
    {
        var unobserved = new ConcurrentQueue<Exception>();
        void Observe(object? sender, UnobservedTaskExceptionEventArgs args) => unobserved.Enqueue(args.Exception);
        TaskScheduler.UnobservedTaskException += Observe;
        var watch = Stopwatch.StartNew();
        try
        {
            var store = new FailingStore(new InMemoryConversationStore());
            var model = new FailingModel();
            var reports = new Reports();
            var services = new ServiceCollection();
            services.AddSingleton<IMessageClassifier>(new FailingClassifier()).AddSingleton<IConversationStore>(store).AddSingleton<IGuardObserver>(reports);
            services.AddConversationGuard(options =>
            {
                options.ClassifierTimeout = TimeSpan.FromMilliseconds(20);
                options.StoreFailure = new StoreFailureOptions { Timeout = TimeSpan.FromMilliseconds(20), RetryAfter = TimeSpan.FromMilliseconds(100) };
            });
            services.AddChatClient(model).UseConversationGuard();
            await using var provider = services.BuildServiceProvider();
            var client = provider.GetRequiredService<IChatClient>();

            var people = new Person[_conversations];
            await Parallel.ForAsync(0, _conversations, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
                people[i] = await new Person(client, i).LiveAsync());

            people.SelectMany(person => person.Wrongs).Should().BeEmpty();
            people.Count(person => person.IsEnded).Should().BePositive("else nothing is shown: some are abusive to the end");
            people.Where(person => person.Kind != PersonKind.Abusive).Should().OnlyContain(person => !person.IsEnded);
            people.Count(person => person.Answers > 0).Should().Be(_conversations);
            await DrainedAsync(model);
            model.OpenStreams.Should().Be(0);
            await foreach (var ledger in store.LedgersAsync(people.Select(person => person.Key)))
            {
                ledger.Entries.Select(entry => entry.Turn).Should().OnlyHaveUniqueItems();
            }

            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            unobserved.Where(error => !IsOfTheTest(error)).Should().BeEmpty();
            TestContext.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{_conversations * TurnsEach} turns in {watch.Elapsed.TotalSeconds:0} s: {people.Count(person => person.IsEnded)} of {people.Count(person => person.Kind == PersonKind.Abusive)} abusive conversations ended, no other; {reports}; {people.Sum(person => person.Failures)} calls failed in the model or were cancelled."));
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Observe;
        }
    }

    private static async Task DrainedAsync(FailingModel model)
    {
        for (var attempt = 0; attempt < 100 && model.OpenStreams > 0; attempt++)
        {
            await Task.Delay(20);
        }
    }

    /// <summary>A test that ran before in this process may have left something of a server behind that it killed.</summary>
    private static bool IsOfTheTest(Exception error) => error.ToString().Contains("StackExchange.Redis", StringComparison.Ordinal) || error.ToString().Contains("Garnet", StringComparison.Ordinal);

    private enum PersonKind
    {
        Friendly,
        AtRisk,
        Abusive,
    }

    /// <summary>Someone who talks with the bot and keeps what a host keeps.</summary>
    private sealed class Person(IChatClient client, int number)
    {
        private readonly Random _random = new(number);
        private readonly List<ChatMessage> _history = [];
        private readonly List<string> _wrongs = [];
        private int _warnings;

        public PersonKind Kind { get; } = (PersonKind)(number % 3);

        public string Key { get; } = FormattableString.Invariant($"person {number}");

        public bool IsEnded { get; private set; }

        public int Answers { get; private set; }

        public int Failures { get; private set; }

        public IReadOnlyList<string> Wrongs => _wrongs;

        public async Task<Person> LiveAsync()
        {
            for (var turn = 0; turn < TurnsEach; turn++)
            {
                // A friendly one never says anything bad; one at risk says so, often enough that it is seen in spite of all, and then is abusive too.
                var text = (Kind, turn) switch
                {
                    (PersonKind.Friendly, _) => "hello",
                    (PersonKind.AtRisk, < 10) => "I cannot go on",
                    _ => _random.Next(10) == 0 ? "hello" : "idiot",
                };
                try
                {
                    await SayAsync(new ChatMessage(ChatRole.User, FormattableString.Invariant($"{text} {turn}"))).WaitAsync(TimeSpan.FromSeconds(30));
                }
                catch (TimeoutException)
                {
                    _wrongs.Add($"{Key}: turn {turn} hangs.");
                }
            }

            return this;
        }

        private async Task SayAsync(ChatMessage message)
        {
            using var cancelling = new CancellationTokenSource();
            if (_random.Next(5) == 0)
            {
                cancelling.CancelAfter(_random.Next(15));
            }

            var options = new ChatOptions().WithConversationKey(Key);
            try
            {
                var replies = _random.Next(2) == 0
                    ? (await client.GetResponseAsync([.. _history, message], options, cancelling.Token)).Messages
                    : await StreamAsync(message, options, cancelling.Token);
                Require(!IsEnded, "was answered after the end (R11)");
                if (replies is null)
                {
                    return;
                }

                var reply = string.Concat(replies.Select(one => one.Text));
                _warnings += reply.Contains("may be ended", StringComparison.Ordinal) ? 1 : 0;
                Require(Kind != PersonKind.Friendly || _warnings == 0, "was warned and is friendly (R3)");
                _history.Add(message);
                _history.AddRange(replies);
                Answers++;
            }
            catch (ConversationEndedException ended)
            {
                Require(Kind == PersonKind.Abusive, "was ended and is not abusive (R1)");
                Require(_warnings > 0, "was ended without a warning that reached them (R2)");
                Require(ended.IsRepeat || !IsEnded, "was ended twice (R11)");
                IsEnded = true;
            }
            catch (Exception error) when (error is IOException or OperationCanceledException or TimeoutException)
            {
                // The model failed, or the user went away.
                Failures++;
            }
        }

        /// <summary>Reads the stream; one time in ten leaves it in the middle, and then nothing was answered.</summary>
        private async Task<IList<ChatMessage>?> StreamAsync(ChatMessage message, ChatOptions options, CancellationToken cancellationToken)
        {
            var leavesAfter = _random.Next(10) == 0 ? 1 : int.MaxValue;
            var updates = new List<ChatResponseUpdate>();
            await foreach (var update in client.GetStreamingResponseAsync([.. _history, message], options, cancellationToken))
            {
                updates.Add(update);
                if (updates.Count == leavesAfter)
                {
                    return null;
                }
            }

            return updates.ToChatResponse().Messages;
        }

        private void Require(bool isSo, string wrong)
        {
            if (!isSo)
            {
                _wrongs.Add($"{Key} ({Kind}) {wrong}.");
            }
        }
    }

    /// <summary>Fails one time in five, in one way or another.</summary>
    private static class Chaos
    {
        public static async Task BeforeAsync(CancellationToken cancellationToken)
        {
            switch (Random.Shared.Next(20))
            {
                case 0:
                    throw new IOException("chaos");
                case 1:
                    // Too long, and deaf to cancellation.
                    await Task.Delay(40, CancellationToken.None).ConfigureAwait(false);
                    break;
                case 2:
                    await Task.Delay(40, CancellationToken.None).ConfigureAwait(false);
                    throw new IOException("chaos, and late");
                case 3:
                    throw new OperationCanceledException("chaos: its own time is up");
                default:
                    cancellationToken.ThrowIfCancellationRequested();
                    break;
            }
        }
    }

    private sealed class FailingClassifier : IMessageClassifier
    {
        private readonly IMessageClassifier _inner = Parts.Insults;

        public async ValueTask<MessageClassification> ClassifyAsync(ClassificationRequest request, CancellationToken cancellationToken = default)
        {
            await Chaos.BeforeAsync(cancellationToken);
            return await _inner.ClassifyAsync(request, cancellationToken);
        }
    }

    private sealed class FailingStore(InMemoryConversationStore inner) : IConversationStore
    {
        public async ValueTask<VersionedLedger> GetAsync(string key, CancellationToken cancellationToken = default)
        {
            await Chaos.BeforeAsync(cancellationToken);
            return await inner.GetAsync(key, CancellationToken.None);
        }

        public async ValueTask<bool> TryUpdateAsync(string key, ConversationLedger ledger, long expectedVersion, CancellationToken cancellationToken = default)
        {
            if (Random.Shared.Next(20) == 0)
            {
                // Done, and said not to be.
                await inner.TryUpdateAsync(key, ledger, expectedVersion, CancellationToken.None);
                throw new IOException("chaos after the fact");
            }

            await Chaos.BeforeAsync(cancellationToken);
            return await inner.TryUpdateAsync(key, ledger, expectedVersion, CancellationToken.None);
        }

        public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default) => inner.RemoveAsync(key, cancellationToken);

        public async IAsyncEnumerable<ConversationLedger> LedgersAsync(IEnumerable<string> keys)
        {
            foreach (var key in keys)
            {
                yield return (await inner.GetAsync(key)).Ledger;
            }
        }
    }

    private sealed class FailingModel : IChatClient
    {
        private int _openStreams;

        public int OpenStreams => Volatile.Read(ref _openStreams);

        public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            await Chaos.BeforeAsync(cancellationToken);
            return new ChatResponse(new ChatMessage(ChatRole.Assistant, "Reply"));
        }

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _openStreams);
            try
            {
                yield return new ChatResponseUpdate(ChatRole.Assistant, "Re");
                await Chaos.BeforeAsync(cancellationToken);
                yield return new ChatResponseUpdate(ChatRole.Assistant, "ply");
            }
            finally
            {
                Interlocked.Decrement(ref _openStreams);
            }
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }

    private sealed class Reports : IGuardObserver
    {
        private readonly ConcurrentDictionary<GuardEventKind, int> _counts = new();

        public void OnEvent(GuardEvent guardEvent) => _counts.AddOrUpdate(guardEvent.Kind, 1, (_, count) => count + 1);

        public override string ToString() => string.Join(", ", _counts.OrderBy(count => count.Key).Select(count => $"{count.Key} {count.Value}"));
    }
}
