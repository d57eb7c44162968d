using System.Text;
using ConsoleChat;

Console.OutputEncoding = Encoding.UTF8;
return await ConsoleChatCommand.RunAsync(args, Surroundings.OfProcess);
