using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Hosting;
using ConversationGuard.Termination;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace ConversationGuard.Tests.ChatCompletion;

/// <summary>Where function invocation stands.</summary>
public enum Invocation
{
    Absent,
    Inside,
    Outside,
}

/// <summary>The model's own end (R13): it may ask, twice in a row, where a warning is in force; ledger and policies may say no.</summary>
[TestFixture(ChatPath.Whole, Invocation.Absent)]
[TestFixture(ChatPath.Streaming, Invocation.Absent)]
[TestFixture(ChatPath.Whole, Invocation.Inside)]
[TestFixture(ChatPath.Streaming, Invocation.Inside)]
[TestFixture(ChatPath.Whole, Invocation.Outside)]
[TestFixture(ChatPath.Streaming, Invocation.Outside)]
public class ModelEndTests(ChatPath path, Invocation invocation)
{
    private static readonly AIFunction _weather = AIFunctionFactory.Create(() => "sunny", "weather");

    [Test]
    public async Task R13_a_request_confirmed_at_once_ends_the_conversation()
    {
        await using var chat = await WarnedAsync();
        chat.Model.Says(ModelScript.AsksForTheEnd(), ModelScript.AsksForTheEnd("Take care."));

        var ended = await chat.EndsAtAsync("you again");

        ended.Reason.Should().Be(EndReason.ModelRequest);
        ended.IsRepeat.Should().BeFalse();
        ended.RuleIds.Should().Equal("R1", "R13");
        ended.UserMessage.Should().Contain("I have ended this conversation").And.Contain("start a new conversation");
        ended.Ending.Evidence.Should().HaveCount(4);
        chat.Model.Calls.Should().HaveCount(3 + 2);
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().ContainSingle().Which.Ending!.Reason.Should().Be(EndReason.ModelRequest);
        var status = await chat.Guard.GetStatusAsync("conversation-1");
        status.State.Phase.Should().Be(ConversationPhase.Ended);
        status.Ending!.Reason.Should().Be(EndReason.ModelRequest);
    }

    [Test]
    public async Task R13_the_reply_to_the_warned_turn_made_again_is_no_place_to_end()
    {
        await using var chat = await WarnedAsync();

        await chat.RegenerateAsync();
        chat.Model.Calls[^1].HasEndTool().Should().BeFalse("the user has written nothing since the warning");

        await chat.SayAsync("you again");
        chat.Model.Calls[^1].HasEndTool().Should().BeTrue();
    }

    [Test]
    public async Task R11_after_it_every_call_is_refused_until_the_host_reinstates()
    {
        await using var chat = await WarnedAsync();
        chat.Model.Says(ModelScript.AsksForTheEnd(), ModelScript.AsksForTheEnd());
        await chat.EndsAtAsync("you again");

        (await chat.EndsAtAsync("hello?")).Should().Match<ConversationEndedException>(ended => ended.IsRepeat && ended.Reason == EndReason.ModelRequest);
        chat.Model.Calls.Should().HaveCount(5);
        await chat.Guard.ReinstateAsync("conversation-1");
        (await chat.SayAsync("hello!")).Text.Should().Be("Reply 6");
    }

    [Test]
    public async Task R13_a_request_that_is_not_confirmed_is_only_a_request()
    {
        await using var chat = await WarnedAsync();
        chat.Model.Says(ModelScript.AsksForTheEnd(), ModelScript.Text("Let us go on."), ModelScript.AsksForTheEnd(), ModelScript.Text("And on."));

        (await chat.SayAsync("you again")).Text.Should().Be("Let us go on.");
        (await chat.SayAsync("and again")).Text.Should().Be("And on.", "a request is forgotten with its turn");

        chat.Model.Calls[4].ToldAboutTheEnd().Should().ContainSingle().Which.Should().Contain("Not ended yet").And.Contain("again");
        (await chat.Guard.GetStatusAsync("conversation-1")).Ending.Should().BeNull();
    }

    [Test]
    public async Task R13_neither_the_calls_nor_their_results_get_out()
    {
        await using var chat = await WarnedAsync();
        chat.Model.Says(ModelScript.AsksForTheEnd("Hm. "), ModelScript.Text("Let us go on."));

        var response = await chat.SayAsync("you again");

        response.Text.Should().Contain("Hm.").And.EndWith("Let us go on.");
        response.Messages.SelectMany(message => message.Contents).Should().AllBeOfType<TextContent>();
        response.Messages.Should().OnlyContain(message => message.Contents.Count > 0 && message.Role == ChatRole.Assistant);
        response.FinishReason.Should().Be(ChatFinishReason.Stop);
    }

    [Test]
    public async Task R13_two_requests_in_one_answer_are_no_confirmation()
    {
        await using var chat = await WarnedAsync();
        var both = ModelScript.AsksForTheEnd(callId: "end-1");
        both.Contents.Add(ModelScript.End("end-2"));
        chat.Model.Says(both, ModelScript.Text("Let us go on."));

        (await chat.SayAsync("you again")).Text.Should().Be("Let us go on.");

        chat.Model.Calls[^1].ToldAboutTheEnd().Should().HaveCount(2).And.OnlyContain(told => told.Contains("alone"));
    }

    [Test]
    public async Task R13_a_call_of_another_tool_in_between_ends_the_request()
    {
        await using var chat = await WarnedAsync();
        chat.Tools = [_weather];
        chat.Model.Says(ModelScript.AsksForTheEnd(callId: "end-1"), ModelScript.Calls("weather"), ModelScript.AsksForTheEnd(callId: "end-2"), ModelScript.Text("Sunny."));

        if (invocation == Invocation.Absent)
        {
            // Nobody runs the host's tool: its call is the host's to answer.
            var response = await chat.SayAsync("you again");
            response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().Should().ContainSingle().Which.Name.Should().Be("weather");
            return;
        }

        (await chat.SayAsync("you again")).Text.Should().Be("Sunny.");
        (await chat.Guard.GetStatusAsync("conversation-1")).Ending.Should().BeNull();
    }

    [Test]
    public async Task R13_a_call_beside_another_tool_is_neither_request_nor_confirmation_and_the_other_is_run()
    {
        await using var chat = await WarnedAsync();
        chat.Tools = [_weather];
        chat.Model.Says(ModelScript.Calls("weather", ModelScript.End("end-1")), ModelScript.AsksForTheEnd(callId: "end-2"), ModelScript.Text("Sunny."));

        var response = await chat.SayAsync("you again");

        response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().Should().ContainSingle().Which.Name.Should().Be("weather");
        if (invocation != Invocation.Absent)
        {
            response.Text.Should().Be("Sunny.");
            chat.Model.Calls[^1].ToldAboutTheEnd().Last().Should().Contain("Not ended yet");
        }
    }

    [Test]
    public async Task R13_a_policy_can_veto_and_the_model_goes_on()
    {
        await using var chat = await WarnedAsync(register: services => services.AddSingleton<ITerminationPolicy>(new ModelEndsNothing()));
        chat.Model.Says(ModelScript.AsksForTheEnd(callId: "end-1"), ModelScript.AsksForTheEnd(callId: "end-2"), ModelScript.Text("Let us go on."));

        (await chat.SayAsync("you again")).Text.Should().Be("Let us go on.");

        chat.Model.Calls[^1].ToldAboutTheEnd().Last().Should().Contain("not allowed").And.Contain("HOUSE-1");
        chat.Model.Calls[^1].HasEndTool().Should().BeFalse();
        (await chat.Guard.GetStatusAsync("conversation-1")).Ending.Should().BeNull();
        var vetoed = chat.Observer.Of(GuardEventKind.ModelEndVetoed).Should().ContainSingle("operators see it").Which;
        (vetoed.Action, vetoed.Phase, vetoed.IsCrisisHold, vetoed.ConversationKey).Should().Be((GuardAction.Continue, ConversationPhase.Warned, false, "conversation-1"));
        vetoed.RuleIds.Should().Equal("HOUSE-1");
    }

    [Test]
    public async Task R5_a_crisis_that_came_up_meanwhile_vetoes()
    {
        await using var chat = await WarnedAsync();
        var calls = 0;
        chat.Model.Before = async cancellationToken =>
        {
            if (++calls == 2)
            {
                chat.Model.Before = null;
                await chat.AskAsync([.. chat.History, new ChatMessage(ChatRole.User, "crisis")], cancellationToken);
            }
        };
        var lines = new Queue<ChatMessage>([ModelScript.AsksForTheEnd(callId: "end-1"), ModelScript.AsksForTheEnd(callId: "end-2"), ModelScript.Text("I am here.")]);
        chat.Model.Respond = (messages, _) => new ChatResponse(messages.Any(message => message.Text == "crisis") ? ModelScript.Text("That sounds hard.") : lines.Dequeue());

        (await chat.SayAsync("you again")).Text.Should().StartWith("I am here.");

        chat.Model.Calls[^1].ToldAboutTheEnd().Last().Should().Contain("(R5)");
        (await chat.Guard.GetStatusAsync("conversation-1")).Should().Match<ConversationStatus>(status => status.Ending == null && status.State.IsCrisisHold);
    }

    [Test]
    public async Task R6_a_store_that_fails_ends_nothing()
    {
        await using var chat = await WarnedAsync();
        chat.Model.Says(ModelScript.AsksForTheEnd(callId: "end-1"), ModelScript.AsksForTheEnd(callId: "end-2"), ModelScript.Text("Let us go on."));
        chat.Model.Before = _ =>
        {
            chat.Store.BeforeWrite = () => throw new IOException("The store is scripted to fail.");
            return Task.CompletedTask;
        };

        (await chat.SayAsync("you again")).Text.Should().Be("Let us go on.");

        chat.Observer.Of(GuardEventKind.StoreFailed).Should().NotBeEmpty();
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().BeEmpty();
    }

    [Test]
    public async Task R14_the_farewell_goes_out_and_after_it_only_the_end()
    {
        await using var chat = await WarnedAsync();
        chat.Model.Says(ModelScript.AsksForTheEnd(callId: "end-1"), ModelScript.AsksForTheEnd("Take care.", "end-2"), ModelScript.Text("One more thing!"));
        var received = new List<ChatResponseUpdate>();
        var ask = async () =>
        {
            await foreach (var update in chat.Client.GetStreamingResponseAsync([.. chat.History, new ChatMessage(ChatRole.User, "you again")], chat.NewOptions()))
            {
                received.Add(update);
            }
        };

        await ask.Should().ThrowAsync<ConversationEndedException>();

        string.Concat(received.Select(update => update.Text)).Should().Be("Take care.");
        received.SelectMany(update => update.Contents).Should().AllBeOfType<TextContent>();
        chat.Model.OpenStreams.Should().Be(0);
    }

    [Test]
    public async Task R14_where_the_host_wants_responses_the_end_follows_the_farewell_as_one()
    {
        await using var chat = await WarnedAsync(options => options.EndBehavior = EndBehavior.Respond);
        chat.Model.Says(ModelScript.AsksForTheEnd(callId: "end-1"), ModelScript.AsksForTheEnd("Take care.", "end-2"));

        var response = await chat.AskAsync([.. chat.History, new ChatMessage(ChatRole.User, "you again")]);

        response.Text.Should().StartWith("Take care.").And.Contain("I have ended this conversation");
        response.FinishReason.Should().Be(ConversationGuardChatClient.ConversationEndedFinishReason);
        response.Messages.SelectMany(message => message.Contents).Should().AllBeOfType<TextContent>();
        response.AdditionalProperties!["ConversationGuard.Reason"].Should().Be("model_request");
    }

    [Test]
    public async Task R19_the_models_reason_goes_nowhere()
    {
        await using var chat = await WarnedAsync();
        chat.Model.Says(ModelScript.AsksForTheEnd(), ModelScript.AsksForTheEnd());

        var ended = await chat.EndsAtAsync("you again");

        ended.ToString().Should().NotContain("secret");
        chat.Observer.Events.Should().NotContain(one => one.ToString().Contains("secret"));
    }

    [Test]
    public async Task R13_a_model_that_asks_and_asks_is_stopped_after_a_few_rounds()
    {
        await using var chat = await WarnedAsync(register: services => services.AddSingleton<ITerminationPolicy>(new ModelEndsNothing()));
        var asked = 0;
        chat.Model.Respond = (_, options) => new ChatResponse(
            options?.Tools?.Any(tool => tool.Name == ModelScript.EndTool) == true ? ModelScript.AsksForTheEnd(callId: "end-" + ++asked) : ModelScript.Text("Let us go on."));

        (await chat.SayAsync("you again")).Text.Should().Be("Let us go on.");

        asked.Should().Be(2);
    }

    [Test]
    public async Task R13_there_is_no_tool_before_a_warning_was_delivered_or_when_it_lapsed()
    {
        await using var chat = await WarnedAsync();
        chat.Model.Calls.Should().HaveCount(3).And.OnlyContain(call => !call.HasEndTool());

        await chat.SayAsync("hello");
        chat.Model.Calls[^1].HasEndTool().Should().BeTrue();
        await chat.SayAllAsync("how are you", "what is the weather", "thanks");
        chat.Model.Calls[^1].HasEndTool().Should().BeFalse();
    }

    [Test]
    public async Task R5_there_is_no_tool_in_a_crisis_hold()
    {
        await using var chat = await WarnedAsync();

        await chat.SayAllAsync("crisis", "insult again");

        chat.Model.Calls.Skip(3).Should().HaveCount(2).And.OnlyContain(call => !call.HasEndTool());
    }

    [Test]
    public async Task R18_the_host_can_leave_the_tool_out()
    {
        await using var chat = await WarnedAsync(options => options.OfferEndTool = false);

        await chat.SayAsync("hello");

        chat.Model.Calls[^1].HasEndTool().Should().BeFalse();
    }

    [Test]
    public async Task R18_there_is_no_tool_while_the_guard_observes()
    {
        await using var chat = await WarnedAsync(options => options.Mode = GuardMode.Observe);

        await chat.SayAsync("hello");

        chat.Model.Calls[^1].HasEndTool().Should().BeFalse();
    }

    [Test]
    public async Task R13_there_is_no_tool_where_the_guard_ends_nothing()
    {
        await using var chat = await WarnedAsync(options => options.MostSevereAction = GuardAction.Warn);

        await chat.SayAsync("hello");

        (await chat.Guard.GetStatusAsync("conversation-1")).State.IsWarned.Should().BeTrue();
        chat.Model.Calls[^1].HasEndTool().Should().BeFalse();
    }

    [Test]
    public async Task A_tool_of_the_host_with_that_name_is_the_hosts()
    {
        await using var chat = await WarnedAsync();
        var runs = 0;
        chat.Tools = [AIFunctionFactory.Create(() => ++runs, ModelScript.EndTool)];
        chat.Model.Says(ModelScript.AsksForTheEnd(callId: "end-1"), ModelScript.AsksForTheEnd(callId: "end-2"), ModelScript.Text("Done."));

        var response = await chat.SayAsync("you again");

        response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().Should().NotBeEmpty();
        runs.Should().Be(invocation == Invocation.Absent ? 0 : 2);
        chat.Model.Calls[^1].Options!.Tools.Should().ContainSingle();
        (await chat.Guard.GetStatusAsync("conversation-1")).Ending.Should().BeNull();
    }

    [Test]
    public async Task The_hosts_options_stay_as_they_are()
    {
        await using var chat = await WarnedAsync();
        var options = new ChatOptions { Tools = [_weather] }.WithConversationKey("conversation-1");

        await path.AskAsync(chat.Client, [.. chat.History, new ChatMessage(ChatRole.User, "hello")], options);

        options.Tools.Should().ContainSingle();
        chat.Model.Calls[^1].Options!.Tools.Should().HaveCount(2);
    }

    [Test]
    public async Task R15_old_calls_of_the_tool_in_the_history_change_nothing()
    {
        await using var chat = await WarnedAsync();
        chat.History.Add(ModelScript.AsksForTheEnd(callId: "end-old"));
        chat.History.Add(new ChatMessage(ChatRole.Tool, [new FunctionResultContent("end-old", "Not ended yet. Call it again.")]));
        chat.Model.Says(ModelScript.AsksForTheEnd(callId: "end-new"), ModelScript.Text("Let us go on."));

        (await chat.SayAsync("you again")).Text.Should().Be("Let us go on.");

        (await chat.Guard.GetStatusAsync("conversation-1")).Ending.Should().BeNull();
    }

    [Test]
    public async Task R13_a_background_call_counts_nothing_and_can_end_nothing()
    {
        await using var chat = await WarnedAsync();
        var (verdicts, writes) = (chat.Classifier.Calls, chat.Store.Writes);
        chat.Model.Says(ModelScript.AsksForTheEnd(callId: "end-1"));

        await path.AskAsync(chat.Client, [.. chat.History, new ChatMessage(ChatRole.User, "insult four")], chat.NewOptions()!.AsBackgroundConversation());

        chat.Classifier.Calls.Should().Be(verdicts);
        chat.Store.Writes.Should().Be(writes);
        chat.Model.Calls[3].HasEndTool().Should().BeFalse();
        chat.Model.Calls[3].Instructions.Should().BeNull();
        (await chat.Guard.GetStatusAsync("conversation-1")).State.Should().Match<ConversationState>(state => state.Violations.Count == 3 && state.IsWarned);
    }

    [Test]
    public async Task R11_a_background_call_in_an_ended_conversation_is_refused()
    {
        await using var chat = await WarnedAsync();
        await chat.EndsAtAsync("insult four");

        var ask = () => path.AskAsync(chat.Client, [new ChatMessage(ChatRole.User, "Summarise.")], chat.NewOptions()!.AsBackgroundConversation());

        (await ask.Should().ThrowAsync<ConversationEndedException>()).Which.IsRepeat.Should().BeTrue();
    }

    [Test]
    public async Task R13_a_guarded_sub_agent_that_serves_a_tool_has_no_such_tool()
    {
        await using var chat = await WarnedAsync();
        var host = new ScriptedChatClient();
        host.Says(ModelScript.Calls("ask"), ModelScript.Text("Done."));
        var ask = AIFunctionFactory.Create(async () => (await chat.SayAsync("hello")).Text, "ask");

        await path.AskAsync(host.AsBuilder().UseFunctionInvocation().Build(), [new ChatMessage(ChatRole.User, "go")], new ChatOptions { Tools = [ask] });

        chat.Model.Calls.Should().HaveCount(4);
        chat.Model.Calls[^1].HasEndTool().Should().BeFalse();
    }

    [Test]
    public async Task R11_a_model_ends_a_conversation_by_both_of_its_ids()
    {
        await using var chat = await WarnedAsync(key: null, conversationId: "conv-1");
        chat.Model.Says(ModelScript.AsksForTheEnd(callId: "end-1"), ModelScript.AsksForTheEnd(callId: "end-2"));
        var script = chat.Model.Respond!;
        chat.Model.Respond = (messages, options) =>
        {
            var response = script(messages, options);
            response.ConversationId = "conv-2";
            return response;
        };

        var ask = (string id) => path.AskAsync(chat.Client, [new ChatMessage(ChatRole.User, "you again")], new ChatOptions { ConversationId = id });

        (await ask.Awaiting(it => it("conv-1")).Should().ThrowAsync<ConversationEndedException>()).Which.IsRepeat.Should().BeFalse();
        if (invocation != Invocation.Inside)
        {
            chat.Model.Calls[^1].Options!.ConversationId.Should().Be("conv-2");
            chat.Model.Calls[^1].Messages.Should().ContainSingle().Which.Role.Should().Be(ChatRole.Tool);
        }

        foreach (var id in new[] { "conv-1", "conv-2" })
        {
            (await ask.Awaiting(it => it(id)).Should().ThrowAsync<ConversationEndedException>()).Which.IsRepeat.Should().BeTrue();
        }
    }

    /// <summary>A conversation in which a warning was delivered and is in force.</summary>
    [Test]
    public async Task R11_a_request_in_a_conversation_that_the_host_has_ended_meanwhile_is_refused_as_every_call_is()
    {
        await using var chat = await WarnedAsync();
        chat.Model.Says(ModelScript.AsksForTheEnd(), ModelScript.AsksForTheEnd());
        chat.Model.Before = async cancellationToken => await chat.Guard.EndAsync("conversation-1", cancellationToken: cancellationToken);

        var ended = await chat.EndsAtAsync("you again");

        (ended.IsRepeat, ended.Reason).Should().Be((true, EndReason.HostRequest));
        chat.Observer.Of(GuardEventKind.CallRefused).Should().ContainSingle();
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().ContainSingle();
    }

    [Test]
    public async Task R13_a_request_after_a_tool_is_vetoed_if_the_host_has_cleared_the_record_meanwhile()
    {
        await using var chat = await WarnedAsync(key: null, conversationId: "conv-1");
        chat.Model.Says(ModelScript.AsksForTheEnd(callId: "end-1"), ModelScript.AsksForTheEnd(callId: "end-2"), ModelScript.Text("Sunny."));
        chat.Model.Before = async cancellationToken => await chat.Guard.ReinstateAsync("conv-1", cancellationToken);
        var step = new ChatMessage(ChatRole.Tool, [new FunctionResultContent("weather-id", "sunny")]);

        var response = await path.AskAsync(chat.Client, [step], new ChatOptions { ConversationId = "conv-1" });

        response.Text.Should().Be("Sunny.");
        chat.Observer.Of(GuardEventKind.StoreFailed).Should().BeEmpty();
        chat.Observer.Of(GuardEventKind.ModelEndVetoed).Should().ContainSingle().Which.RuleIds.Should().Equal("R13");
    }

    private async Task<GuardedChat> WarnedAsync(
        Action<ConversationGuardOptions>? configure = null, Action<IServiceCollection>? register = null, string? key = "conversation-1", string? conversationId = null)
    {
        var chat = new GuardedChat(path, configure, register, builder => invocation switch
        {
            Invocation.Inside => builder.UseConversationGuard().UseFunctionInvocation(),
            Invocation.Outside => builder.UseFunctionInvocation().UseConversationGuard(),
            _ => builder.UseConversationGuard(),
        });
        chat.Key = key;
        foreach (var text in new[] { "insult one", "insult two", "insult three" })
        {
            if (conversationId is null)
            {
                await chat.SayAsync(text);
            }
            else
            {
                await path.AskAsync(chat.Client, [new ChatMessage(ChatRole.User, text)], new ChatOptions { ConversationId = conversationId });
            }
        }

        return chat;
    }

    private sealed class ModelEndsNothing : ITerminationPolicy
    {
        public ValueTask<GuardDecision> DecideAsync(TerminationContext context, CancellationToken cancellationToken = default) =>
            new(context.IsModelEndRequest ? GuardDecision.Veto(GuardAction.Warn, "HOUSE-1") : GuardDecision.Continue);
    }
}
