using ConversationGuard.Conversations;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Tests.ChatCompletion;

[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class KeyTests(ChatPath path)
{
    [Test]
    public async Task The_key_on_the_call_comes_first_then_the_resolver_then_the_conversation_id()
    {
        string? resolved = "from-resolver";
        await using var chat = new GuardedChat(path, register: services => services.AddResolver(_ => resolved)) { Key = "from-call", ConversationId = "from-id" };

        await chat.SendAsync("insult");
        chat.Key = null;
        await chat.SendAsync("insult");
        resolved = null;
        await chat.SendAsync("insult");

        chat.Observer.Events.Select(one => one.ConversationKey).Should().Equal("from-call", "from-resolver", "from-id");
        foreach (var key in new[] { "from-call", "from-resolver", "from-id" })
        {
            (await chat.Guard.GetStatusAsync(key)).State.Violations.Should().ContainSingle();
        }
    }

    [TestCase("")]
    [TestCase("  ")]
    public async Task An_empty_answer_of_the_resolver_leaves_it_to_the_next_source(string answer)
    {
        await using var chat = new GuardedChat(path, register: services => services.AddResolver(_ => answer)) { Key = null, ConversationId = "from-id" };

        await chat.SendAsync("insult");

        chat.Observer.Events.Should().ContainSingle().Which.ConversationKey.Should().Be("from-id");
    }

    [Test]
    public async Task The_resolver_sees_the_messages_and_the_options()
    {
        var seen = new List<ConversationKeyContext>();
        await using var chat = new GuardedChat(path, register: services => services.AddResolver(context =>
        {
            seen.Add(context);
            return context.Options!.AdditionalProperties!["chat"]!.ToString();
        }));
        var options = new ChatOptions { AdditionalProperties = new() { ["chat"] = 17 } };

        await chat.AskAsync([new(ChatRole.User, "insult")], options);

        seen.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Options = options, Messages = new[] { new { Text = "insult" } } }, compare => compare.Including(one => one.Options).Including(one => one.Messages));
        (await chat.Guard.GetStatusAsync("17")).State.Violations.Should().ContainSingle();
    }

    [Test]
    public async Task The_key_leaves_the_conversation_id_alone()
    {
        await using var chat = new GuardedChat(path);

        await chat.SayAsync("insult");

        chat.Model.Calls[0].Options!.ConversationId.Should().BeNull();
    }

    [Test]
    public async Task A_resolver_key_is_one_conversation_whatever_the_shared_constant_says()
    {
        await using var chat = new GuardedChat(path, register: services => services.AddResolver(_ => "mine")) { Key = null, ConversationId = "_agent_local_chat_history" };

        await chat.SayAllAsync("insult one", "insult two", "insult three");

        (await chat.EndsAtAsync("insult four")).ConversationKey.Should().Be("mine");
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase(" ")]
    public void A_key_must_have_content(string? key)
    {
        var set = () => new ChatOptions().WithConversationKey(key!);

        set.Should().Throw<ArgumentException>();
    }
}
