namespace SecureConversation.Engine.Quota;

/// <summary>
/// How a limited number of places is shared: nobody may hold more than three times of what is still free. One holder alone gets three
/// quarters of the places, two get three sevenths each, n get 3/(3n+1) each; a newcomer finds room for as long as any is left. The rule
/// needs neither the number of holders nor a history (dynamic thresholds, as in the buffers of network switches). A network, from which
/// many may come at once, gets twice as much as one of them: six sevenths of the places when it is alone.
/// </summary>
internal static class FairShare
{
    private const long Generosity = 3;

    /// <summary>Whether somebody may take one more place.</summary>
    /// <param name="held">How many places he holds.</param>
    /// <param name="heldByNetwork">How many places all hold that come from his network.</param>
    /// <param name="free">How many places are free.</param>
    public static bool Allows(long held, long heldByNetwork, long free) =>
        held < Generosity * free && heldByNetwork < 2 * Generosity * free;
}
