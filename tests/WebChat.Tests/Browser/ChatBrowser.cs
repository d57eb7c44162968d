using Microsoft.Playwright;

namespace WebChat.Tests.Browser;

/// <summary>The browser of this machine. Where there is none, the tests that need one are skipped by name.</summary>
[SetUpFixture]
public class ChatBrowser
{
    /// <summary>Where it is looked for; <c>CHROMIUM_PATH</c> says another place, and no other.</summary>
    private static readonly string[] _paths = Environment.GetEnvironmentVariable("CHROMIUM_PATH") is { Length: > 0 } path
        ? [path]
        : ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", @"C:\Program Files\Google\Chrome\Application\chrome.exe", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

    private static IPlaywright? _playwright;
    private static IBrowser? _browser;

    internal static IBrowser Get()
    {
        if (_browser is null)
        {
            Assert.Ignore("There is no Chromium on this machine.");
        }

        return _browser!;
    }

    [OneTimeSetUp]
    public async Task Launch()
    {
        if (_paths.FirstOrDefault(File.Exists) is not { } path)
        {
            return;
        }

        _playwright = await Playwright.CreateAsync();

        // The sandbox of Chromium does not start as root, as in a container.
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = ["--no-sandbox", "--disable-gpu"] });
    }

    [OneTimeTearDown]
    public async Task Close()
    {
        if (_browser is not null)
        {
            await _browser.CloseAsync();
        }

        _playwright?.Dispose();
    }
}
