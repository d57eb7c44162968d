using System.CommandLine;
using ConsoleChat.Chat;
using ConsoleChat.Playback;
using ConsoleChat.Providers;
using ConversationGuard.Transcripts;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace ConsoleChat;

/// <summary>The command line.</summary>
internal static class ConsoleChatCommand
{
    private const int UsageError = 2;

    private static readonly TimeSpan _typingSpeed = TimeSpan.FromMilliseconds(45);

    private static readonly Option<string> _provider = new Option<string>("--provider")
    {
        Description = "Which bot to talk to. The keys of OpenAI and Anthropic are read from OPENAI_API_KEY and ANTHROPIC_API_KEY.",
        DefaultValueFactory = _ => ChatProviders.Eliza,
    }.AcceptOnlyFromAmong(ChatProviders.Names);

    private static readonly Option<string?> _model = new("--model") { Description = "The provider's model.", HelpName = "NAME" };

    private static readonly Option<string?> _endpoint = new("--endpoint") { Description = "Another address than the provider's usual one.", HelpName = "URL" };

    private static readonly Option<string> _config = new("--config")
    {
        Description = "The settings, with a section \"ConversationGuard\". Changes take effect at once.",
        HelpName = "FILE",
        DefaultValueFactory = _ => Path.Combine(AppContext.BaseDirectory, "appsettings.json"),
    };

    private static readonly Option<string?> _transcript = new("--transcript")
    {
        Description = "Plays the user turns of each conversation in a JSON-lines file and shows what the guard decides and why.",
        HelpName = "FILE",
    };

    /// <summary>Runs the program.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="surroundings">The world around it.</param>
    /// <returns>The exit code: 0; 1 if something was skipped or failed on the way; 2 if it could not start.</returns>
    public static async Task<int> RunAsync(string[] args, Surroundings surroundings)
    {
        var command = new RootCommand("Talk with a bot that ConversationGuard looks after.") { _provider, _model, _endpoint, _config, _transcript };
        command.SetAction((parsed, _) => RunAsync(parsed, surroundings));

        // Ctrl+C is the program's own affair: no time limit, no exit behind its back.
        var invocation = new InvocationConfiguration { Output = surroundings.Output, Error = surroundings.Errors, ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };
        var parsed = command.Parse(args);
        var exitCode = await parsed.InvokeAsync(invocation);
        return parsed.Errors.Count > 0 ? UsageError : exitCode;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Surroundings surroundings)
    {
        try
        {
            var interactive = surroundings is { IsInputTerminal: true, IsOutputTerminal: true };
            var transcript = parsed.GetValue(_transcript);
            var settings = new ProviderSettings(parsed.GetRequiredValue(_provider), parsed.GetValue(_model), parsed.GetValue(_endpoint));
            var bot = ChatProviders.Create(settings, surroundings.Environment, interactive && transcript is null ? _typingSpeed : TimeSpan.Zero);
            using var host = await ChatHost.StartAsync(bot, parsed.GetRequiredValue(_config), surroundings.Errors);

            var client = host.Services.GetRequiredService<IChatClient>();
            var ctrlC = host.Services.GetRequiredService<CtrlC>();
            if (transcript is not null)
            {
                var player = new TranscriptPlayer(client, host.Services.GetRequiredService<TurnObserver>());
                return await new TranscriptRun(player, new TranscriptReport(surroundings.Output, surroundings.IsOutputTerminal), surroundings.Errors, ctrlC).RunAsync(transcript);
            }

            var screen = new ChatScreen(surroundings.Output, surroundings.Errors, interactive);
            screen.Welcome(settings.Provider);
            return await new ChatLoop(client, surroundings.Input, screen, ctrlC).RunAsync();
        }
        catch (SetupException exception)
        {
            await surroundings.Errors.WriteLineAsync(exception.Message);
            return UsageError;
        }
    }
}
