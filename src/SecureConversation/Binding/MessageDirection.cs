namespace SecureConversation.Binding;

/// <summary>Which way a message goes.</summary>
public enum MessageDirection
{
    /// <summary>A request or a one-way message.</summary>
    ClientToService,
    /// <summary>A reply or a fault.</summary>
    ServiceToClient,
}
