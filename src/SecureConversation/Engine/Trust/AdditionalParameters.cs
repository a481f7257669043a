using System.Text;
using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Trust;

/// <summary>
/// The elements that a binding adds to a request for a token, in the version of WS-Trust that the issuer speaks: they may have been written
/// for the other one. To 1.3, names of algorithms get its namespace. To February 2005, which has no wst:SecondaryParameters, what stands in
/// them moves out, but for what the client itself decides. All others stay octet for octet.
/// </summary>
internal sealed class AdditionalParameters
{
    // By either version; the client says all of these itself.
    private static readonly string[] Decided = ["KeyType", "KeySize", "TokenType", "SignWith", "EncryptWith", "KeyWrapAlgorithm"];

    // Texts that mean the same in both versions.
    private static readonly string[] Algorithms = ["SignWith", "EncryptWith", "EncryptionAlgorithm", "CanonicalizationAlgorithm"];

    // What the service asks for in wst:SecondaryParameters is not asked for twice.
    private static readonly string[] AskedOnce = ["EncryptionAlgorithm", "CanonicalizationAlgorithm", "KeyWrapAlgorithm"];

    private const int MaxBytes = 256 * 1024;

    private static readonly XmlName AppliesTo = new("AppliesTo", Ns.Policy2004);

    private readonly List<Parameter> _parameters = [];

    private AdditionalParameters()
    {
    }

    /// <summary>Whether there is a wsp:AppliesTo, which then stands for that of the client.</summary>
    public bool HasAppliesTo { get; private set; }

    /// <exception cref="ArgumentException">One is no XML element.</exception>
    public static AdditionalParameters Of(IssuedSecurityTokenParameters parameters, ProtocolVersion protocol)
    {
        var all = new AdditionalParameters();
        List<XmlIndex> documents = [];
        try
        {
            documents.AddRange(parameters.AdditionalRequestParameters.Select(Parse));
            var secondary = documents.Any(d => ProtocolVersion.V13.SecondaryParameters is var name && d.Root.Is(name));
            foreach (var document in documents)
            {
                all.Add(document.Root, parameters, protocol, secondary);
            }

            return all;
        }
        finally
        {
            documents.ForEach(document => document.Dispose());
        }
    }

    public void Write(PooledBytes output, TrustWriter w)
    {
        foreach (var parameter in _parameters)
        {
            if (parameter.Octets is { } octets)
            {
                output.Write(octets);
            }
            else
            {
                w.Element(parameter.Name, parameter.Text);
            }
        }
    }

    private void Add(XmlElement element, IssuedSecurityTokenParameters parameters, ProtocolVersion protocol, bool hasSecondary)
    {
        HasAppliesTo |= element.Is(AppliesTo);
        if (protocol.UsesCollection)
        {
            if (!hasSecondary || !IsOfTrust(element, AskedOnce))
            {
                Take(element, protocol);
            }
        }
        else if (element.Is(ProtocolVersion.V13.SecondaryParameters))
        {
            foreach (var child in element.Children)
            {
                if (!IsOfTrust(child, Decided) && !child.Is(AppliesTo)
                    && !(child.Is(ProtocolVersion.V13.Claims) && !parameters.ClaimTypeRequirements.IsEmpty))
                {
                    Take(child, protocol);
                }
            }
        }
        else if (!element.Is(new XmlName("KeyWrapAlgorithm", Ns.Trust13)))
        {
            Take(element, protocol);
        }
    }

    private void Take(XmlElement element, ProtocolVersion protocol)
    {
        var trust = Encoding.UTF8.GetBytes(protocol.TrustNamespace);
        if (IsOfTrust(element, Algorithms) && !element.NamespaceUri.SequenceEqual(trust) && element.FirstChild.IsNull)
        {
            _parameters.Add(new Parameter(Encoding.UTF8.GetString(element.LocalName), element.GetText().Trim(), null));
            return;
        }

        using var output = new PooledBytes(element.End - element.Start + 256);
        element.WriteOnItsOwn(output, MaxBytes);
        _parameters.Add(new Parameter("", "", output.Span.ToArray()));
    }

    private static bool IsOfTrust(XmlElement element, string[] names) =>
        (element.NamespaceUri.SequenceEqual("http://schemas.xmlsoap.org/ws/2005/02/trust"u8)
            || element.NamespaceUri.SequenceEqual("http://docs.oasis-open.org/ws-sx/ws-trust/200512"u8))
        && names.Contains(Encoding.UTF8.GetString(element.LocalName));

    private static XmlIndex Parse(string text)
    {
        try
        {
            return XmlIndex.Parse(Encoding.UTF8.GetBytes(text.Trim()), XmlLimits.Default);
        }
        catch (SecurityFailureException e)
        {
            throw new ArgumentException(
                "AdditionalRequestParameters of IssuedSecurityTokenParameters: each is one XML element that stands on its own: "
                    + $"{e.Message}.",
                nameof(text), e);
        }
    }

    /// <summary>An element as it stands, or a name of WS-Trust with a text.</summary>
    private sealed record Parameter(string Name, string Text, byte[]? Octets);
}
