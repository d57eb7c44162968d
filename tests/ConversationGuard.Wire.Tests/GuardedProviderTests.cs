using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace ConversationGuard.Wire.Tests;

/// <summary>The official packages under the guard, against services that speak their HTTP formats on this machine.</summary>
[TestFixtureSource(nameof(Ways))]
public sealed class GuardedProviderTests(Provider provider, ChatPath path)
{
    private const string EndTool = "end_conversation";
    private const string Notice = "Please note: this conversation may be ended if this goes on (insults or harassment). I'm glad to continue with anything else.";

    private readonly Protocol _protocol = Protocol.Of(provider);
    private LoopbackService _service = null!;
    private ServiceProvider _services = null!;
    private IChatClient _client = null!;
    private List<ChatMessage> _history = null!;

    private static IEnumerable<TestFixtureData> Ways() =>
        from provider in Enum.GetValues<Provider>()
        from path in Enum.GetValues<ChatPath>()
        select new TestFixtureData(provider, path).SetArgDisplayNames(provider.ToString(), path.ToString());

    [SetUp]
    public void Connect()
    {
        _history = [];
        _service = new LoopbackService(_protocol);
        _services = new ServiceCollection().AddSingleton<IMessageClassifier>(new ScriptedClassifier()).AddConversationGuard().BuildServiceProvider();
        _client = _protocol.Connect(_service.Address).AsBuilder().UseConversationGuard().UseFunctionInvocation().Build(_services);
    }

    [TearDown]
    public async Task DisconnectAsync()
    {
        _client.Dispose();
        _service.Dispose();
        await _services.DisposeAsync();
    }

    [Test]
    public async Task R2_the_way_to_the_end_is_seen_on_the_wire()
    {
        (await SayAsync("hello")).Text.Should().Be("Reply 1 of the model.");
        await SayAsync("insult one");
        await SayAsync("insult two");
        var warned = await SayAsync("insult three");
        var ended = await EndsAtAsync("insult four");
        var again = await EndsAtAsync("hello");

        warned.Text.Should().Be("Reply 4 of the model.\n\n" + Notice);
        (ended.Reason, ended.IsRepeat, again.IsRepeat).Should().Be((EndReason.PersistentAbuse, false, true));
        _service.Requests.Should().HaveCount(4, "a refused turn sends no request");
        _service.Requests.Select(request => _protocol.Instructions(request).Length > 0).Should().Equal(false, true, true, true);
        _protocol.Instructions(_service.Requests[3]).Should().NotBe(_protocol.Instructions(_service.Requests[2]), "it says that a warning follows");
    }

    [Test]
    public async Task R8_a_refused_request_redirected_nobody()
    {
        _service.Respond = number => number <= 2 ? null : new Reply("Fine", ".");

        await FailsAtAsync("insult one");
        await FailsAtAsync("insult two");
        var third = await SayAsync("insult three");

        third.Text.Should().Be("Fine.");
    }

    [Test]
    public async Task R5_someone_at_risk_is_supported_with_an_instruction_and_help()
    {
        var response = await SayAsync("crisis");

        _protocol.Instructions(_service.Requests[0]).Should().NotBeEmpty();
        response.Text.Should().StartWith("Reply 1 of the model.").And.NotBe("Reply 1 of the model.");
    }

    [Test]
    public async Task R13_the_end_tool_arrives_with_its_schema_after_a_warning_only()
    {
        await SayAsync("insult one");
        await SayAsync("insult two");
        await SayAsync("insult three");
        await SayAsync("hello there");
        await SayAsync("crisis");

        _service.Requests.Select(request => _protocol.Tools(request).ContainsKey(EndTool)).Should().Equal(false, false, false, true, false);
        _protocol.Tools(_service.Requests[3])[EndTool].ToJsonString().Should().Contain("last resort").And.Contain("\"reason\"");
    }

    [Test]
    public async Task R13_a_model_that_asks_twice_ends_the_conversation()
    {
        _service.Respond = number => number > 3 ? new Reply("", Tool: EndTool) : new Reply("Fine", ".");
        await SayAsync("insult one");
        await SayAsync("insult two");
        await SayAsync("insult three");

        var ended = await EndsAtAsync("hello there");

        ended.Reason.Should().Be(EndReason.ModelRequest);
        _service.Requests.Should().HaveCount(5);
        _service.Requests[4].ToJsonString().Should().Contain("Not ended yet");
        (await EndsAtAsync("hello")).IsRepeat.Should().BeTrue();
        _service.Requests.Should().HaveCount(5);
    }

    [Test]
    public async Task R13_a_model_that_asks_once_and_answers_goes_on()
    {
        _service.Respond = number => number == 4 ? new Reply("", Tool: EndTool) : new Reply("Fine", ".");
        await SayAsync("insult one");
        await SayAsync("insult two");
        await SayAsync("insult three");

        var answered = await SayAsync("hello there");

        answered.Text.Should().Be("Fine.");
        _service.Requests.Should().HaveCount(5);
    }

    [Test]
    public async Task R11_a_conversation_is_followed_along_the_services_ids()
    {
        if (provider != Provider.OpenAIResponses)
        {
            (await path.AskAsync(_client, [new(ChatRole.User, "hello")])).ConversationId.Should().BeNull("this service keeps no conversations");
            return;
        }

        string? id = null;
        foreach (var text in new[] { "hello", "insult one", "insult two", "insult three" })
        {
            id = (await path.AskAsync(_client, [new(ChatRole.User, text)], new ChatOptions { ConversationId = id })).ConversationId;
        }

        var ask = () => path.AskAsync(_client, [new(ChatRole.User, "insult four")], new ChatOptions { ConversationId = id });

        (await ask.Should().ThrowAsync<ConversationEndedException>()).Which.Reason.Should().Be(EndReason.PersistentAbuse);
        id.Should().Be("resp4");
        _service.Requests.Select(request => (string?)request["previous_response_id"]).Should().Equal(null, "resp1", "resp2", "resp3");
    }

    private async Task<ChatResponse> SayAsync(string text)
    {
        _history.Add(new ChatMessage(ChatRole.User, text));
        var response = await path.AskAsync(_client, _history, new ChatOptions().WithConversationKey("conversation"));
        _history.AddMessages(response);
        return response;
    }

    private async Task<ConversationEndedException> EndsAtAsync(string text)
    {
        var say = () => SayAsync(text);
        return (await say.Should().ThrowAsync<ConversationEndedException>()).Which;
    }

    private async Task FailsAtAsync(string text)
    {
        var say = () => SayAsync(text);
        (await say.Should().ThrowAsync<Exception>()).Which.Should().NotBeOfType<ConversationEndedException>();
    }
}
