using ConsoleChat.Chat;
using ConversationGuard.ChatCompletion;
using ConversationGuard.Transcripts;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConsoleChat;

/// <summary>Puts the guard around a bot: two calls, as in every host.</summary>
internal static class ChatHost
{
    /// <summary>Builds and starts the host.</summary>
    /// <param name="bot">The bot.</param>
    /// <param name="settingsFile">The settings; a change of the file takes effect at once.</param>
    /// <param name="errors">Where it is told that the file was changed into something that cannot be read.</param>
    /// <returns>The running host.</returns>
    /// <exception cref="SetupException">The settings are missing or wrong.</exception>
    public static async Task<IHost> StartAsync(IChatClient bot, string settingsFile, TextWriter errors)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        try
        {
            AddSettings(builder, Path.GetFullPath(settingsFile), errors);

            builder.Services.AddConversationGuard(builder.Configuration.GetSection("ConversationGuard"));
            builder.Services.AddChatClient(bot).UseConversationGuard();

            // For this program alone: the transcript's table is filled from what the guard reports, and Ctrl+C is its own affair.
            builder.Services.AddSingleton<TurnObserver>().AddSingleton<IGuardObserver>(services => services.GetRequiredService<TurnObserver>());
            builder.Services.AddSingleton<CtrlC>().AddSingleton<IHostLifetime>(services => services.GetRequiredService<CtrlC>());

            var host = builder.Build();
            await host.StartAsync();
            return host;
        }
        catch (FileNotFoundException)
        {
            throw new SetupException($"There is no settings file {Path.GetFullPath(settingsFile)}.");
        }
        catch (InvalidDataException exception)
        {
            throw new SetupException($"The settings file {Path.GetFullPath(settingsFile)} cannot be read: {exception.GetBaseException().Message}");
        }
        catch (OptionsValidationException exception)
        {
            throw new SetupException($"The settings in {Path.GetFullPath(settingsFile)} are not valid: {string.Join(" ", exception.Failures)}");
        }
    }

    private static void AddSettings(HostApplicationBuilder builder, string path, TextWriter errors)
    {
        builder.Configuration.AddJsonFile(path, optional: false, reloadOnChange: true);
        builder.Configuration.SetFileLoadExceptionHandler(_ => errors.WriteLine($"The settings file {path} cannot be read; the last settings stay in force."));
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging")).AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);

        // What goes wrong at the start is told in plain words and once.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
    }
}
