using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;
using static WebChat.Tests.PhraseClassifier;

namespace WebChat.Tests.Browser;

/// <summary>Takes the pictures of the README: <c>dotnet test tests/WebChat.Tests --filter Name~Take_the_pictures</c> with <c>PICTURES</c> set to a folder.</summary>
[TestFixture(ColorScheme.Light)]
[TestFixture(ColorScheme.Dark)]
[Explicit("Writes files.")]
public class Pictures(ColorScheme scheme) : BrowserTest
{
    [Test]
    public async Task Take_the_pictures()
    {
        await Page.SayAllAsync("Hello", "My boss yelled at me today.");
        await Page.SayAllAsync(InsultOne, InsultTwo, InsultThree);
        await Expect(Page.Banner).ToBeVisibleAsync();
        await TakeAsync("warned");

        await Page.SayAsync(InsultFour);
        await TakeAsync("ended");

        await Page.Log.GetByRole(AriaRole.Button, new() { Name = "Edit and branch" }).Nth(2).ClickAsync();
        await Page.Page.GetByLabel("The changed message").FillAsync("I am angry, and I said it to you.");
        await Page.Page.GetByRole(AriaRole.Button, new() { Name = "Branch from here" }).ClickAsync();
        await Page.SettledAsync();
        await TakeAsync("branched");

        await Page.Page.Locator("#new").ClickAsync();
        await Page.SayAllAsync("I lost my job and my flat this month.", Crisis);
        await TakeAsync("crisis");

        await Page.Page.SetViewportSizeAsync(390, 760);
        await TakeAsync("phone-crisis");
        await Page.Page.Locator("#menu").ClickAsync();
        await TakeAsync("phone-menu");
        await Page.Tree.GetByRole(AriaRole.Link, new() { NameRegex = new("ended") }).ClickAsync();
        await Expect(Page.Ended).ToBeVisibleAsync();
        await TakeAsync("phone-ended");
        await Page.Page.Locator("#way-feedback").ClickAsync();
        await TakeAsync("phone-feedback");
        await Page.Page.GetByLabel("What you want to say").FillAsync("We were rehearsing a play, and I forgot to say so.");
        await Page.Page.GetByLabel("Send the messages").CheckAsync();
        await Page.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await Expect(Page.Said).ToBeVisibleAsync();

        await Page.Page.SetViewportSizeAsync(1100, 780);
        await Page.Page.GotoAsync(new Uri(Chat.Address, "operator.html").ToString());
        await Expect(Page.Page.Locator("#appeals .appeal")).ToHaveCountAsync(1);
        await TakeAsync("operator");
    }

    private async Task TakeAsync(string name)
    {
        var folder = Environment.GetEnvironmentVariable("PICTURES") ?? TestContext.CurrentContext.WorkDirectory;
        await Page.Page.Mouse.MoveAsync(0, 0);
        await Page.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}-{(scheme == ColorScheme.Dark ? "dark" : "light")}.png"), Animations = ScreenshotAnimations.Disabled, Caret = ScreenshotCaret.Hide });
    }

    private protected override BrowserNewContextOptions Options() =>
        new() { ViewportSize = new() { Width = 1000, Height = 700 }, ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce };
}
