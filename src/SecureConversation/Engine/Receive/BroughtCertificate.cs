using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// The certificate of the receiver that a request brings along, where the binding has the sender send it (inclusion mode AlwaysToRecipient
/// on the token of the service): its EncryptedKey names that token by Id, or the certificate in it by its properties.
/// </summary>
internal static class BroughtCertificate
{
    /// <summary>
    /// What an EncryptedKey names: for a token of the same header the certificate in it, for all else what it says. Nothing is proved by
    /// that: the certificate is one of the receiver's, or it is of no use.
    /// </summary>
    /// <exception cref="SecurityFailureException">The token is malformed.</exception>
    public static KeyReference Follow(KeyReference reference, XmlElement security)
    {
        if (reference.Kind == KeyReferenceKind.LocalId)
        {
            foreach (var child in security.Children)
            {
                if (child.Is(Wsse.BinarySecurityToken) && child.GetId(Wsu.Id) == reference.LocalId)
                {
                    return new KeyReference(KeyReferenceKind.RawData) { Value = BinarySecurityToken.ReadRaw(child) };
                }
            }
        }

        return reference;
    }

    /// <summary>The location of the token with the certificate that an EncryptedKey names; null when the header has none.</summary>
    /// <exception cref="SecurityFailureException">A token is malformed.</exception>
    public static MessagePart? Find(EncryptedKey key, SecurityHeader header)
    {
        foreach (var item in header.Items)
        {
            if (item.Token != TokenKind.X509)
            {
                continue;
            }

            if (key.WrappedFor.Kind == KeyReferenceKind.LocalId ? item.Id == key.WrappedFor.LocalId : IsNamed(key, item.Element))
            {
                return MessagePart.SecurityItem(item.Position);
            }
        }

        return null;
    }

    private static bool IsNamed(EncryptedKey key, XmlElement token)
    {
        using var certificate = BinarySecurityToken.Read(token);
        return key.WrappedFor.IsX509 && key.WrappedFor.Matches(certificate);
    }
}
