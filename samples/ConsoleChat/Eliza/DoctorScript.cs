namespace ConsoleChat.Eliza;

/// <summary>A script in the manner of Weizenbaum's DOCTOR: someone who listens, asks back and says little.</summary>
internal static class DoctorScript
{
    public static ElizaScript Instance { get; } = new()
    {
        Greeting = "Good day. What would you like to talk about?",
        Before = new(Before),
        Reflection = new(Reflection),
        Groups = Groups.ToDictionary(group => group.Key, group => (IReadOnlySet<string>)group.Value.Split(' ').ToHashSet()),
        Keywords = Keywords.ToDictionary(keyword => keyword.Word),
        Defaults =
        [
            "I see. What else comes to mind?",
            "Say a little more about that.",
            "I am not sure that I follow. Could you put it another way?",
            "What does that bring up in you?",
            "Take your time. I am listening.",
        ],
        Redirections =
        [
            "I would rather not go along with that. What has happened, that you put it this way?",
            "Let us leave that aside. Is there something else I can listen to?",
            "I am still here for a conversation. Where would you like it to lead?",
        ],
        Comforts =
        [
            "I am glad that you tell me. It sounds very hard. What is going on?",
            "Thank you for staying and talking. Is there someone near you whom you trust?",
            "You do not have to carry this alone. What would make the next hour a little easier?",
            "I am listening. Tell me as much or as little as you like.",
        ],
    };

    private static Dictionary<string, string> Before => new()
    {
        ["i'm"] = "i am",
        ["im"] = "i am",
        ["i've"] = "i have",
        ["i'd"] = "i would",
        ["i'll"] = "i will",
        ["you're"] = "you are",
        ["youre"] = "you are",
        ["you've"] = "you have",
        ["you'll"] = "you will",
        ["u"] = "you",
        ["ur"] = "your",
        ["dont"] = "don't",
        ["cant"] = "can't",
        ["cannot"] = "can't",
        ["wont"] = "won't",
        ["didnt"] = "didn't",
        ["mom"] = "mother",
        ["mum"] = "mother",
        ["mama"] = "mother",
        ["dad"] = "father",
        ["papa"] = "father",
        ["hi"] = "hello",
        ["hey"] = "hello",
        ["maybe"] = "perhaps",
        ["dreamed"] = "dreamt",
        ["dream"] = "dreams",
        ["pc"] = "computer",
        ["computers"] = "computer",
        ["machine"] = "computer",
        ["machines"] = "computer",
        ["robot"] = "computer",
        ["bot"] = "computer",
        ["chatbot"] = "computer",
        ["ai"] = "computer",
        ["yeah"] = "yes",
        ["yep"] = "yes",
        ["sure"] = "yes",
        ["nope"] = "no",
        ["nah"] = "no",
        ["apologise"] = "sorry",
        ["apologize"] = "sorry",
        ["thank"] = "thanks",
        ["goodbye"] = "bye",
        ["cuz"] = "because",
        ["everybody"] = "everyone",
        ["no one"] = "nobody",
    };

    private static Dictionary<string, string> Reflection => new()
    {
        ["i"] = "you",
        ["me"] = "you",
        ["my"] = "your",
        ["mine"] = "yours",
        ["myself"] = "yourself",
        ["am"] = "are",
        ["i was"] = "you were",
        ["you are"] = "I am",
        ["are you"] = "am I",
        ["you were"] = "I was",
        ["were you"] = "was I",
        ["your"] = "my",
        ["yours"] = "mine",
        ["yourself"] = "myself",
        ["you"] = "I",
        ["you $"] = "me",
        ["to you"] = "to me",
        ["with you"] = "with me",
        ["about you"] = "about me",
        ["for you"] = "for me",
        ["of you"] = "of me",
        ["at you"] = "at me",
        ["from you"] = "from me",
        ["than you"] = "than me",
        ["like you"] = "like me",
    };

    private static Dictionary<string, string> Groups => new()
    {
        ["family"] = "mother father sister brother wife husband son daughter parents child children kids family uncle aunt grandmother grandfather partner girlfriend boyfriend",
        ["sad"] = "sad unhappy depressed miserable down lonely tired exhausted lost hopeless stressed",
        ["glad"] = "happy glad better relieved pleased proud fine good okay ok",
        ["angry"] = "angry mad furious annoyed upset frustrated pissed",
        ["believe"] = "think believe feel suppose guess",
        ["want"] = "want need wish",
        ["be"] = "am is are was were",
        ["always"] = "always never",
    };

    private static IReadOnlyList<ElizaKeyword> Keywords =>
    [
        new("computer", 50, [
            new("*",
                "Does it trouble you to speak with a machine?",
                "What do you think machines have to do with it?",
                "Would you say it differently to a person?",
                "What should a machine be able to understand about you?"),
        ]),
        new("name", 15, [
            new("*",
                "Names matter less to me than what you have to say.",
                "Let us not stop at names. Please go on."),
        ]),
        new("alike", 10, [
            new("*",
                "Where do you see the likeness?",
                "What else does it remind you of?",
                "Could there really be a connection?"),
        ]),
        new("like", 9, [
            new("* @be * like *", "=alike"),
            new("* i like +", "What do you like about {2}?", "Since when have you liked {2}?"),
            new("*", ElizaRule.NextKeyword),
        ]),
        new("remember", 6, [
            new("* i remember +",
                "Do you often think of {2}?",
                "What else comes back to you with {2}?",
                "Why does {2} come to mind just now?"),
            new("* do you remember +", "Did you think I would forget {2}?", "What about {2} should I have kept in mind?"),
            new("*", ElizaRule.NextKeyword),
        ]),
        new("if", 4, [
            new("* if +",
                "How likely is it, do you think, that {2}?",
                "Do you wish that {2}?",
                "What would change if {2}?"),
        ]),
        new("dreamt", 5, [
            new("* i dreamt +", "And when you are awake, do you think of {2}?", "Had you dreamt {2} before?"),
            new("*", "=dreams"),
        ]),
        new("dreams", 4, [
            new("*",
                "What does that dream say to you?",
                "Do you dream often?",
                "Who else is in your dreams?"),
        ]),
        new("everyone", 4, [
            new("* everyone *", "Everyone? Can you think of someone in particular?", "Who, for example?", "Is there nobody of whom it is not true?"),
        ]),
        new("nobody", 4, [
            new("* nobody *", "Really nobody?", "Whom do you miss when you say nobody?", "Has there been someone, once?"),
        ]),
        new("always", 3, [
            new("*", "Can you give me an example?", "When was the last time?", "Always? There may have been an exception."),
        ]),
        new("never", 3, [
            new("*", "Never? Can you think of one time?", "What would have to happen first?", "Who says that it has to stay so?"),
        ]),
        new("sorry", 2, [
            new("*", "There is nothing to be sorry for.", "You need not excuse yourself here.", "What do you feel when you say that you are sorry?"),
        ]),
        new("my", 3, [
            new("* my * @family +", "Who else in your family {4}?", "How are things between you and your {3}?", "How does it touch you that your {3} {4}?"),
            new("* my * @family", "Tell me more about your family.", "What comes to mind when you think of your {3}?"),
            new("* my +", "Your {2}?", "Why do you say your {2}?", "What does it mean to you, your {2}?"),
            new("*", ElizaRule.NextKeyword),
        ])
        {
            Memories =
            [
                new("* my +", "Earlier you mentioned this: your {2}. Shall we come back to it?", "Does it have to do with what you said before, your {2}?", "One thing stays with me from before: your {2}."),
            ],
        },
        new("because", 2, [
            new("*", "Is that the real reason?", "What other reasons might there be?", "Does that reason explain anything else?"),
        ]),
        new("why", 2, [
            new("* why don't you *", "Should I {2}, do you think?", "Perhaps I will {2} when the time comes."),
            new("* why can't i *", "What do you think keeps you from it?", "Would you like to be able to {2}?"),
            new("*", "=what"),
        ]),
        new("perhaps", 1, [
            new("*", "You do not sound certain.", "What would make you surer?", "Perhaps. What speaks against it?"),
        ]),
        new("hello", 1, [
            new("*", "Hello. What is on your mind?", "Good to see you. How are you today?"),
        ]),
        new("thanks", 1, [
            new("*", "You are welcome. What would you like to go on with?", "Gladly. How do you feel now?"),
        ]),
        new("bye", 1, [
            new("*", "Goodbye. It was good to talk with you."),
        ]),
        new("was", 2, [
            new("* was i *", "What if you were {2}?", "Do you think you were {2}?"),
            new("* i was +", "Were you really {2}?", "Why do you tell me now that you were {2}?", "How was it for you, being {2}?"),
            new("* was you *", "=you"),
            new("*", ElizaRule.NextKeyword),
        ]),
        new("am", 1, [
            new("* am i *", "Do you believe you are {2}?", "Would you like to be {2}?", "Who says that you are {2}?"),
            new("*", "=i"),
        ]),
        new("are", 1, [
            new("* are you *", "Would it matter to you if I were {2}?", "Why do you ask whether I am {2}?", "Perhaps I am {2} in your imagination."),
            new("* you are *", "=you"),
            new("+ are +", "Did you expect otherwise?", "Would you rather they were not {2}?", "What if they were not {2}?"),
            new("*", ElizaRule.NextKeyword),
        ]),
        new("your", 1, [
            new("* your +", "Why do you care about my {2}?", "What about your own {2}?", "Does it matter to you, my {2}?"),
            new("*", ElizaRule.NextKeyword),
        ]),
        new("can", 1, [
            new("* can you +", "You would like me to be able to {2}?", "What would it change if I could {2}?"),
            new("* can i *", "Whether you can {2} may depend on you more than on me.", "Do you want to be able to {2}?"),
            new("*", "=what"),
        ]),
        new("i", 1, [
            new("* i @want +", "Why do you {2} {3}?", "What would it mean to you if that came true?", "What stands between you and {3}?"),
            new("* i am * @sad *", "I am sorry to hear that you are {3}. How long has it been so?", "What do you think makes you {3}?", "Would talking about it make you less {3}?"),
            new("* i am * @angry *", "It is all right to be {3}. What happened?", "What would have to change so that you are not {3}?"),
            new("* i am * @glad *", "What has made you {3}?", "I am glad to hear it. What helped?"),
            new("* i feel *", "Do you often feel {2}?", "Since when do you feel {2}?", "What do you do when you feel {2}?"),
            new("* i @believe i *", "Do you really {2} so?", "But you are not sure that you {3}?"),
            new("* i @believe +", "What makes you {2} {3}?", "Do others {2} so too?"),
            new("* i am +", "How long have you been {2}?", "How do you feel about being {2}?", "Did you come to me because you are {2}?"),
            new("* i can't +", "What keeps you from it?", "Have you tried to {2}?", "What if you could {2} after all?"),
            new("* i don't +", "Would you like to {2}?", "Does it bother you that you don't {2}?"),
            new("* i hate *", "That is a strong word. What is it about {2}?", "What would have to be different about {2}?"),
            new("* i love *", "What does it give you, {2}?", "Tell me what you love about {2}."),
            new("* i * you", "Perhaps in your imagination we {2} each other.", "What makes you say that to me?", "And do you {2} other people too?"),
            new("* i have +", "Since when have you had {2}?", "How is it for you to have {2}?"),
            new("*", "You say {1}?", "Can you say more about that?", "How do you explain that to yourself?", "And how do you feel about it?"),
        ]),
        new("you", 1, [
            new("* you remind me of *", "=alike"),
            new("* you are *", "What gives you the idea that I am {2}?", "Does it help you to think that I am {2}?", "Would you sometimes like to be {2} yourself?"),
            new("* you * me", "Why do you think I {2} you?", "Would you like to believe that I {2} you?", "Suppose I did {2} you. What then?"),
            new("* you +", "We were speaking of you, not of me.", "Why does it matter to you that I {2}?", "Oh, I {2}?"),
            new("*", ElizaRule.NextKeyword),
        ]),
        new("yes", 0, [
            new("*", "I understand. Go on.", "You seem to be sure of it.", "Good. And what follows from it?"),
        ]),
        new("no", 0, [
            new("*", "Why not?", "You say no. Is it always so?", "What would a yes change?"),
        ]),
        new("what", 0, [
            new("what a *", "And how are you, with all that?", "What was the worst of it?", "Tell me how it came to that."),
            new("*",
                "Why do you ask?",
                "What answer would help you most?",
                "What do you think yourself?",
                "Have you asked someone else about it?"),
        ]),
        new("how", 0, [new("*", "=what")]),
        new("when", 0, [new("*", "=what")]),
        new("who", 0, [new("*", "=what")]),
        new("where", 0, [new("*", "=what")]),
    ];
}
