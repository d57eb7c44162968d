using ConversationGuard.ChatCompletion;
using Microsoft.Extensions.AI;

namespace WebChat.Chat;

/// <summary>One message, as the page shows it: what was said, and what the guard added in its own words.</summary>
/// <param name="Id">The message's id: the guard knows a turn by it.</param>
/// <param name="Role">Who said it.</param>
/// <param name="Text">The text, without the guard's notices.</param>
/// <param name="Notices">The guard's notices.</param>
internal sealed record ChatTurn(string Id, ChatRole Role, string Text, IReadOnlyList<Notice> Notices)
{
    public static ChatTurn OfUser(string text) => new(NewId(), ChatRole.User, text, []);

    /// <summary>What went out of a reply, also when it was cut short.</summary>
    public static ChatTurn OfReply(IEnumerable<ChatResponseUpdate> updates)
    {
        var contents = updates.SelectMany(update => update.Contents).OfType<TextContent>().ToLookup(GuardNotice.KindOf);
        var notices = contents.Where(group => group.Key is not null).Select(group => new Notice(group.Key!, string.Concat(group.Select(content => content.Text)).Trim()));
        return new(NewId(), ChatRole.Assistant, string.Concat(contents[null].Select(content => content.Text)), [.. notices]);
    }

    /// <summary>As it is presented to the guard and the model, the notices included: that is what the person read.</summary>
    public ChatMessage ToMessage() => new(Role, string.Join("\n\n", Notices.Select(notice => notice.Text).Prepend(Text).Where(text => text.Length > 0))) { MessageId = Id };

    private static string NewId() => Guid.NewGuid().ToString("N");
}

/// <summary>The guard's own text in a reply.</summary>
/// <param name="Kind">One of <see cref="GuardNotice"/>.</param>
/// <param name="Text">The text.</param>
internal sealed record Notice(string Kind, string Text);
