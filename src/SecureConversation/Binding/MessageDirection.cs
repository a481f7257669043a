namespace SecureConversation.Binding;

/// <summary>The direction of a message.</summary>
public enum MessageDirection
{
    /// <summary>A request or a one-way message.</summary>
    ClientToService,
    /// <summary>A reply or a fault.</summary>
    ServiceToClient,
}
