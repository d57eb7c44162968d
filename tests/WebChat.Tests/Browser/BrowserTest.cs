using Microsoft.Playwright;

namespace WebChat.Tests.Browser;

/// <summary>A test in the browser, with a server of its own.</summary>
public abstract class BrowserTest
{
    private readonly List<string> _complaints = [];

    private protected RunningChat Chat { get; private set; } = null!;

    private protected IBrowserContext Context { get; private set; } = null!;

    private protected ChatPage Page { get; private set; } = null!;

    [SetUp]
    public async Task Open()
    {
        var browser = ChatBrowser.Get();
        _complaints.Clear();
        Chat = new RunningChat(Settings());
        Context = await browser.NewContextAsync(Options());
        Context.SetDefaultTimeout(20_000);
        Assertions.SetDefaultExpectTimeout(20_000);

        // What breaks the page's security policy is a console error too.
        Context.Console += (_, message) =>
        {
            if (message.Type == "error" && !IsExpected(message.Text))
            {
                _complaints.Add(message.Text);
            }
        };
        Context.WebError += (_, error) => _complaints.Add(error.Error);
        Context.Dialog += (_, dialog) => _complaints.Add($"dialog: {dialog.Message}");
        Page = await NewPageAsync();
    }

    [TearDown]
    public async Task Close()
    {
        if (Context is not null)
        {
            await Context.CloseAsync();
            await Chat.DisposeAsync();
            _complaints.Should().BeEmpty("the browser has nothing to complain of");
        }
    }

    private protected virtual (string Key, string Value)[] Settings() => [];

    private protected virtual BrowserNewContextOptions Options() => new() { ViewportSize = new() { Width = 1100, Height = 780 } };

    private protected virtual bool IsExpected(string complaint) => false;

    private protected async Task<ChatPage> NewPageAsync()
    {
        var page = new ChatPage(await Context.NewPageAsync());
        await page.OpenAsync(Chat.Address);
        return page;
    }
}
