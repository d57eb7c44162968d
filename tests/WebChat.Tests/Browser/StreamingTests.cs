using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace WebChat.Tests.Browser;

/// <summary>What a person sees while an answer is being written.</summary>
public class StreamingTests : BrowserTest
{
    private protected override (string Key, string Value)[] Settings() => [("WordDelay", "6000")];

    [Test]
    public async Task An_answer_appears_word_by_word_and_can_be_stopped()
    {
        await Page.Input.FillAsync("My boss yelled at me today.");
        await Page.Input.PressAsync("Enter");

        await Expect(Page.Answers).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"^\w+ ?$"));
        await Expect(Page.Log).ToHaveAttributeAsync("aria-busy", "true");
        await Expect(Page.Page.Locator("#send")).ToBeHiddenAsync();

        await Page.Page.GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();

        await Expect(Page.Page.Locator("#send")).ToBeVisibleAsync();
        await Expect(Page.Log).Not.ToHaveAttributeAsync("aria-busy", "true");
        await Expect(Page.Mine).ToHaveTextAsync(["My boss yelled at me today."]);
    }

    [Test]
    public async Task A_second_message_waits_until_the_first_is_answered()
    {
        await Page.Input.FillAsync("My boss yelled at me today.");
        await Page.Input.PressAsync("Enter");
        await Expect(Page.Answers).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"\w"));
        var second = await NewPageAsync();
        await Expect(second.Mine).ToHaveTextAsync(["My boss yelled at me today."]);

        await second.Input.FillAsync("And me?");
        await second.Input.PressAsync("Enter");

        await Expect(second.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("still being written");
        await Expect(second.Input).ToHaveValueAsync("And me?");
    }

    [Test]
    public async Task What_is_sent_before_the_page_knows_its_conversation_goes_there()
    {
        await Page.Input.FillAsync("My boss yelled at me today.");
        await Page.Input.PressAsync("Enter");
        await Expect(Page.Answers).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"\w"));
        var gate = new TaskCompletionSource();
        await Context.RouteAsync("**/api/conversations", async route =>
        {
            await gate.Task;
            await route.ContinueAsync();
        });
        var second = await NewPageAsync();

        await second.Input.FillAsync("And me?");
        await second.Input.PressAsync("Enter");
        gate.SetResult();

        await Expect(second.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("still being written");
        await Expect(second.Mine).ToHaveTextAsync(["My boss yelled at me today."]);
    }

    /// <summary>The browser tells of every answer that is no success.</summary>
    private protected override bool IsExpected(string complaint) => complaint.Contains("409", StringComparison.Ordinal);
}
