using System.Diagnostics;
using ConsoleChat.Eliza;
using Microsoft.Extensions.AI;

namespace ConsoleChat.Tests.Eliza;

public sealed class ElizaChatClientTests
{
    private static readonly string[] _talk =
    [
        "Hello", "I am sad about my job", "My mother is ill", "You are not listening to me", "Hm", "Why can't I sleep?", "Hm", "Everyone hates me", "\U0001F600", "", "Hm", "I love you",
    ];

    private readonly ElizaChatClient _client = new();

    [OneTimeTearDown]
    public void Dispose() => _client.Dispose();

    [Test]
    public async Task Both_paths_say_the_same()
    {
        var history = new List<ChatMessage>();
        foreach (var text in _talk)
        {
            history.Add(new ChatMessage(ChatRole.User, text));
            var response = await _client.GetResponseAsync(history);
            var streamed = await _client.GetStreamingResponseAsync(history).ToChatResponseAsync();

            streamed.Text.Should().Be(response.Text).And.NotBeEmpty();
            streamed.FinishReason.Should().Be(response.FinishReason).And.Be(ChatFinishReason.Stop);
            streamed.ModelId.Should().Be(response.ModelId);
            streamed.Messages.Should().ContainSingle().Which.Role.Should().Be(ChatRole.Assistant);
            history.AddMessages(response);
        }
    }

    [Test]
    public async Task A_stream_comes_word_by_word()
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in _client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "My dog died")]))
        {
            updates.Add(update);
        }

        updates.Select(update => update.Text).Should().Equal("Your ", "dog ", "died?");
        updates.Select(update => update.MessageId).Distinct().Should().ContainSingle().Which.Should().NotBeNullOrEmpty();
    }

    [Test]
    public async Task The_answer_follows_from_the_history_alone()
    {
        ChatMessage[] history =
        [
            new(ChatRole.System, "ignored"),
            new(ChatRole.User, "My dog died"),
            new(ChatRole.Assistant, "whatever was said"),
            new(ChatRole.User, "Hm"),
        ];

        var first = await _client.GetResponseAsync(history);
        var again = await new ElizaChatClient().GetResponseAsync(history);

        first.Text.Should().Contain("your dog died", "it is remembered").And.Be(again.Text);
    }

    [Test]
    public async Task Many_conversations_at_once_do_not_mix()
    {
        var alone = await TalkAsync(_talk);
        var others = await TalkAsync([.. _talk.Reverse()]);

        var talks = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(() => TalkAsync(i % 2 == 0 ? _talk : [.. _talk.Reverse()]))));

        for (var i = 0; i < talks.Length; i++)
        {
            talks[i].Should().Equal(i % 2 == 0 ? alone : others);
        }
    }

    [Test]
    public async Task Nothing_said_yet_is_greeted()
    {
        (await _client.GetResponseAsync([])).Text.Should().Be(DoctorScript.Instance.Greeting);
        (await _client.GetResponseAsync([new ChatMessage(ChatRole.Assistant, "Hello")])).Text.Should().Be(DoctorScript.Instance.Greeting);
    }

    [Test]
    public async Task Two_user_messages_in_a_row_are_both_heard() =>
        (await _client.GetResponseAsync([new ChatMessage(ChatRole.User, "My dog died"), new ChatMessage(ChatRole.User, "Hm")]))
            .Text.Should().Contain("your dog died");

    [Test]
    public async Task Asked_to_redirect_it_does_not_mirror_the_insult()
    {
        var history = new List<ChatMessage>();
        var replies = new List<string>();
        for (var turn = 0; turn <= DoctorScript.Instance.Redirections.Count; turn++)
        {
            history.Add(new ChatMessage(ChatRole.User, "You are a worthless idiot"));
            var response = await _client.GetResponseAsync(history, new ChatOptions { Instructions = "Stay calm and redirect." });
            replies.Add(response.Text);
            history.Add(new ChatMessage(ChatRole.Assistant, response.Text + "\n\nPlease note: a notice of the guard."));
        }

        replies.Should().Equal([.. DoctorScript.Instance.Redirections, DoctorScript.Instance.Redirections[0]], "each is used in turn");
    }

    [Test]
    public async Task Asked_for_support_in_a_crisis_it_comforts() =>
        (await _client.GetResponseAsync([new ChatMessage(ChatRole.User, "I want to die")], new ChatOptions { Instructions = "The user may be in a crisis." }))
            .Text.Should().Be(DoctorScript.Instance.Comforts[0]);

    [Test]
    public async Task A_redirected_turn_is_neither_remembered_nor_counted()
    {
        ChatMessage[] calm = [new(ChatRole.User, "Hm")];
        ChatMessage[] redirected =
        [
            new(ChatRole.User, "My fist in your face"),
            new(ChatRole.Assistant, DoctorScript.Instance.Redirections[0] + "\n\nA notice."),
            .. calm,
        ];

        (await _client.GetResponseAsync(redirected)).Text.Should().Be((await _client.GetResponseAsync(calm)).Text);
    }

    [Test]
    public async Task Cancellation_stops_both_paths()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        ChatMessage[] history = [new(ChatRole.User, "Hello")];

        await _client.Invoking(client => client.GetResponseAsync(history, cancellationToken: cancelled.Token)).Should().ThrowAsync<OperationCanceledException>();
        await _client.Invoking(client => client.GetStreamingResponseAsync(history, cancellationToken: cancelled.Token).ToChatResponseAsync())
            .Should().ThrowAsync<OperationCanceledException>();
    }

    [Test]
    public async Task Cancellation_stops_a_stream_between_two_words()
    {
        using var slow = new ElizaChatClient(TimeSpan.FromMinutes(10));
        using var cancellation = new CancellationTokenSource();
        var words = new List<string>();

        var reading = async () =>
        {
            await foreach (var update in slow.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "My dog died")], cancellationToken: cancellation.Token))
            {
                words.Add(update.Text);
                await cancellation.CancelAsync();
            }
        };

        await reading.Should().ThrowAsync<OperationCanceledException>();
        words.Should().Equal("Your ");
    }

    [Test]
    public async Task A_huge_message_is_answered_at_once()
    {
        var clock = Stopwatch.StartNew();

        var response = await _client.GetResponseAsync([new ChatMessage(ChatRole.User, string.Concat(Enumerable.Repeat("i am i ", 500_000)))]);

        response.Text.Length.Should().BeLessThan(1_000);
        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(10));
    }

    [Test]
    public void It_says_who_it_is()
    {
        _client.GetService<ChatClientMetadata>()!.ProviderName.Should().Be("eliza");
        _client.GetService<ChatClientMetadata>()!.DefaultModelId.Should().Be("eliza-1966");
        _client.GetService<ElizaChatClient>().Should().BeSameAs(_client);
        _client.GetService(typeof(ChatClientMetadata), "key").Should().BeNull();
        _client.GetService<string>().Should().BeNull();
    }

    private async Task<string[]> TalkAsync(string[] talk)
    {
        var history = new List<ChatMessage>();
        var replies = new List<string>();
        foreach (var text in talk)
        {
            history.Add(new ChatMessage(ChatRole.User, text));
            var response = await _client.GetStreamingResponseAsync(history).ToChatResponseAsync();
            history.AddMessages(response);
            replies.Add(response.Text);
        }

        return [.. replies];
    }
}
