using SecureConversation.Engine.Xml;


namespace SecureConversation.Engine.Receive;

/// <summary>Bounds on what a message may make us do. XML has its own in <see cref="XmlLimits"/>.</summary>
internal static class Limits
{
    /// <summary>ds:Reference elements of one signature; WCF itself stops at 100.</summary>
    public const int MaxReferences = 100;
}
