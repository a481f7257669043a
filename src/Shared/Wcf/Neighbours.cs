namespace SecureConversation.Shared;

/// <summary>Refuses elements of a binding beside which message security would work by half, or not at all.</summary>
internal static class Neighbours
{
    /// <param name="elements">All elements of the binding.</param>
    /// <exception cref="InvalidOperationException">There is such an element; the message says what to change.</exception>
    public static void Require(IEnumerable<BindingElement> elements)
    {
        foreach (var element in elements)
        {
            // By name, since not every stack has them all.
            if (element.GetType().Name == "ReliableSessionBindingElement")
            {
                throw new InvalidOperationException("Reliable sessions are not offered with message security: set ReliableSession.Enabled "
                    + "to false, or take the ReliableSessionBindingElement out of the binding, on both sides.");
            }
        }
    }
}
