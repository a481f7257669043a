using SecureConversation;

namespace Quickstart;

/// <summary>Calls that have to fail.</summary>
internal static class Expect
{
    public static async Task<SecureConversationException> RefusalAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (SecureConversationException e)
        {
            return e;
        }

        throw new UnexpectedException("A call that had to be refused was answered.");
    }
}
