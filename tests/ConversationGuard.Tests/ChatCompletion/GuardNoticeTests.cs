using ConversationGuard.ChatCompletion;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Tests.ChatCompletion;

/// <summary>A host can tell the guard's own words in a reply from the model's.</summary>
[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class GuardNoticeTests(ChatPath path)
{
    [TestCase(GuardNotice.Warning, "insult one", "insult two", "insult three")]
    [TestCase(GuardNotice.HelpResources, "crisis")]
    [TestCase(GuardNotice.EndWish, "please end this conversation")]
    public async Task A_notice_says_what_it_is_and_the_models_words_say_nothing(string kind, params string[] texts)
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync(texts[..^1]);

        var contents = await LastAsync(chat, texts[^1]);

        contents.Select(GuardNotice.KindOf).Should().Equal(null, kind);
        contents[0].Should().BeOfType<TextContent>().Which.Text.Should().Be($"Reply {texts.Length}");
    }

    /// <summary>As they come: a reader who puts a stream together may join the texts.</summary>
    private async Task<List<AIContent>> LastAsync(GuardedChat chat, string text)
    {
        var messages = chat.History.Append(new ChatMessage(ChatRole.User, text));
        var options = new ChatOptions().WithConversationKey(chat.Key!);
        return path == ChatPath.Whole
            ? [.. (await chat.Client.GetResponseAsync(messages, options)).Messages.SelectMany(message => message.Contents)]
            : await chat.Client.GetStreamingResponseAsync(messages, options).SelectMany(update => update.Contents).ToListAsync();
    }
}
