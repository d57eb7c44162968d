using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace ConversationGuard.Tests.ChatCompletion;

[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class BadInputTests(ChatPath path)
{
    private static readonly TestCaseData[] _oddTexts =
    [
        Odd("half of a surrogate pair", "\uD83D"),
        Odd("surrogates in the wrong order", "insult \uDC00\uD800"),
        Odd("emoji alone", "\U0001F600\U0001F621\U0001F92C"),
        Odd("a null character", "\0"),
        Odd("reversed direction", "insult \u202Eabc"),
        Odd("one letter, 100,000 times", new('x', 100_000)),
        Odd("invisible characters alone", "\uFEFF\u200B"),
        Odd("line ends and tabs", "a\r\n\tb"),
    ];

    [Test]
    public async Task Null_messages_are_refused_by_name()
    {
        await using var chat = new GuardedChat(path);

        var ask = () => chat.AskAsync(null!, chat.NewOptions());

        (await ask.Should().ThrowAsync<ArgumentNullException>()).Which.ParamName.Should().Be("messages");
        chat.Model.Calls.Should().BeEmpty();
    }

    [Test]
    public async Task A_null_message_is_refused_with_its_place()
    {
        await using var chat = new GuardedChat(path);

        var ask = () => chat.AskAsync([new(ChatRole.User, "hello"), null!], chat.NewOptions());

        (await ask.Should().ThrowAsync<ArgumentException>()).Which.Message.Should().StartWith("The message at index 1 is null.");
        (chat.Store.Reads, chat.Model.Calls.Count).Should().Be((0, 0));
    }

    [TestCase("conversation-1")]
    [TestCase(null)]
    public async Task No_messages_and_no_user_message_pass_on(string? key)
    {
        await using var chat = new GuardedChat(path) { Key = key };

        await chat.AskAsync([], chat.NewOptions());
        await chat.AskAsync([new(ChatRole.System, "insult"), new(ChatRole.Assistant, "insult")], chat.NewOptions());

        chat.Model.Calls.Should().HaveCount(2).And.OnlyContain(call => call.Instructions == null);
        (chat.Classifier.Calls, chat.Store.Writes).Should().Be((0, 0));
    }

    [TestCase("")]
    [TestCase(" \t\r\n ")]
    [TestCase(null)]
    public async Task Empty_text_is_no_turn(string? text)
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAsync("insult");

        await chat.AskAsync([.. chat.History, new(ChatRole.User, text)]);

        chat.Classifier.Calls.Should().Be(1);
        (await chat.StateAsync()).CalmTurns.Should().Be(0);
        chat.Model.Calls[1].Instructions.Should().BeNull();
    }

    [Test]
    public async Task Pictures_and_data_are_no_turn_but_text_beside_them_is()
    {
        await using var chat = new GuardedChat(path);
        var picture = new DataContent(new byte[] { 1, 2, 3 }, "image/png");

        await chat.AskAsync([new(ChatRole.User, [picture, new UriContent("https://example.com/a.png", "image/png")])], chat.NewOptions());
        await chat.AskAsync([new(ChatRole.User, [picture, new TextContent("insult"), new TextContent(" in two parts")])], chat.NewOptions());

        chat.Classifier.Calls.Should().Be(1);
        (await chat.StateAsync()).Violations.Should().ContainSingle();
    }

    [Test]
    public async Task R5_a_picture_in_a_hold_is_answered_with_support()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAsync("crisis");

        await chat.AskAsync([.. chat.History, new(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")])]);

        chat.Model.Calls[1].Instructions.Should().Contain("supportive");
    }

    [Test]
    public async Task A_message_without_contents_is_no_turn()
    {
        await using var chat = new GuardedChat(path);

        await chat.AskAsync([new() { Role = ChatRole.User }, new(ChatRole.User, (IList<AIContent>)[])], chat.NewOptions());

        chat.Model.Calls.Should().ContainSingle();
        chat.Classifier.Calls.Should().Be(0);
    }

    [TestCaseSource(nameof(_oddTexts))]
    public async Task Odd_text_is_judged_like_any_other_and_keeps_its_identity(string text)
    {
        foreach (var key in new[] { "conversation-1", null })
        {
            await using var chat = new GuardedChat(path, register: services => services.AddClassifier(_ => new([new(HarmCategory.Harassment, 0.9)]))) { Key = key };

            await chat.SendAsync(text);
            await chat.SendAsync(text);

            chat.Model.Calls.Should().HaveCount(2).And.OnlyContain(call => call.Instructions!.Contains("insults"));
            if (key is not null)
            {
                (await chat.StateAsync()).Violations.Should().ContainSingle("the same text in the same place is a retry (R10)");
            }
        }
    }

    [TestCaseSource(nameof(_oddTexts))]
    public async Task Odd_text_is_no_trouble_for_the_embedded_classifier(string text)
    {
        await using var chat = new GuardedChat(path, register: services => services.AddSingleton<IMessageClassifier>(EmbeddedClassifier.Default));

        await chat.SendAsync(text);

        chat.Observer.Of(GuardEventKind.ClassificationFailed).Should().BeEmpty();
        chat.Model.Calls.Should().ContainSingle();
    }

    [TestCase("conversation-1")]
    [TestCase(null)]
    public async Task Ten_megabytes_of_text_are_judged(string? key)
    {
        await using var chat = new GuardedChat(path, register: services => services.AddSingleton<IMessageClassifier>(EmbeddedClassifier.Default)) { Key = key };
        var text = string.Concat(Enumerable.Repeat("lorem ipsum dolor sit amet ", 10 * 1024 * 1024 / 27));

        await chat.SendAsync(text);

        chat.Observer.Of(GuardEventKind.ClassificationFailed).Should().BeEmpty();
        chat.Model.Calls.Should().ContainSingle();
    }

    [Test]
    public async Task Several_new_messages_are_all_judged_and_answered_as_the_worst_of_them()
    {
        await using var chat = new GuardedChat(path);

        await chat.SendAsync("hello", "insult", "are you there?");

        chat.Classifier.Calls.Should().Be(3);
        chat.Model.Calls.Should().ContainSingle().Which.Instructions.Should().Contain("insults or harassment");
        (await chat.StateAsync()).Violations.Should().ContainSingle().Which.IsDelivered.Should().BeTrue();
    }

    [Test]
    public async Task Messages_that_can_be_enumerated_once_are_enumerated_once()
    {
        foreach (var key in new[] { "conversation-1", null })
        {
            await using var chat = new GuardedChat(path) { Key = key };
            var enumerations = 0;
            IEnumerable<ChatMessage> Once()
            {
                enumerations++.Should().Be(0);
                yield return new(ChatRole.User, "hello");
                yield return new(ChatRole.Assistant, "Hi.");
                yield return new(ChatRole.User, "insult");
            }

            await chat.AskAsync(Once(), chat.NewOptions());

            chat.Model.Calls.Should().ContainSingle().Which.Messages.Should().HaveCount(3);
        }
    }

    [Test]
    public async Task A_disposed_client_says_so()
    {
        await using var chat = new GuardedChat(path);
        chat.Client.Dispose();

        var say = () => chat.SayAsync("insult");

        await say.Should().ThrowAsync<ObjectDisposedException>();
        chat.Model.IsDisposed.Should().BeTrue();
        (chat.Store.Reads, chat.Model.Calls.Count).Should().Be((0, 0));
    }

    [Test]
    public async Task Disposing_twice_is_no_trouble()
    {
        await using var chat = new GuardedChat(path);
        chat.Client.Dispose();

        chat.Client.Invoking(client => client.Dispose()).Should().NotThrow();
    }

    private static TestCaseData Odd(string name, string text) => new TestCaseData(text).SetArgDisplayNames(name);
}
