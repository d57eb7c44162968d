namespace ConversationGuard.ChatCompletion;

/// <summary>An observer that tells beforehand which decisions it looks at. One that nobody looks at is not made into an event.</summary>
internal interface ISelectiveObserver : IGuardObserver
{
    bool LooksAt(in JudgedTurn turn);
}
