using ConversationGuard.Classification;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace ConversationGuard.Tests.Hosting;

/// <summary>A host without an observer of its own: what its log and its meters are told of turns in which nothing happens.</summary>
[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class QuietTurnTests(ChatPath path)
{
    [Test]
    public async Task A_quiet_turn_is_logged_where_the_log_wants_traces()
    {
        var messages = await LogAsync(LogLevel.Trace, "hello");

        messages.Should().ContainSingle().Which.Should().StartWith("ConversationGuard '': turn is Calm, passed on.");
    }

    [Test]
    public async Task A_quiet_turn_is_not_logged_where_it_does_not()
    {
        var messages = await LogAsync(LogLevel.Debug, "hello");

        messages.Should().BeEmpty();
    }

    [TestCase("insult", "Redirect")]
    [TestCase("crisis", "Continue")]
    public async Task What_was_done_about_a_turn_and_a_hold_are_logged_as_information(string text, string action)
    {
        var messages = await LogAsync(LogLevel.Information, text);

        messages.Should().ContainSingle().Which.Should().StartWith($"ConversationGuard '': {action}. ");
    }

    [Test]
    public async Task A_quiet_turn_is_counted_where_someone_collects()
    {
        using var turns = new MetricCollector<long>(null, "ConversationGuard", "conversation_guard.turns");

        await LogAsync(LogLevel.None, "hello");

        turns.GetMeasurementSnapshot().Should().ContainSingle().Which.Tags["guard.turn"].Should().Be("Calm");
    }

    private async Task<IEnumerable<string>> LogAsync(LogLevel level, string text)
    {
        var logs = new FakeLogCollector();
        await using var services = new ServiceCollection()
            .AddSingleton<IMessageClassifier>(new ScriptedClassifier())
            .AddLogging(logging => logging.SetMinimumLevel(level).AddProvider(new FakeLoggerProvider(logs)))
            .BuildServiceProvider();
        using var client = new ScriptedChatClient().AsBuilder().UseConversationGuard(configure: _ => { }).Build(services);

        await path.AskAsync(client, [new ChatMessage(ChatRole.User, text)], new ChatOptions().WithConversationKey("quiet"));

        return logs.GetSnapshot().Select(record => record.Message);
    }
}
