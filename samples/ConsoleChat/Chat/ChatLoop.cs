using ConversationGuard;
using ConversationGuard.ChatCompletion;
using Microsoft.Extensions.AI;

namespace ConsoleChat.Chat;

/// <summary>Reads a line, streams the answer, and again, until the input ends.</summary>
internal sealed class ChatLoop(IChatClient client, TextReader input, ChatScreen screen, CtrlC ctrlC)
{
    private const string Commands = "/new begins a new conversation, /quit leaves, /help shows this. Ctrl+C stops the running answer, or leaves.";

    private Conversation _conversation = new();
    private bool _hasFailed;

    /// <summary>Runs until <c>/quit</c> or the end of the input.</summary>
    /// <returns>0, or 1 if an answer could not be had.</returns>
    public async Task<int> RunAsync()
    {
        while (await ReadAsync() is { } line && line.Trim() is not "/quit")
        {
            switch (line.Trim())
            {
                case "":
                    break;
                case "/help":
                    screen.Note(Commands);
                    break;
                case "/new":
                    _conversation = new Conversation();
                    screen.Note("A new conversation.");
                    break;
                case ['/', ..] command when !command.Contains(' '):
                    screen.Note($"There is no command {Printable.Excerpt(command, 20)}. {Commands}");
                    break;
                default:
                    await AnswerAsync(line);
                    break;
            }
        }

        return _hasFailed ? 1 : 0;
    }

    private ValueTask<string?> ReadAsync()
    {
        screen.Prompt();
        return input.ReadLineAsync(CancellationToken.None);
    }

    private async Task AnswerAsync(string text)
    {
        _conversation.AddUser(text);
        var updates = new List<ChatResponseUpdate>();
        try
        {
            await ctrlC.RunAsync(cancellationToken => StreamAsync(updates, cancellationToken));
        }
        catch (ConversationEndedException ended)
        {
            EndAnswer(updates);
            screen.Ended(ended);
        }
        catch (OperationCanceledException)
        {
            EndAnswer(updates);
            screen.Note("Stopped.");
        }
        catch (Exception exception)
        {
            // Whatever went wrong at the provider, the person may try again.
            EndAnswer(updates);
            screen.Problem($"No answer could be had: {Printable.Excerpt(exception.Message, 300)}");
            _hasFailed = true;
        }

        if (updates.Exists(update => update.FinishReason == ConversationGuardChatClient.ConversationEndedFinishReason))
        {
            screen.SayHowToGoOn();
        }

        // Also what came of an answer that was cut short: the history is what the person saw.
        _conversation.History.AddMessages(updates);
    }

    private async Task StreamAsync(List<ChatResponseUpdate> updates, CancellationToken cancellationToken)
    {
        await foreach (var update in client.GetStreamingResponseAsync(_conversation.History, _conversation.Options, cancellationToken))
        {
            if (updates.Count == 0)
            {
                screen.BeginAnswer();
            }

            updates.Add(update);
            screen.Say(update.Text);
        }

        EndAnswer(updates);
    }

    private void EndAnswer(List<ChatResponseUpdate> updates)
    {
        if (updates.Count > 0)
        {
            screen.EndAnswer();
        }
    }
}
