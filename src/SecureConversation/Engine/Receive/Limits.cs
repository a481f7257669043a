using SecureConversation.Engine.Xml;


namespace SecureConversation.Engine.Receive;

/// <summary>Bounds on what a message may make us do. XML has its own in <see cref="XmlLimits"/>.</summary>
internal static class Limits
{
    /// <summary>ds:Reference elements of one signature; WCF itself stops at 100.</summary>
    public const int MaxSignedParts = 100;

    /// <summary>xenc:DataReference elements of one message. Headers, body, tokens and signatures of a binding come to fewer.</summary>
    public const int MaxEncryptedParts = 32;
}
