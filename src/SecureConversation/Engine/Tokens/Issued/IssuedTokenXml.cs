using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>The kinds of issued tokens to which a client can make references of its own.</summary>
internal enum IssuedTokenForm
{
    /// <summary>Any other element, such as an encrypted assertion: the issuer has to send the references.</summary>
    Opaque,

    /// <summary>saml:Assertion of SAML 1.0 or 1.1, by @AssertionID.</summary>
    Saml11,

    /// <summary>saml:Assertion of SAML 2.0, by @ID.</summary>
    Saml20,
}

/// <summary>
/// The element of an issued token, of which a client knows nothing but its name and its Id: it belongs to the issuer and the service. The
/// octets are sent as they came, white space included, because the issuer has signed them.
/// </summary>
internal sealed class IssuedTokenXml
{
    /// <summary>What a token may have; a group list of a directory has some ten thousand.</summary>
    public const int MaxBytes = 256 * 1024;

    private const int MaxId = 256;

    private readonly byte[] _octets;

    private IssuedTokenXml(byte[] octets, IssuedTokenForm form, string? id) => (_octets, Form, Id) = (octets, form, id);

    public ReadOnlyMemory<byte> Octets => _octets;

    public IssuedTokenForm Form { get; }

    /// <summary>The Id by which a signature names the element; null when it has none.</summary>
    public string? Id { get; }

    /// <summary>Reads a document of one element.</summary>
    /// <exception cref="SecurityFailureException">The octets are no well-formed element, or too many.</exception>
    public static IssuedTokenXml Parse(byte[] octets)
    {
        if (octets.Length > MaxBytes)
        {
            Fail.With(FailureCode.LimitExceeded, "issued token", FailureText.Of(octets.Length, "bytes"), FailureText.AtMost(MaxBytes));
        }

        using var index = XmlIndex.Parse(octets, XmlLimits.Default);
        var root = index.Root;

        // What stands before or after it would stand in the security header.
        if (root.Start != 0 || root.End != octets.Length)
        {
            Fail.With(FailureCode.NotWellFormed, "issued token", "something beside the element", "one element");
        }

        var form = root.Is(Saml11.Assertion) ? IssuedTokenForm.Saml11
            : root.Is(Saml20.Assertion) ? IssuedTokenForm.Saml20
            : IssuedTokenForm.Opaque;
        var id = root.GetAttribute(form switch
        {
            IssuedTokenForm.Saml11 => SamlAttr.AssertionId,
            IssuedTokenForm.Saml20 => SamlAttr.Id,
            _ => root.GetAttribute(Attr.Id) is null ? Wsu.Id : Attr.Id,
        });
        if (id is "" or { Length: > MaxId })
        {
            Fail.With(FailureCode.MalformedSecurityElement, "Id of the issued token", $"{id.Length} characters", $"1 to {MaxId}");
        }

        return new IssuedTokenXml(octets, form, id);
    }
}
