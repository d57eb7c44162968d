namespace ConsoleChat.Tests.Providers;

/// <summary>Each provider's adapter, through the whole program, against its HTTP interface on this machine.</summary>
public sealed class ProviderChatTests
{
    private const string OpenAI =
        """
        data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Good "},"finish_reason":null}]}

        data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"day"},"finish_reason":null}]}

        data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

        data: [DONE]


        """;

    private const string Anthropic =
        """
        event: message_start
        data: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","content":[],"model":"m","stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}}

        event: content_block_start
        data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Good "}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"day"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":0}

        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":2}}

        event: message_stop
        data: {"type":"message_stop"}


        """;

    private const string Ollama =
        """
        {"model":"m","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"Good "},"done":false}
        {"model":"m","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"day"},"done":false}
        {"model":"m","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop"}

        """;

    [TestCase("openai", "text/event-stream", OpenAI, "/chat/completions", "Authorization", "Bearer the-key")]
    [TestCase("anthropic", "text/event-stream", Anthropic, "/v1/messages", "Authorization", "Bearer the-key")]
    [TestCase("ollama", "application/x-ndjson", Ollama, "/api/chat", null, null)]
    public async Task A_provider_is_asked_for_its_model_with_its_key_and_its_stream_is_shown(string provider, string contentType, string answer, string path, string? header, string? key)
    {
        using var service = new LoopbackProvider(contentType, answer);

        var run = await ProgramRun.StartAsync(["--provider", provider, "--model", "the-model", "--endpoint", service.Address], ["Is anyone there?"], _ => "the-key");

        run.Should().Be(new ProgramRun(0, "Good day\n", ""));
        service.Path.Should().Be(path);
        service.Body.Should().Contain("\"the-model\"").And.Contain("Is anyone there?");
        if (header is not null)
        {
            service.Headers[header].Should().Be(key);
        }
    }
}
