namespace SecureConversation.Engine.Quota;

/// <summary>
/// How a limited number of places is shared: nobody may hold more than three times of what is still free. One holder alone gets three
/// quarters of the places, two get three sevenths each, n get 3/(3n+1) each; a newcomer finds room for as long as any is left. The rule
/// needs neither the number of holders nor a history (dynamic thresholds, as in the buffers of network switches).
/// </summary>
internal static class FairShare
{
    private const long Generosity = 3;

    /// <summary>Whether somebody may take one more place.</summary>
    /// <param name="held">How many places he holds.</param>
    /// <param name="free">How many places are free.</param>
    public static bool Allows(long held, long free) => held < Generosity * free;
}
