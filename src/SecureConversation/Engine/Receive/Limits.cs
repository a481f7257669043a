using SecureConversation.Engine.Xml;


namespace SecureConversation.Engine.Receive;

/// <summary>Bounds on the work that one message may cause. <see cref="XmlLimits"/> bounds the XML itself.</summary>
internal static class Limits
{
    /// <summary>ds:Reference elements of one signature; WCF itself stops at 100.</summary>
    public const int MaxSignedParts = 100;

    /// <summary>xenc:DataReference elements of one message. No binding encrypts as many headers, tokens and signatures.</summary>
    public const int MaxEncryptedParts = 32;
}
