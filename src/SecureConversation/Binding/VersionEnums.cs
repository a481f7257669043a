namespace SecureConversation.Binding;

/// <summary>The version of WS-Security.</summary>
public enum SecurityVersion
{
    /// <summary>
    /// WS-Security 1.0: no signature confirmation, no encrypted headers, no references by thumbprint or EncryptedKeySHA1.
    /// </summary>
    WSSecurity10,
    /// <summary>WS-Security 1.1.</summary>
    WSSecurity11,
}

/// <summary>The version of WS-Trust.</summary>
public enum TrustVersion
{
    /// <summary>February 2005.</summary>
    February2005,
    /// <summary>OASIS WS-Trust 1.3 and 1.4, which share a namespace.</summary>
    Trust13,
}

/// <summary>The version of WS-SecureConversation.</summary>
public enum SecureConversationVersion
{
    /// <summary>February 2005.</summary>
    February2005,
    /// <summary>OASIS WS-SecureConversation 1.3 and 1.4, which share a namespace.</summary>
    V13,
}

/// <summary>The version of SOAP.</summary>
public enum SoapVersion
{
    /// <summary>SOAP 1.1.</summary>
    Soap11,
    /// <summary>SOAP 1.2.</summary>
    Soap12,
}

/// <summary>The version of WS-Addressing.</summary>
public enum AddressingVersion
{
    /// <summary>WS-Addressing 1.0.</summary>
    WSAddressing10,
    /// <summary>The submission of August 2004.</summary>
    WSAddressingAugust2004,
    /// <summary>No addressing headers, as in BasicHttpBinding. Then no action is signed, and replies do not name their request.</summary>
    None,
}
