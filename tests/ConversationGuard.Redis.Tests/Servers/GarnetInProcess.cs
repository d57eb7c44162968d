using System.Globalization;
using Garnet;

namespace ConversationGuard.Redis.Tests.Servers;

internal sealed class GarnetInProcess(bool hasScripts) : TestServer
{
    private GarnetServer? _server;

    public override Task StartAsync()
    {
        string[] arguments = ["--bind", "127.0.0.1", "--port", Port.ToString(CultureInfo.InvariantCulture), "--memory", "64m", "--index", "8m", "-q"];
        _server = new GarnetServer(hasScripts ? [.. arguments, "--lua"] : arguments);
        _server.Start();
        return WaitUntilItAnswersAsync();
    }

    public override Task KillAsync()
    {
        _server?.Dispose();
        _server = null;
        return Task.CompletedTask;
    }
}
