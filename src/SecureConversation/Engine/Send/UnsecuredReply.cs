using SecureConversation.Engine.Names;
using SecureConversation.Engine.Soap;

namespace SecureConversation.Engine.Send;

/// <summary>A reply of the application that leaves without security, because the binding has EnableUnsecuredResponse.</summary>
internal static class UnsecuredReply
{
    /// <param name="plain">The envelope of the application. It stays the caller's.</param>
    /// <param name="relatesTo">The a:RelatesTo to add; null to add none.</param>
    /// <exception cref="ArgumentException">The envelope has a security header, which nobody here has made.</exception>
    public static SecuredMessage Create(SoapEnvelope plain, string? relatesTo)
    {
        if (!plain.Find(Wsse.Security).IsNull)
        {
            throw new ArgumentException("The envelope already carries a wsse:Security header.", nameof(plain));
        }

        var splice = new EnvelopeSplice(plain);
        if (relatesTo is not null)
        {
            splice.InsertHeader(output => AddressingWriter.RelatesTo(output, plain.Names, relatesTo));
        }

        return new SecuredMessage(splice.Apply(plain.Bytes.Length + 256));
    }
}
