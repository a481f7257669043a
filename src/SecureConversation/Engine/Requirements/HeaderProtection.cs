using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Requirements;

/// <summary>The names of the header blocks that are signed, and of those that are encrypted too, if a message has them.</summary>
internal sealed record HeaderProtection(XmlName[] Signed, XmlName[] Encrypted)
{
    /// <summary>The headers of WS-Addressing: always signed, never encrypted.</summary>
    public static HeaderProtection Addressing(SoapNames soap) => new(soap.AddressingHeaders, []);

    /// <summary>
    /// Whether every header block is signed (<see cref="Binding.MessageProtectionProfile.Strong"/>): nothing that the application writes
    /// goes out unsigned, and nothing that somebody adds is passed over in silence.
    /// </summary>
    public bool SignsAll { get; init; }

    public bool IsSigned(XmlElement block) => SignsAll || Contains(Signed, block) || Contains(Encrypted, block);

    public bool IsEncrypted(XmlElement block) => Contains(Encrypted, block);

    private static bool Contains(XmlName[] names, XmlElement block)
    {
        foreach (var name in names)
        {
            if (block.Is(name))
            {
                return true;
            }
        }

        return false;
    }
}
