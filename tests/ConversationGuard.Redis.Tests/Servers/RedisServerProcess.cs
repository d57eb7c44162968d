using System.Diagnostics;
using System.Globalization;

namespace ConversationGuard.Redis.Tests.Servers;

/// <summary>A redis-server, or a valkey-server, of the test's own. Nothing is saved to disk.</summary>
internal sealed class RedisServerProcess(string program, params string[] settings) : TestServer
{
    public const string Redis = "redis-server";
    public const string Valkey = "valkey-server";

    private Process? _process;

    public static bool IsInstalled(string program) => Find(program) is not null;

    public override async Task StartAsync()
    {
        var start = new ProcessStartInfo(Find(program)!) { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] always = ["--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", string.Empty, "--appendonly", "no", "--dir", Path.GetTempPath(), "--loglevel", "warning"];
        foreach (var argument in always.Concat(settings))
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await WaitUntilItAnswersAsync();
    }

    public override async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    /// <summary>Stops it in its tracks: connections stay open and nothing answers.</summary>
    public Task FreezeAsync() => SignalAsync("-STOP");

    public Task ThawAsync() => SignalAsync("-CONT");

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator)
        .Append("/usr/bin")
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start(Find("kill")!, [signal, _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
