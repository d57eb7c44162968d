using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;
using ConversationGuard.Termination;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace ConversationGuard.Tests.Hosting;

[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class MeterTests(ChatPath path)
{
    [Test]
    public async Task Turns_are_counted_by_action_and_kind()
    {
        using var turns = Collect("turns");
        await using var chat = new GuardedChat(path);

        await chat.SayAllAsync("hello", "insult one", "insult two", "insult three", "crisis");

        var measured = turns.GetMeasurementSnapshot();
        measured.Select(one => (one.Tags["guard.action"], one.Tags["guard.turn"], one.Tags["guard.category"])).Should().Equal(
            ("Continue", "Calm", ""),
            ("Redirect", "Violation", "harassment"),
            ("Redirect", "Violation", "harassment"),
            ("Warn", "Violation", "harassment"),
            ("Continue", "Crisis", "self-harm/intent"));
        measured.Should().OnlyContain(one => one.Value == 1 && (string)one.Tags["guard.mode"]! == "Enforce" && (string)one.Tags["guard.name"]! == "");
        measured[^1].Tags["guard.crisis_hold"].Should().Be(true);
    }

    [Test]
    public async Task R10_a_repeated_turn_is_counted_once()
    {
        using var turns = Collect("turns");
        await using var chat = new GuardedChat(path);
        await chat.SayAsync("insult");

        await chat.RegenerateAsync();
        await chat.RegenerateAsync();

        turns.GetMeasurementSnapshot().Should().ContainSingle();
    }

    [Test]
    public async Task R13_vetoed_requests_of_the_model_are_counted_and_logged()
    {
        using var vetoes = Collect("model_end_vetoes");
        var logs = new FakeLogCollector();
        await using var chat = new GuardedChat(path, register: services => services
            .AddPolicy(context => context.IsModelEndRequest ? GuardDecision.Veto(GuardAction.Continue, "HOUSE-1") : GuardDecision.Continue)
            .AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(logs))));
        await chat.SayAllAsync("insult one", "insult two", "insult three");
        chat.Model.Says(ModelScript.AsksForTheEnd(), ModelScript.AsksForTheEnd(), ModelScript.Text("Let us go on."));

        await chat.SayAsync("you again");

        vetoes.GetMeasurementSnapshot().Should().ContainSingle().Which.Tags.Should().Contain("guard.mode", "Enforce");
        logs.GetSnapshot().Should().ContainSingle(record => record.Message.Contains("the model asked for the end and was refused, rules HOUSE-1, conversation is Warned"));
    }

    [Test]
    public async Task Ends_refusals_and_failures_are_counted()
    {
        using var ends = Collect("ends");
        using var refusals = Collect("refusals");
        using var failures = Collect("failures");
        await using var chat = new GuardedChat(path);

        await chat.SayAllAsync("fail", "insult one", "insult two", "insult three");
        await chat.EndsAtAsync("insult four");
        await chat.EndsAtAsync("hello");
        await chat.EndsAtAsync("hello?");
        await chat.Guard.EndAsync("another");

        ends.GetMeasurementSnapshot().Select(one => one.Tags["guard.reason"]).Should().Equal("persistent_abuse", "host_request");
        refusals.GetMeasurementSnapshot().Should().HaveCount(2);
        failures.GetMeasurementSnapshot().Should().ContainSingle().Which.Tags.Should().Contain("guard.failure", "ClassificationFailed").And.Contain("error.type", "System.InvalidOperationException");
    }

    [Test]
    public async Task R18_observed_events_are_told_apart_by_the_mode()
    {
        using var turns = Collect("turns");
        await using var chat = new GuardedChat(path, options => options.Mode = GuardMode.Observe);

        await chat.SayAsync("insult");

        turns.GetMeasurementSnapshot().Should().ContainSingle().Which.Tags["guard.mode"].Should().Be("Observe");
    }

    [Test]
    public async Task R18_a_disabled_guard_counts_nothing()
    {
        using var turns = Collect("turns");
        await using var chat = new GuardedChat(path, options => options.Mode = GuardMode.Disabled);

        await chat.SayAsync("insult");

        turns.GetMeasurementSnapshot().Should().BeEmpty();
    }

    private static MetricCollector<long> Collect(string instrument) => new(meterScope: null, "ConversationGuard", "conversation_guard." + instrument);
}
