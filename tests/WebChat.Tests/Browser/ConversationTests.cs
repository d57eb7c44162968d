using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;
using static WebChat.Tests.PhraseClassifier;

namespace WebChat.Tests.Browser;

/// <summary>What a person sees who chats.</summary>
public class ConversationTests : BrowserTest
{
    [Test]
    public async Task R16_abuse_ends_in_a_panel_that_says_why_and_offers_three_ways_on()
    {
        await Page.SayAllAsync(InsultOne, InsultTwo, InsultThree);
        await Expect(Page.Banner).ToContainTextAsync("may be ended");

        await Page.SayAsync(InsultFour);

        await Expect(Page.Ended).ToContainTextAsync("repeated abuse");
        await Expect(Page.Ended.GetByRole(AriaRole.Button)).ToHaveCountAsync(3);
        await Expect(Page.Ended).ToBeFocusedAsync();
        await Expect(Page.Input).ToBeHiddenAsync();
        await Expect(Page.Banner).ToBeHiddenAsync();
        await Expect(Page.Tree.Locator("a[aria-current]")).ToContainTextAsync("ended");
    }

    [Test]
    public async Task R11_after_the_end_a_new_conversation_starts_at_once()
    {
        await Page.SayAllAsync(Insults);

        await Page.Ended.GetByRole(AriaRole.Button, new() { Name = "Start anew" }).ClickAsync();
        await Page.SayAsync("Hello");

        await Expect(Page.Answers).ToHaveCountAsync(1);
        await Expect(Page.Tree.GetByRole(AriaRole.Link)).ToHaveCountAsync(2);
    }

    [Test]
    public async Task R11_an_earlier_message_is_edited_and_the_branch_goes_on_beside_the_ended_one()
    {
        await Page.SayAsync("Hello");
        await Page.SayAllAsync(Insults);

        await Page.Ended.GetByRole(AriaRole.Button, new() { Name = "Go back" }).ClickAsync();
        await Page.Log.GetByRole(AriaRole.Article, new() { Name = "You" }).Nth(1).GetByRole(AriaRole.Button, new() { Name = "Edit and branch" }).ClickAsync();
        await Page.Page.GetByLabel("The changed message").FillAsync("I am angry at my boss.");
        await Page.Page.GetByRole(AriaRole.Button, new() { Name = "Branch from here" }).ClickAsync();
        await Page.SettledAsync();

        await Expect(Page.Mine).ToHaveTextAsync(["Hello", "I am angry at my boss."]);
        await Expect(Page.Answers).ToHaveCountAsync(2);
        await Expect(Page.Ended).ToBeHiddenAsync();
        await Expect(Page.Input).ToBeVisibleAsync();
        var branches = Page.Tree.GetByRole(AriaRole.List, new() { Name = "Branches" });
        await Expect(branches.GetByRole(AriaRole.Link)).ToContainTextAsync(["I am angry at my boss."]);
        await Page.Tree.GetByRole(AriaRole.Link, new() { NameRegex = new("ended") }).ClickAsync();
        await Expect(Page.Ended).ToBeVisibleAsync();
    }

    [Test]
    public async Task R5_a_crisis_shows_where_to_find_help_and_abuse_changes_nothing_about_it()
    {
        await Page.SayAsync(Crisis);
        await Page.SayAllAsync(Insults);
        await Page.SayAsync(InsultOne);

        await Expect(Page.Help).ToHaveCountAsync(1);
        await Expect(Page.Help).ToContainTextAsync("emergency number");
        await Expect(Page.Banner).ToBeHiddenAsync();
        await Expect(Page.Ended).ToBeHiddenAsync();
        await Expect(Page.Input).ToBeVisibleAsync();
    }

    [Test]
    public async Task R9_calm_turns_take_a_warning_back_and_the_banner_goes()
    {
        await Page.SayAllAsync(InsultOne, InsultTwo, InsultThree);
        await Expect(Page.Banner).ToBeVisibleAsync();

        await Page.SayAllAsync("Sorry about that.", "It was a long day.", "Can we go on?");

        await Expect(Page.Banner).ToBeHiddenAsync();
        await Page.SayAsync("Tell me more.");
        await Expect(Page.Ended).ToBeHiddenAsync();
    }

    [Test]
    public async Task R11_the_end_stands_after_a_reload_and_in_a_second_tab()
    {
        await Page.SayAllAsync(InsultOne, InsultTwo, InsultThree);
        var second = await NewPageAsync();
        await Expect(second.Banner).ToBeVisibleAsync();
        await Page.SayAsync(InsultFour);

        await Page.Page.ReloadAsync();
        await Expect(Page.Ended).ToContainTextAsync("repeated abuse");
        await second.SayAsync("Is anybody there?");
        await Expect(second.Ended).ToContainTextAsync("repeated abuse");
        var third = await NewPageAsync();
        await Expect(third.Ended).ToBeVisibleAsync();
    }

    [Test]
    public async Task Script_in_a_message_is_text()
    {
        const string Script = "<img src=x onerror=alert(1)><script>alert(2)</script><b>bold</b>";

        await Page.SayAsync(Script);
        await Page.Page.ReloadAsync();

        await Expect(Page.Mine).ToHaveTextAsync([Script]);
        await Expect(Page.Log.Locator("img, script, b")).ToHaveCountAsync(0);
        await Expect(Page.Tree.Locator("img, script, b")).ToHaveCountAsync(0);
    }

    [Test]
    public async Task Everything_can_be_done_with_the_keyboard()
    {
        var keyboard = Page.Page.Keyboard;
        await Page.Input.FocusAsync();
        foreach (var insult in Insults)
        {
            await keyboard.TypeAsync(insult);
            await keyboard.PressAsync("Enter");
            await Page.SettledAsync();
        }

        // The end has the focus; the ways on come next.
        await Expect(Page.Ended).ToBeFocusedAsync();
        await keyboard.PressAsync("Tab");
        await Expect(Page.Page.Locator("#way-new")).ToBeFocusedAsync();
        await keyboard.PressAsync("Tab");
        await keyboard.PressAsync("Tab");
        await keyboard.PressAsync("Enter");
        await Expect(Page.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await keyboard.PressAsync("Escape");
        await Expect(Page.Page.Locator("#way-feedback")).ToBeFocusedAsync();
        await keyboard.PressAsync("Shift+Tab");
        await keyboard.PressAsync("Enter");
        await keyboard.PressAsync("Enter");
        await Expect(Page.Page.GetByLabel("The changed message")).ToBeFocusedAsync();
        await keyboard.PressAsync("Escape");
        await Page.Page.Locator("#way-new").FocusAsync();
        await keyboard.PressAsync("Enter");
        await Expect(Page.Input).ToBeFocusedAsync();
        await keyboard.TypeAsync("Hello");
        await keyboard.PressAsync("Enter");
        await Expect(Page.Answers).ToHaveCountAsync(1);
    }

    [Test]
    public async Task R19_an_appeal_is_sent_without_messages_unless_they_are_asked_for_and_granted_on_the_operators_page()
    {
        await Page.SayAllAsync(Insults);
        await Page.Ended.GetByRole(AriaRole.Button, new() { Name = "Object" }).ClickAsync();
        await Page.Page.GetByLabel("not fair").CheckAsync();
        await Page.Page.GetByLabel("What you want to say").FillAsync("We were rehearsing a play.");
        await Expect(Page.Page.GetByLabel("Send the messages")).Not.ToBeCheckedAsync();
        await Page.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await Expect(Page.Said).ToContainTextAsync("look at it again");
        (await File.ReadAllTextAsync(Chat.FeedbackFile)).Should().Contain("rehearsing a play").And.NotContain("idiot");

        var operators = await Context.NewPageAsync();
        await operators.GotoAsync(new Uri(Chat.Address, "operator.html").ToString());
        await Expect(operators.Locator("#appeals")).ToContainTextAsync("We were rehearsing a play.");
        await operators.GetByRole(AriaRole.Button, new() { Name = "Grant" }).ClickAsync();
        await Expect(operators.Locator("#appeals")).ToContainTextAsync("None.");

        await Page.Page.ReloadAsync();
        await Expect(Page.Ended).ToBeHiddenAsync();
        await Page.SayAsync("Thank you.");
        await Expect(Page.Mine.Last).ToHaveTextAsync("Thank you.");
    }

    [Test]
    public async Task The_operators_page_follows_live()
    {
        var operators = await Context.NewPageAsync();
        await operators.GotoAsync(new Uri(Chat.Address, "operator.html").ToString());
        await Expect(operators.Locator("#live")).ToHaveTextAsync("live");

        await Page.SayAllAsync(Insults);

        await Expect(operators.GetByRole(AriaRole.Img, new() { NameRegex = new("Ended: 1") })).ToBeVisibleAsync();
        await Expect(operators.GetByRole(AriaRole.Img, new() { NameRegex = new("Redirections: 2, Warnings: 1, Ends: 1") })).ToBeVisibleAsync();
        await Expect(operators.Locator("#recent tr")).ToHaveCountAsync(4);
    }
}
