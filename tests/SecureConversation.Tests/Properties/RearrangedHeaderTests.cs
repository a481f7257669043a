using System.Text;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Attacks;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Properties;

/// <summary>
/// Somebody on the way who holds a valid message of another client, too, rearranges the security header of a request: each element and
/// attribute is taken out, doubled, moved, renamed, changed, or exchanged with that of the other client. The service refuses, or knows the
/// same client and gets the same request.
/// </summary>
public sealed class RearrangedHeaderTests
{
    private static readonly MessageSecurityVersion V10 = MessageSecurityVersion.WSSecurity10WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;

    private static readonly X509SecurityTokenParameters Certificate = new() { RequireDerivedKeys = false };

    private static readonly UserNameSecurityTokenParameters Digest = new() { PasswordType = UserNamePasswordType.Digest };

    private static readonly Dictionary<string, Func<SecurityBindingElement>> Elements = new()
    {
        ["signed certificate"] = () => Supported(new() { Endorsing = [Certificate], Signed = [Certificate] }),
        ["signed encrypted certificate"] = () => Supported(new() { SignedEndorsing = [Certificate], SignedEncrypted = [Certificate] }),
        ["encrypted user name"] = () => Supported(new() { Endorsing = [Certificate], Encrypted = [new UserNameSecurityTokenParameters()] }),
        ["rsa"] = () => Supported(new() { Endorsing = [Certificate, new RsaSecurityTokenParameters()] }),
        ["optional"] = () => Supported(new() { Endorsing = [Certificate] }) with
        {
            OptionalEndpointSupportingTokenParameters = new() { SignedEncrypted = [new UserNameSecurityTokenParameters()] },
        },
        ["digest"] = () => Supported(new() { SignedEncrypted = [Digest] }),
        ["signed digest"] = () => Supported(new() { Signed = [Digest] }),
        ["user name as the key"] = () => new SymmetricSecurityBindingElement
        {
            ProtectionTokenParameters = new UserNameSecurityTokenParameters { RequireDerivedKeys = true },
        },
        ["user name that endorses"] = () => Supported(new() { SignedEndorsing = [new UserNameSecurityTokenParameters { RequireDerivedKeys = true }] }),
        ["named client"] = () => CertificateBindings.Named(X509ReferenceStyle.IssuerSerial),
        ["protected tokens"] = () => SecurityBindingElement.CreateMutualCertificateBindingElement(V10) with { ProtectTokens = true },
        ["derived, asymmetric"] = () => SecurityBindingElement.CreateMutualCertificateBindingElement(V10).SetKeyDerivation(true),
        ["mutual and user name"] = () => SecurityBindingElement.CreateMutualCertificateBindingElement(V10) with
        {
            EndpointSupportingTokenParameters = new() { SignedEncrypted = [new UserNameSecurityTokenParameters()] },
        },

        // Tokens without a key are not among those over TLS: whoever sends the message there sends the token.
        ["certificate over TLS"] = () => SecurityBindingElement.CreateCertificateOverTransportBindingElement(),
        ["issued token over TLS"] = () => SecurityBindingElement.CreateIssuedTokenOverTransportBindingElement(new()),
        ["issued public key over TLS"] = () => SecurityBindingElement.CreateIssuedTokenOverTransportBindingElement(new() { KeyType = SecurityKeyType.AsymmetricKey }),
    };

    public static TheoryData<string> Names => [.. Elements.Keys, .. IssuedBindings.Names.Where(name => name.EndsWith("saml20/2007/single", StringComparison.Ordinal))];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Header_Rearranged_IsRefusedOrMeansTheSame(string name)
    {
        var binding = Elements.TryGetValue(name, out var create) ? MessageSecurityBinding.Create(create()) : IssuedBindings.Create(name);
        using var service = new MessageSecurityService(binding, Service, new() { FailureAnswers = Loopback.AtOnce });
        var (alice, mallory) = (Client(binding, isAlice: true), Client(binding, isAlice: false));
        var other = await WireAsync(mallory, binding, "<Echo xmlns=\"urn:e\"><text>mallory</text></Echo>");
        var wire = await WireAsync(alice, binding);
        var expected = await SayAsync(service, await WireAsync(alice, binding));
        Assert.NotNull(expected);
        Assert.Contains("h&amp;i", expected, StringComparison.Ordinal);
        var (count, taken) = (0, 0);
        for (var index = 0; Rearrangement.Make(wire, other, index) is { } change; index++)
        {
            count++;
            if (await SayAsync(service, change.Wire) is not { } said)
            {
                continue;
            }

            // TLS protects the body where messages do not: what is moved there is what its sender says.
            var isSame = binding.Element is TransportSecurityBindingElement ? said.Split('\n')[0] == expected.Split('\n')[0] : said == expected;
            Assert.True(isSame, $"{change.What}: {said}");
            taken++;

            // The message is spent: go on with another one of the same form.
            wire = await WireAsync(alice, binding);
        }

        Assert.True(count > 50, $"{count} changes");
        Assert.True(taken < count / 3, $"{taken} of {count} were taken");
    }

    private static SymmetricSecurityBindingElement Supported(SupportingTokenParameters tokens) =>
        SecurityBindingElement.CreateAnonymousForCertificateBindingElement() with { EndpointSupportingTokenParameters = tokens };

    private static ServiceCredentials Service => new()
    {
        ServiceCertificate = new X509Credential(TestCertificates.Service),
        ClientCertificateValidation = TestCredentials.TrustAuthority,
        KnownClientCertificates = new() { Certificates = { TestCertificates.Client, TestCertificates.Other } },
        UserNamePasswordProvider = UserNamePasswordProvider.Create(user => user is "alice" or "mallory" ? $"{user}'s password" : null),
        UserNamePasswordValidator = UserNamePasswordValidator.Create((user, password) => user is "alice" or "mallory" && password == $"{user}'s password"),
        IssuedTokenAuthentication = new() { KnownCertificates = [TestTokenIssuer.Certificate], AllowedAudienceUris = [Loopback.Address.AbsoluteUri] },
    };

    private static MessageSecurityClient Client(MessageSecurityBinding binding, bool isAlice)
    {
        var user = isAlice ? "alice" : "mallory";
        return new MessageSecurityClient(binding, new ClientCredentials
        {
            ClientCertificate = new X509Credential(isAlice ? TestCertificates.Client : TestCertificates.Other),
            UserName = new UserNameCredential(user, $"{user}'s password"),
            RsaKey = Keys[isAlice ? 0 : 1],
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
            IssuedTokenProvider = new DirectTokenProvider(new TestTokenIssuer { Subject = user }),
        });
    }

    private static readonly System.Security.Cryptography.RSA[] Keys =
        [System.Security.Cryptography.RSA.Create(2048), System.Security.Cryptography.RSA.Create(2048)];

    private static async Task<byte[]> WireAsync(MessageSecurityClient client, MessageSecurityBinding binding, string? body = null)
    {
        await client.EnsureIssuedTokensAsync(Loopback.Address, Stop);
        var plain = body is null ? Loopback.Request(binding.MessageVersion) : Loopback.Request(binding.MessageVersion, body);
        using var request = client.Secure(plain, Loopback.Address);
        return request.Envelope.ToArray();
    }

    /// <summary>Who the service believes to have asked, and for what; null for a refusal.</summary>
    private static async Task<string?> SayAsync(MessageSecurityService service, byte[] wire)
    {
        using var result = await service.ReceiveAsync(wire, TransportScene.Secure, Stop);
        switch (result)
        {
            case ServiceResult.Dispatch dispatch:
                var user = dispatch.User;
                var body = Encoding.UTF8.GetString(dispatch.Request.Envelope.Span);
                return $"{user.Identity!.Name} {string.Join(' ', user.Claims.Where(c => c.Type != System.Security.Claims.ClaimTypes.AuthenticationInstant).Select(c => c.Value))} "
                    + $"{dispatch.Request.SenderCertificate?.Thumbprint} {dispatch.Request.Action} {dispatch.Request.To}\n{body[body.IndexOf(":Body", StringComparison.Ordinal)..]}";
            default:
                var code = Assert.IsType<ServiceResult.Respond>(result).Code;
                Assert.True(code is not (FailureCode.None or FailureCode.Internal), $"{code}");
                return null;
        }
    }

    /// <summary>The changes of a wire, by number.</summary>
    private static class Rearrangement
    {
        private static readonly Func<XmlElement, XmlElement, XmlElement?, bool>[] OfElements =
        [
            (element, _, _) => Do(() => element.ParentNode!.RemoveChild(element)),
            (element, _, _) => Do(() => element.ParentNode!.InsertAfter(element.CloneNode(true), element)),
            (element, _, _) => Do(() => element.ParentNode!.InsertBefore(Renamed(element, "x"), element)),
            (element, _, _) => Do(() => element.ParentNode!.InsertAfter(Renamed(element, "x"), element)),
            (element, security, _) => Do(() => security.PrependChild(element)),
            (element, security, _) => Do(() => security.AppendChild(element)),
            (element, security, _) => Do(() => ((XmlElement)security.ParentNode!).AppendChild(element)),
            (element, _, _) => Do(() => element.OwnerDocument.DocumentElement!.LastChild!.AppendChild(element)),
            (element, _, other) => other is not null && Do(() => element.ParentNode!.ReplaceChild(element.OwnerDocument.ImportNode(other, true), element)),
            (element, _, other) => other is not null && Do(() => element.ParentNode!.InsertBefore(element.OwnerDocument.ImportNode(other, true), element)),
            (element, _, other) => other is not null && Do(() => element.ParentNode!.InsertAfter(element.OwnerDocument.ImportNode(other, true), element)),
            (element, _, other) => other is not null && Do(() => element.InnerXml = other.InnerXml),
            (element, _, _) => !element.ChildNodes.OfType<XmlElement>().Any() && element.InnerText.Length > 0 && Do(() => element.InnerText = Changed(element.InnerText)),
        ];

        public static (string What, byte[] Wire)? Make(byte[] wire, byte[] other, int index)
        {
            var (document, another) = (Forgery.Load(wire), Forgery.Load(other));
            var security = SecurityOf(document);
            List<XmlElement> elements = [.. security.SelectNodes(".//*")!.OfType<XmlElement>().Where(e => !InMetadata(e))];
            List<XmlElement> others = [.. SecurityOf(another).SelectNodes(".//*")!.OfType<XmlElement>().Where(e => !InMetadata(e))];
            var perElement = OfElements.Length + 1;
            if (index >= elements.Count * perElement)
            {
                return null;
            }

            var element = elements[index / perElement];
            var twin = others.Where(e => e.Name == element.Name).ElementAtOrDefault(elements.Where(e => e.Name == element.Name).ToList().IndexOf(element));
            var change = index % perElement;
            var what = $"change {change} of {element.Name}";
            var isDone = change < OfElements.Length ? OfElements[change](element, security, twin) : ChangeAttributes(element);
            return (what, isDone ? Encoding.UTF8.GetBytes(document.OuterXml) : "<none/>"u8.ToArray());
        }

        // What assertions say about themselves is tried octet by octet elsewhere; names of algorithms are the same for all.
        private static bool InMetadata(XmlElement element) => element.LocalName is "Transform" or "Transforms" or "DigestMethod" or "CanonicalizationMethod";

        private static bool ChangeAttributes(XmlElement element)
        {
            var changed = false;
            foreach (var attribute in element.Attributes.OfType<XmlAttribute>().Where(a => a.Prefix != "xmlns" && a.Name != "xmlns"))
            {
                attribute.Value = Changed(attribute.Value);
                changed = true;
            }

            return changed;
        }

        private static XmlElement SecurityOf(XmlDocument document) => Forgery.Child((XmlElement)document.DocumentElement!.FirstChild!, "Security");

        private static XmlElement Renamed(XmlElement element, string suffix)
        {
            var copy = (XmlElement)element.CloneNode(true);
            foreach (var id in copy.SelectNodes("descendant-or-self::*/@*[local-name()='Id' or local-name()='ID' or local-name()='AssertionID']")!.OfType<XmlAttribute>())
            {
                id.Value += suffix;
            }

            return copy;
        }

        private static string Changed(string value) => value.Length == 0 ? "x" : (value[0] == 'A' ? 'B' : 'A') + value[1..];

        private static bool Do(Action change)
        {
            change();
            return true;
        }
    }
}
