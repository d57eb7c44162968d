using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;
using static WebChat.Tests.PhraseClassifier;

namespace WebChat.Tests.Browser;

/// <summary>Roles, names and contrast in every state, as axe checks them; and the width of a phone.</summary>
[TestFixture(ColorScheme.Light, 1100)]
[TestFixture(ColorScheme.Dark, 360)]
public class AccessibilityTests(ColorScheme scheme, int width) : BrowserTest
{
    [Test]
    public async Task Every_state_of_the_chat_passes()
    {
        await PassesAsync("welcome");
        await Page.SayAllAsync("Hello", Crisis);
        await PassesAsync("crisis");
        await Page.Page.EvaluateAsync("document.querySelector('#new').click()");
        await Page.SayAllAsync(InsultOne, InsultTwo, InsultThree);
        await Expect(Page.Banner).ToBeVisibleAsync();
        await PassesAsync("warning");
        await Page.SayAsync(InsultFour);
        await PassesAsync("ended");
        await Page.Page.Locator("#way-feedback").ClickAsync();
        await PassesAsync("feedback");
    }

    [Test]
    public async Task The_operators_page_passes()
    {
        await Page.SayAllAsync(Insults);
        await Page.Page.GotoAsync(new Uri(Chat.Address, "operator.html").ToString());
        await Expect(Page.Page.Locator("#recent tr")).ToHaveCountAsync(4);

        await PassesAsync("operator");
    }

    private protected override BrowserNewContextOptions Options() => new() { ViewportSize = new() { Width = width, Height = 740 }, ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce };

    private async Task PassesAsync(string state)
    {
        var result = await Page.Page.RunAxe(new AxeRunOptions { RunOnly = new RunOnlyOptions { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] } });

        result.Violations.Select(violation => $"{violation.Id}: {string.Join("; ", violation.Nodes.Select(node => $"{node.Target} {string.Join(", ", node.Any.Select(check => check.Message))}"))}")
            .Should().BeEmpty($"the state is \"{state}\"");
        (await Page.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth")).Should().BeTrue($"nothing is wider than the screen in the state \"{state}\"");
    }
}
