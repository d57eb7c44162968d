using Microsoft.Playwright;

namespace WebChat.Tests.Browser;

/// <summary>The page, by what a person finds on it.</summary>
internal sealed class ChatPage(IPage page)
{
    public IPage Page => page;

    public ILocator Input => page.GetByLabel("Your message");

    public ILocator Log => page.GetByRole(AriaRole.Log);

    public ILocator Answers => Log.Locator(".message.bot .text");

    public ILocator Mine => Log.Locator(".message.user .text");

    public ILocator Banner => page.Locator("#banner");

    public ILocator Ended => page.GetByRole(AriaRole.Region, new() { Name = "This conversation is over" });

    public ILocator Help => page.GetByRole(AriaRole.Region, new() { Name = "Where you find help" });

    public ILocator Tree => page.GetByRole(AriaRole.Navigation, new() { Name = "Conversations" });

    public ILocator Said => page.Locator("#said");

    public async Task OpenAsync(Uri address, string path = "")
    {
        await page.GotoAsync(new Uri(address, path).ToString());
        await Assertions.Expect(page.Locator("#bot")).ToHaveTextAsync("ELIZA");
    }

    /// <summary>Says something and waits until the answer, or the end, stands.</summary>
    public async Task SayAsync(string text)
    {
        await Input.FillAsync(text);
        await Input.PressAsync("Enter");
        await SettledAsync();
    }

    public async Task SayAllAsync(params string[] texts)
    {
        foreach (var text in texts)
        {
            await SayAsync(text);
        }
    }

    public async Task SettledAsync()
    {
        await Assertions.Expect(Input).ToHaveValueAsync(string.Empty);
        await Assertions.Expect(page.Locator("#stop")).ToBeHiddenAsync();

        // What the server keeps has its id: the page shows that, and no longer what it showed while the answer came.
        await Assertions.Expect(Log.Locator(".message:not([data-id]), .writing")).ToHaveCountAsync(0);
    }
}
