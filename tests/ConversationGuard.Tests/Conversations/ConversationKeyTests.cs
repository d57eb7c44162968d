using ConversationGuard.Conversations;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Tests.Conversations;

public class ConversationKeyTests
{
    private const string SharedAgentHistory = "_agent_local_chat_history";

    private static readonly ChatMessage[] _messages = [new(ChatRole.User, "hello")];

    [Test]
    public void The_key_that_was_set_on_the_call_comes_first()
    {
        var options = new ChatOptions { ConversationId = "conv-1" }.WithConversationKey("call");

        Resolve(options, new Resolver("host")).Should().Be(new ConversationKey("call", false));
    }

    [Test]
    public void The_hosts_resolver_comes_second()
    {
        Resolve(new ChatOptions { ConversationId = "conv-1" }, new Resolver("host")).Should().Be(new ConversationKey("host", false));
        Resolve(null, new Resolver("host")).Should().Be(new ConversationKey("host", false));
    }

    [Test]
    public void The_conversation_id_comes_last_and_is_known_to_be_one() =>
        Resolve(new ChatOptions { ConversationId = "conv-1" }, new Resolver(null)).Should().Be(new ConversationKey("conv-1", true));

    [Test]
    public void Nothing_tells_is_transcript_mode()
    {
        Resolve(null, null).Should().Be(default(ConversationKey));
        Resolve(new ChatOptions(), null).Value.Should().BeNull();
        Resolve(new ChatOptions { AdditionalProperties = new() { ["another"] = "value" } }, new Resolver(null)).Value.Should().BeNull();
    }

    [Test]
    public void R11_a_constant_that_unrelated_sessions_share_is_no_key()
    {
        Resolve(new ChatOptions { ConversationId = SharedAgentHistory }, null).Value.Should().BeNull();
        ConversationKey.IsUsable(SharedAgentHistory).Should().BeFalse();
        ConversationKey.IsUsable("conv-1").Should().BeTrue();
    }

    [TestCase("")]
    [TestCase("  ")]
    [TestCase("\t\n")]
    public void A_blank_value_leaves_it_to_the_next_source(string blank)
    {
        var options = new ChatOptions { ConversationId = "conv-1", AdditionalProperties = new() { [ConversationKey.PropertyName] = blank } };

        Resolve(options, new Resolver("host")).Value.Should().Be("host");
        Resolve(options, new Resolver(blank)).Value.Should().Be("conv-1");
        options.ConversationId = blank;
        Resolve(options, new Resolver(blank)).Value.Should().BeNull();
    }

    [Test]
    public void A_property_that_is_null_leaves_it_to_the_next_source() =>
        Resolve(new ChatOptions { AdditionalProperties = new() { [ConversationKey.PropertyName] = null } }, new Resolver("host")).Value.Should().Be("host");

    [Test]
    public void The_resolver_sees_the_call_and_is_asked_only_if_the_call_has_no_key()
    {
        var resolver = new Resolver("host");
        var options = new ChatOptions { ConversationId = "conv-1" };

        Resolve(options, resolver);
        Resolve(new ChatOptions().WithConversationKey("call"), resolver);

        resolver.Asked.Should().ContainSingle();
        resolver.Asked[0].Messages.Should().BeSameAs(_messages);
        resolver.Asked[0].Options.Should().BeSameAs(options);
    }

    [Test]
    public void A_call_s_key_survives_the_cloning_of_its_options() =>
        Resolve(new ChatOptions().WithConversationKey("call").Clone(), null).Value.Should().Be("call");

    private static ConversationKey Resolve(ChatOptions? options, IConversationKeyResolver? resolver) => ConversationKey.Resolve(_messages, options, resolver);

    private sealed class Resolver(string? key) : IConversationKeyResolver
    {
        public List<ConversationKeyContext> Asked { get; } = [];

        public string? Resolve(ConversationKeyContext context)
        {
            Asked.Add(context);
            return key;
        }
    }
}
