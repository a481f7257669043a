namespace SecureConversation.Diagnosis;

/// <summary>Where an envelope was logged, in the words of WCF's message logs.</summary>
public enum MessageLoggingSource
{
    /// <summary>As it goes over the wire, after it was secured.</summary>
    TransportSend,
    /// <summary>As it came over the wire. Of a message that was refused this is all there is, unless it was decrypted before.</summary>
    TransportReceive,
    /// <summary>In clear, before it is secured.</summary>
    ServiceLevelSend,
    /// <summary>In clear, after it was decrypted. Its security header is still there.</summary>
    ServiceLevelReceive,
}
