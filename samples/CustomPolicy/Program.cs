using ConsoleChat.Eliza;
using ConversationGuard;
using CustomPolicy;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

// Two bots in one program, each with parts of its own: registered with the guard's name as the key, a part is for that guard alone.
var services = new ServiceCollection();
services.AddConversationGuard("support", _ => { });
services.AddKeyedSingleton<ITerminationPolicy, HandOverInsteadOfEnd>("support");
services.AddSingleton<HandOverDesk>().AddKeyedSingleton<IGuardObserver>("support", (provider, _) => provider.GetRequiredService<HandOverDesk>());
services.AddKeyedChatClient("support", new ElizaChatClient()).UseConversationGuard("support");

services.AddConversationGuard("game", _ => { });
services.AddKeyedSingleton<IMessageClassifier>("game", new GameClassifier(new HashSet<string>(["gnomehead"], StringComparer.OrdinalIgnoreCase)));
services.AddKeyedSingleton<ITerminationPolicy, SlursCountDouble>("game");
services.AddKeyedChatClient("game", new ElizaChatClient()).UseConversationGuard("game");

await using var provider = services.BuildServiceProvider();
string[] insults = ["Shut up, you stupid idiot.", "I hate you, you pathetic moron.", "You are a worthless piece of garbage.", "You disgusting stupid bitch, go to hell."];
await TalkAsync("support", "a customer", isCustomer: true, insults);
await TalkAsync("support", "somebody else", isCustomer: false, insults);
await TalkAsync("game", "a player", isCustomer: false, "You gnomehead!", "Such a gnomehead.", "Gnomehead!");

async Task TalkAsync(string bot, string who, bool isCustomer, params string[] texts)
{
    Console.WriteLine($"\n-- {bot}: {who}");
    var desk = provider.GetRequiredService<HandOverDesk>();
    var options = new ChatOptions { AdditionalProperties = new() { ["customer"] = isCustomer } }.WithConversationKey(who);
    var history = new List<ChatMessage>();
    foreach (var text in texts)
    {
        Console.WriteLine($"you> {text}");
        history.Add(new ChatMessage(ChatRole.User, text));
        try
        {
            var reply = await provider.GetRequiredKeyedService<IChatClient>(bot).GetResponseAsync(history, options);
            Console.WriteLine($"bot> {reply.Text}");
            history.AddMessages(reply);
        }
        catch (ConversationEndedException ended)
        {
            Console.WriteLine($"** {ended.UserMessage}");
        }

        if (desk.IsWaiting(who))
        {
            Console.WriteLine("** A colleague of mine takes over from here.");
            return;
        }
    }
}
