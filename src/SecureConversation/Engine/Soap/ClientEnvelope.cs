using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Soap;

/// <summary>Parses an outgoing envelope of the application. An ArgumentException reports errors, for the caller made them.</summary>
internal static class ClientEnvelope
{
    /// <exception cref="ArgumentException">The bytes are no SOAP envelope of that version, or a:Action or a:To is missing.</exception>
    public static SoapEnvelope Parse(ReadOnlyMemory<byte> bytes, SoapNames names, XmlLimits limits)
    {
        SoapEnvelope envelope;
        try
        {
            envelope = SoapEnvelope.Parse(bytes, names, limits);
        }
        catch (SecurityFailureException e)
        {
            throw new ArgumentException($"The request is no {names.Version} envelope: {e.Message}", nameof(bytes), e);
        }

        foreach (var name in names.HasAddressing ? [names.Action, names.To] : Array.Empty<XmlName>())
        {
            if (envelope.Find(name).IsNull)
            {
                envelope.Dispose();
                throw new ArgumentException($"The request lacks the header {name}.", nameof(bytes));
            }
        }

        return envelope;
    }
}
