namespace SecureConversation.Shared;

/// <summary>Refuses elements of a binding beside which message security would work by half, or not at all.</summary>
internal static class Neighbours
{
    /// <param name="elements">All elements of the binding.</param>
    /// <exception cref="InvalidOperationException">There is such an element; the message says what to change.</exception>
    public static void Require(IEnumerable<BindingElement> elements)
    {
        var isBelow = false;
        foreach (var element in elements)
        {
            isBelow |= element is MessageSecurityBindingElement;
            if (element is ReliableSessionBindingElement && isBelow)
            {
                throw new InvalidOperationException("The ReliableSessionBindingElement stands below message security: put it above, so "
                    + "that its messages are protected.");
            }
        }
    }
}
