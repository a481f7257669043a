using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Reliable;

/// <summary>
/// Asks for a sequence of requests, offers one for the replies, and names the security session that both belong to (WS-ReliableMessaging
/// 1.1 section 3.4, WS-Reliable Messaging Policy 1.1 section 2.5).
/// <code>
/// r:CreateSequence
///   r:AcksTo / a:Address           anonymous: acknowledgements come with the replies
///   r:Expires?                     read over
///   r:Offer
///     r:Identifier
///     r:Endpoint / a:Address       1.1 only; that of r:AcksTo
///     r:IncompleteSequenceBehavior?
///   o:SecurityTokenReference       the context of the security session
/// </code>
/// Children that are not named here are read over, as WCF does.
/// </summary>
internal sealed record CreateSequence(string Offer, string ContextId)
{
    private const int MaxAddress = 1024;

    public static CreateSequence Read(XmlElement element, SoapNames soap, RmNames names, ProtocolVersion protocol)
    {
        if (element.IsNull || !element.Is(names.Name("CreateSequence")) || !element.NextSibling.IsNull)
        {
            Fail.With(FailureCode.CreateSequenceRefused, "content of s:Body", element.Describe(), "wsrm:CreateSequence");
        }

        string? acksTo = null, offer = null, context = null;
        foreach (var child in element.Children)
        {
            if (child.Is(names.Name("AcksTo")))
            {
                acksTo = ReadAddress(child, soap);
            }
            else if (child.Is(names.Name("Offer")))
            {
                offer = ReadOffer(child, soap, names, acksTo);
            }
            else if (child.Is(Wsse.SecurityTokenReference))
            {
                var reference = SecurityTokenReferenceReader.Read(child, protocol);
                context = reference.Kind == KeyReferenceKind.SecurityContext ? reference.Uri : null;
            }
        }

        if (acksTo != soap.Anonymous)
        {
            Fail.With(FailureCode.CreateSequenceRefused, "wsrm:AcksTo", acksTo ?? "nothing", soap.Anonymous);
        }

        return new CreateSequence(
            offer ?? Fail.With<string>(FailureCode.CreateSequenceRefused, "wsrm:Offer", "nothing"),
            context ?? Fail.With<string>(FailureCode.CreateSequenceRefused, "wsse:SecurityTokenReference", "no security context"));
    }

    public void Write(PooledBytes output, SoapNames soap, RmNames names, ProtocolVersion protocol)
    {
        RmValue.Start(output, names, "CreateSequence");
        Address(output, soap, "AcksTo", soap.Anonymous);
        output.Write("<r:Offer>"u8);
        RmValue.Element(output, "Identifier", Offer);
        if (names.Is11)
        {
            Address(output, soap, "Endpoint", soap.Anonymous);
            RmValue.Element(output, "IncompleteSequenceBehavior", "DiscardFollowingFirstGap");
        }

        output.Write("</r:Offer>"u8);
        TokenWriter.ContextReference(output, ContextId, null, protocol);
        RmValue.End(output, "CreateSequence");
    }

    /// <summary>Writes an endpoint reference that is an address.</summary>
    public static void Address(PooledBytes output, SoapNames soap, string name, string address)
    {
        output.Write("<r:"u8);
        output.WriteText(name);
        output.Write("><a:Address"u8);
        TokenWriter.Attribute(output, "xmlns:a", soap.Addressing);
        output.Write(">"u8);
        output.WriteEscaped(address);
        output.Write("</a:Address></r:"u8);
        output.WriteText(name);
        output.Write(">"u8);
    }

    /// <summary>Reads the address of an endpoint reference.</summary>
    public static string ReadAddress(XmlElement endpoint, SoapNames soap)
    {
        var address = endpoint.FirstChild;
        return !address.IsNull && address.Is(soap.Address)
            ? ElementValue.Text(address, MaxAddress)
            : Fail.With<string>(FailureCode.CreateSequenceRefused, "wsa:Address", address.Describe());
    }

    private static string ReadOffer(XmlElement element, SoapNames soap, RmNames names, string? acksTo)
    {
        string? endpoint = null;
        foreach (var child in element.Children)
        {
            endpoint = child.Is(names.Name("Endpoint")) ? ReadAddress(child, soap) : endpoint;
        }

        if (names.Is11 && endpoint != acksTo)
        {
            Fail.With(FailureCode.CreateSequenceRefused, "wsrm:Endpoint", endpoint ?? "nothing", acksTo);
        }

        return RmValue.Identifier(element, names);
    }
}
