using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>Bounds on the work that one message may cause. <see cref="XmlLimits"/> bounds the XML itself.</summary>
internal static class Limits
{
    /// <summary>ds:Reference elements of one signature; WCF itself stops at 100.</summary>
    public const int MaxSignedParts = 100;

    /// <summary>xenc:DataReference elements of one message. No binding encrypts as many headers, tokens and signatures.</summary>
    public const int MaxEncryptedParts = 32;

    /// <summary>xenc:EncryptedData children of the security header: signatures, their confirmations and tokens.</summary>
    public const int MaxSealedItems = 8;

    /// <summary>Base64 characters of an encrypted ds:Signature: ds:SignedInfo, with 6 KB for its value and its key.</summary>
    public const int MaxSealedSignature = (SignatureElement.MaxSignedInfoBytes + (6 * 1024)) / 3 * 4;

    /// <summary>Bytes of the namespace declarations in scope of the security header; WCF's messages have about 500.</summary>
    public const int MaxScopeBytes = 16 * 1024;
}
