namespace ConversationGuard.Classification;

/// <summary>Tells who is spoken of: the strongest hint whether a hard word is aimed at someone (R7).</summary>
internal static class Pronouns
{
    public const int First = 1;
    public const int Second = 2;
    public const int Third = 3;

    /// <summary>Gets the person of a pronoun; 0 for other words.</summary>
    public static int PersonOf(ReadOnlySpan<char> word)
    {
        switch (word.Length)
        {
            case 1:
                return word[0] switch { 'i' => First, 'u' => Second, _ => 0 };
            case 2:
                return word is "me" or "my" or "im" or "we" or "us" ? First
                    : word is "ur" or "ya" or "yo" or "du" or "tu" ? Second
                    : word is "he" ? Third : 0;
            case 3:
                return word is "you" or "ure" or "dir" or "toi" ? Second
                    : word is "ich" or "our" or "ive" or "ill" ? First
                    : word is "she" or "her" or "his" or "him" ? Third : 0;
            case 4:
                return word is "your" or "dich" or "dein" ? Second
                    : word is "they" or "them" or "shes" ? Third : 0;
            case 5:
                return word is "youre" or "yours" or "youve" or "youll" ? Second
                    : word is "their" or "those" or "these" ? Third : 0;
            case 6:
                return word is "theyre" ? Third : 0;
            case 8:
                return word is "yourself" ? Second : 0;
            default:
                return 0;
        }
    }
}
