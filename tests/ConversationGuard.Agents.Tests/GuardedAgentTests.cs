using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.Tests.Doubles;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace ConversationGuard.Agents.Tests;

/// <summary>
/// A guarded client in an agent of Microsoft.Agents.AI, which puts its own function invocation around it, keeps the history in the session, and keeps no turn whose call threw.
/// </summary>
[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class GuardedAgentTests(ChatPath path)
{
    private ServiceProvider _services = null!;
    private ScriptedChatClient _model = null!;
    private AgentSession _session = null!;
    private ChatClientAgent _agent = null!;
    private int _weatherCalls;

    [SetUp]
    public async Task MakeAnAgent()
    {
        _model = new ScriptedChatClient();
        _weatherCalls = 0;
        var services = new ServiceCollection();
        services.AddSingleton<IMessageClassifier>(new ScriptedClassifier());
        services.AddConversationGuard();
        services.AddChatClient(_model).UseConversationGuard();
        _services = services.BuildServiceProvider();
        _agent = new ChatClientAgent(_services.GetRequiredService<IChatClient>(), "You help.", tools: [AIFunctionFactory.Create(Weather, "weather")]);
        _session = await _agent.CreateSessionAsync();
    }

    [TearDown]
    public async Task DisposeOfIt()
    {
        _model.Dispose();
        await _services.DisposeAsync();
    }

    [Test]
    public async Task R2_abuse_ends_the_run_and_R11_the_next_run_is_refused_though_the_session_lacks_the_turn()
    {
        await SayAsync("insult one");
        await SayAsync("insult two");
        (await SayAsync("insult three")).Should().Contain("may be ended");

        (await EndsAtAsync("insult four")).Should().Match<ConversationEndedException>(ended => !ended.IsRepeat && ended.Reason == EndReason.PersistentAbuse && ended.ConversationKey == "chat-1");
        (await EndsAtAsync("hello again")).IsRepeat.Should().BeTrue();
        _model.Calls.Should().HaveCount(3);
    }

    [Test]
    public async Task The_session_keeps_what_was_said_and_R11_one_that_was_stored_and_read_again_is_refused_still()
    {
        await SayAllAsync("hello", "insult one", "insult two", "insult three");
        _model.Calls[^1].Messages.Select(message => message.Text).Should().ContainInOrder("hello", "Reply 1", "insult one", "Reply 2", "insult two", "insult three");
        await EndsAtAsync("insult four");

        _session = await _agent.DeserializeSessionAsync(await _agent.SerializeSessionAsync(_session));

        (await EndsAtAsync("hello again")).IsRepeat.Should().BeTrue();
        _model.Calls.Should().HaveCount(4);
    }

    [Test]
    public async Task R11_another_key_in_another_session_is_untouched()
    {
        await SayAllAsync("insult one", "insult two", "insult three");
        await EndsAtAsync("insult four");

        _session = await _agent.CreateSessionAsync();

        (await SayAsync("hello", "chat-2")).Should().Be("Reply 4");
    }

    [Test]
    public async Task R10_a_turn_with_tool_calls_counts_once()
    {
        _model.Says(ModelScript.Calls("weather"), ModelScript.Text("Sunny."));

        (await SayAsync("insult one")).Should().Be("Sunny.");

        _weatherCalls.Should().Be(1);
        (await Guard.GetStatusAsync("chat-1")).State.Violations.Should().ContainSingle();
    }

    [Test]
    public async Task R13_the_model_can_end_the_run_where_a_warning_is_in_force()
    {
        await SayAllAsync("insult one", "insult two", "insult three");
        _model.Says(ModelScript.AsksForTheEnd(callId: "end-1"), ModelScript.AsksForTheEnd("Take care.", "end-2"));

        (await EndsAtAsync("you again")).Reason.Should().Be(EndReason.ModelRequest);

        (await EndsAtAsync("hello again")).IsRepeat.Should().BeTrue();
        _model.Calls.Should().HaveCount(5);
    }

    [Test]
    public async Task R13_a_request_that_is_not_confirmed_leaves_nothing_in_the_session_and_the_agents_tools_run()
    {
        await SayAllAsync("insult one", "insult two", "insult three");
        _model.Says(ModelScript.AsksForTheEnd(callId: "end-1"), ModelScript.Calls("weather", ModelScript.End("end-2")), ModelScript.Text("Sunny."));

        (await SayAsync("what is the weather")).Should().EndWith("Sunny.");
        (await SayAsync("thanks")).Should().Be("Reply 7");

        _weatherCalls.Should().Be(1);
        _model.Calls[^1].Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().Should().ContainSingle().Which.Name.Should().Be("weather");
        _model.Calls[^1].ToldAboutTheEnd().Should().BeEmpty();
    }

    [Test]
    public async Task R12_the_users_confirmed_wish_ends_the_run()
    {
        (await SayAsync("please end this conversation")).Should().Contain("That is final");

        (await EndsAtAsync("yes")).Reason.Should().Be(EndReason.UserRequest);
    }

    private IConversationGuard Guard => _services.GetRequiredService<IConversationGuard>();

    private string Weather()
    {
        _weatherCalls++;
        return "sunny";
    }

    private async Task SayAllAsync(params string[] texts)
    {
        foreach (var text in texts)
        {
            await SayAsync(text);
        }
    }

    private async Task<string> SayAsync(string text, string key = "chat-1")
    {
        var options = new ChatClientAgentRunOptions(new ChatOptions().WithConversationKey(key));
        if (path == ChatPath.Whole)
        {
            return (await _agent.RunAsync(text, _session, options)).Text;
        }

        var reply = string.Empty;
        await foreach (var update in _agent.RunStreamingAsync(text, _session, options))
        {
            reply += update.Text;
        }

        return reply;
    }

    private async Task<ConversationEndedException> EndsAtAsync(string text) =>
        (await this.Awaiting(it => it.SayAsync(text)).Should().ThrowAsync<ConversationEndedException>()).Which;
}
