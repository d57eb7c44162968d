using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace ConversationGuard.Tests.ChatCompletion;

[TestFixture(ChatPath.Whole, "conversation-1")]
[TestFixture(ChatPath.Streaming, "conversation-1")]
[TestFixture(ChatPath.Whole, null)]
[TestFixture(ChatPath.Streaming, null)]
public class PrivacyTests(ChatPath path, string? key)
{
    /// <summary>In every message, id and error of these tests; nowhere in what comes out.</summary>
    private const string Marker = "zebrafinch";

    [Test]
    public async Task R19_no_message_text_reaches_a_log_a_metric_a_trace_an_exception_an_event_or_the_store()
    {
        var logs = new FakeLogCollector();
        var measured = new List<string>();
        var traced = new List<string>();
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "ConversationGuard")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => measured.Add(instrument.Name + string.Join(";", tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))));
        meters.Start();
        using var traces = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = SampleAll,
            ActivityStopped = activity => traced.Add(activity.DisplayName + activity.StatusDescription + string.Join(";", activity.TagObjects) + string.Join(";", activity.Events.SelectMany(one => one.Tags))),
        };
        ActivitySource.AddActivityListener(traces);
        using var source = new ActivitySource("test");
        var throwing = new Parts.Policy(context => context.Messages[^1].Text.Contains("policy")
            ? throw new InvalidOperationException(Marker)
            : ConversationGuard.Termination.GuardDecision.Continue);
        await using var chat = new GuardedChat(path, register: services =>
        {
            services.AddSingleton<ConversationGuard.Termination.ITerminationPolicy>(throwing);
            services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(logs)));
        });
        chat.Key = key;
        chat.Classifier.Before = _ => Task.CompletedTask;
        chat.Model.Respond = (_, _) => new ChatResponse(new ChatMessage(ChatRole.Assistant, $"Hm {Marker}."));
        Exception error;

        using (source.StartActivity("call"))
        {
            await chat.SayAllAsync($"unsure {Marker}", $"policy {Marker}", $"insult {Marker}", $"harm {Marker}", $"threat {Marker}");
            chat.Classifier.Before = _ => throw new IOException(Marker);
            await chat.SayAsync($"hm {Marker}");
            chat.Classifier.Before = null;
            chat.Store.BeforeWrite = () => throw new IOException(Marker);
            await chat.SayAsync($"{Marker} calm");
            chat.Store.BeforeWrite = null;
            chat.History.Add(new(ChatRole.User, $"insult last {Marker}") { MessageId = Marker, AuthorName = Marker });
            error = await FailAsync(() => chat.AskAsync([.. chat.History]));
            await FailAsync(() => chat.AskAsync([.. chat.History]));
            if (key is not null)
            {
                chat.Key = key + "-2";
                chat.History.Clear();
                await chat.SayAsync($"crisis {Marker}");
            }
        }

        error.Should().BeOfType<ConversationEndedException>();
        var written = JsonSerializer.Serialize(chat.Store.Written.Select(ledger => new { ledger.Salt, ledger.FirstTurn, ledger.Ending, ledger.Entries }));
        var logged = logs.GetSnapshot().Select(record => record.Message + record.Exception + string.Join(";", record.StructuredState ?? [])).ToList();
        var events = chat.Observer.Events.Select(one => JsonSerializer.Serialize(one)).ToList();
        logged.Should().HaveCountGreaterThan(8).And.NotContain(text => text.Contains(Marker));
        measured.Should().HaveCountGreaterThan(5).And.NotContain(text => text.Contains(Marker));
        traced.Should().NotBeEmpty().And.NotContain(text => text.Contains(Marker));
        events.Should().HaveCountGreaterThan(8).And.NotContain(text => text.Contains(Marker));
        written.Should().NotContain(Marker);
        (error.ToString() + JsonSerializer.Serialize(error.Data)).Should().NotContain(Marker);
        if (key is not null)
        {
            chat.Store.Written.Should().NotBeEmpty();
        }
    }

    [Test]
    public async Task R19_neither_does_a_piece_of_the_text_or_its_plain_hash_reach_the_store()
    {
        await using var one = new GuardedChat(path) { Key = key };
        await using var other = new GuardedChat(path) { Key = key };

        await one.SayAsync("insult");
        await other.SayAsync("insult");

        if (key is null)
        {
            one.Store.Written.Should().BeEmpty("without a key nothing is stored");
            return;
        }

        one.Store.Written[^1].Entries[0].Turn.Should().NotBe(other.Store.Written[^1].Entries[0].Turn, "the hash is keyed for each conversation");
    }

    [Test]
    public async Task R19_quiet_turns_are_logged_at_Trace_alone()
    {
        var logs = new FakeLogCollector();
        await using var chat = new GuardedChat(path, register: services => services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(logs)))) { Key = key };

        await chat.SayAllAsync("hello", "insult");

        var records = logs.GetSnapshot().Where(record => record.Id.Id != 14).ToList();
        records.Select(record => record.Level).Should().Equal(LogLevel.Trace, LogLevel.Information);
        records[1].Message.Should().Contain("Redirect").And.Contain("harassment 0.97").And.Contain("R3");
        logs.GetSnapshot().Count(record => record.Id.Id == 14).Should().Be(key is null ? 1 : 0, "what transcript mode cannot remember is said once");
    }

    private static ActivitySamplingResult SampleAll(ref ActivityCreationOptions<ActivityContext> options) => ActivitySamplingResult.AllDataAndRecorded;

    private static async Task<Exception> FailAsync(Func<Task> act) => (await act.Should().ThrowAsync<Exception>()).Which;
}
