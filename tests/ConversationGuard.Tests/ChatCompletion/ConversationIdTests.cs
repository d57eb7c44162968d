using ConversationGuard.ChatCompletion;
using ConversationGuard.DeEscalation;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Tests.ChatCompletion;

/// <summary>The server holds the history: a call presents only what is new, and the id may change with every response.</summary>
[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class ConversationIdTests(ChatPath path)
{
    private GuardedChat _chat = null!;

    [SetUp]
    public void CreateChat() => _chat = new GuardedChat(path) { Key = null };

    [TearDown]
    public async Task DisposeChat() => await _chat.DisposeAsync();

    [Test]
    public async Task R10_a_chain_of_ids_is_one_conversation()
    {
        GiveEveryResponseANewId();

        await SayAsync("insult one");
        await SayAsync("insult two");
        var third = await SayAsync("insult three");
        var fourth = () => SayAsync("insult four");

        third.Text.Should().Contain("may be ended");
        _chat.ConversationId.Should().Be("conv-3");
        (await fourth.Should().ThrowAsync<ConversationEndedException>()).Which.Should().BeEquivalentTo(new { ConversationKey = "conv-3", IsRepeat = false });
        (await fourth.Should().ThrowAsync<ConversationEndedException>()).Which.IsRepeat.Should().BeTrue();
    }

    [Test]
    public async Task R10_a_chain_that_begins_with_calm_turns_is_one_conversation()
    {
        GiveEveryResponseANewId();

        await SayAsync("hello");
        await SayAsync("insult one");
        await SayAsync("well");
        await SayAsync("insult two");
        await SayAsync("insult three");

        var state = await _chat.StateAsync();
        state.Violations.Should().HaveCount(3);
        state.FailedRedirections.Should().Be(1);
    }

    [Test]
    public async Task R10_a_constant_thread_id_is_one_conversation()
    {
        _chat.ConversationId = "thread-1";
        _chat.Model.Respond = (_, options) => new ChatResponse(new ChatMessage(ChatRole.Assistant, "Hm.")) { ConversationId = options!.ConversationId };

        await SayAsync("hello");
        await SayAsync("insult");
        await SayAsync("insult");
        var third = await SayAsync("insult");
        var fourth = () => SayAsync("insult");

        third.Text.Should().Contain("may be ended", "the same insult typed again counts again");
        await fourth.Should().ThrowAsync<ConversationEndedException>();
    }

    [Test]
    public async Task R10_a_retry_with_a_thread_id_counts_once()
    {
        _chat.ConversationId = "thread-1";
        _chat.Model.Before = _ => throw new HttpRequestException();
        for (var i = 0; i < 4; i++)
        {
            var fail = () => SayAsync("insult");
            await fail.Should().ThrowAsync<HttpRequestException>();
        }

        _chat.Model.Before = null;
        await SayAsync("insult");

        (await _chat.StateAsync()).Violations.Should().ContainSingle();
    }

    [Test]
    public async Task R10_a_retry_in_a_chain_counts_once()
    {
        GiveEveryResponseANewId();
        await SayAsync("insult one");
        _chat.Model.Before = _ => throw new HttpRequestException();
        for (var i = 0; i < 4; i++)
        {
            var fail = () => SayAsync("insult two");
            await fail.Should().ThrowAsync<HttpRequestException>();
        }

        _chat.Model.Before = null;
        await SayAsync("insult two");

        (await _chat.StateAsync()).Violations.Should().HaveCount(2);
    }

    [Test]
    public async Task R11_a_branch_from_an_older_id_starts_with_the_ledger_it_had_there()
    {
        GiveEveryResponseANewId();
        await SayAsync("insult one");
        await SayAsync("insult two");
        await SayAsync("insult three");
        var end = () => SayAsync("insult four");
        await end.Should().ThrowAsync<ConversationEndedException>();

        _chat.ConversationId = "conv-1";
        var state = await _chat.StateAsync();
        var answer = await SayAsync("insult elsewhere");

        state.Violations.Should().ContainSingle();
        answer.Text.Should().NotContain("may be ended");
        (await _chat.StateAsync()).Violations.Should().HaveCount(2);
    }

    [Test]
    public async Task R11_a_branch_does_not_have_a_turn_whose_call_failed_first_and_went_on_then()
    {
        GiveEveryResponseANewId();
        await SayAsync("insult one");
        _chat.Model.Before = _ => throw new HttpRequestException();
        var fail = () => SayAsync("insult two");
        await fail.Should().ThrowAsync<HttpRequestException>();
        _chat.Model.Before = null;
        await SayAsync("insult two");

        _chat.ConversationId = "conv-1";

        (await _chat.StateAsync()).Violations.Should().ContainSingle("the second insult belongs to the branch that went on to conv-2");
    }

    [Test]
    public async Task R10_regenerating_from_the_id_before_counts_once()
    {
        GiveEveryResponseANewId();
        await SayAsync("insult one");
        for (var i = 0; i < 4; i++)
        {
            _chat.ConversationId = "conv-1";
            (await SayAsync("insult two")).Text.Should().NotContain("may be ended");
        }

        (await _chat.StateAsync()).Violations.Should().HaveCount(2);
    }

    [Test]
    public async Task R11_the_shared_constant_of_agents_is_no_key()
    {
        _chat.ConversationId = "_agent_local_chat_history";
        for (var i = 0; i < 6; i++)
        {
            await SayAsync($"insult of user {i}");
        }

        _chat.Store.Reads.Should().Be(0);
        _chat.Model.Calls.Should().HaveCount(6);
        (await _chat.Guard.GetStatusAsync("_agent_local_chat_history")).State.Phase.Should().Be(ConversationPhase.Engaged);
    }

    [Test]
    public async Task A_shared_constant_in_a_response_is_no_key_either()
    {
        _chat.Model.Respond = (_, _) => new ChatResponse(new ChatMessage(ChatRole.Assistant, "Hm.")) { ConversationId = "_agent_local_chat_history" };

        await SayAsync("insult one");

        _chat.Store.Writes.Should().Be(0);
    }

    [Test]
    public async Task A_key_on_the_call_is_not_left_for_a_changing_id()
    {
        GiveEveryResponseANewId();
        _chat.Key = "mine";

        await SayAsync("insult one");
        await SayAsync("insult two");

        (await _chat.StateAsync()).Violations.Should().HaveCount(2);
        (await _chat.Guard.GetStatusAsync("conv-1")).State.Violations.Should().BeEmpty();
    }

    [Test]
    public async Task R5_a_crisis_hold_follows_the_chain()
    {
        GiveEveryResponseANewId();
        await SayAsync("hello");
        await SayAsync("crisis");
        for (var i = 0; i < 6; i++)
        {
            await SayAsync($"insult {i}");
        }

        (await _chat.StateAsync()).IsCrisisHold.Should().BeTrue();
        _chat.Model.Calls.Should().HaveCount(8);
    }

    [Test]
    public async Task R18_observed_conversations_follow_the_chain_too()
    {
        await using var chat = new GuardedChat(path, options => options.Mode = GuardMode.Observe) { Key = null };
        (_chat, var other) = (chat, _chat);
        await other.DisposeAsync();
        GiveEveryResponseANewId();

        for (var i = 0; i < 5; i++)
        {
            await SayAsync($"insult {i}");
        }

        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().ContainSingle();
        chat.Observer.Of(GuardEventKind.CallRefused).Should().ContainSingle();
    }

    [Test]
    public async Task A_store_that_fails_while_the_id_moves_on_does_not_take_the_reply_away()
    {
        GiveEveryResponseANewId();
        await SayAsync("insult one");
        _chat.Model.Before = _ =>
        {
            _chat.Store.BeforeWrite = () => throw new IOException();
            return Task.CompletedTask;
        };

        var reply = await SayAsync("insult two");

        reply.Text.Should().Be("Reply");
        _chat.Observer.Of(GuardEventKind.StoreFailed).Should().NotBeEmpty();
    }

    private void GiveEveryResponseANewId() =>
        _chat.Model.Respond = (_, _) => new ChatResponse(new ChatMessage(ChatRole.Assistant, "Reply")) { ConversationId = $"conv-{_chat.Model.Calls.Count}" };

    /// <summary>Presents the new message alone and goes on from the response's id.</summary>
    private async Task<ChatResponse> SayAsync(string text)
    {
        var response = await _chat.SendAsync(text);
        _chat.ConversationId = response.ConversationId ?? _chat.ConversationId;
        return response;
    }
}
