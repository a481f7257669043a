using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Saml;

namespace SecureConversation.Testing;

/// <summary>
/// A security token service without a transport: plain envelopes with a wst:RequestSecurityToken in, plain envelopes with the response out.
/// It reads requests by System.Xml.Linq and computes keys by itself, so that it judges the client. It issues SAML 1.1 and 2.0, in both
/// versions of WS-Trust, with all kinds of keys; what tests want wrong is set by its properties.
/// </summary>
public sealed class TestTokenIssuer
{
    public const string Saml11 = "urn:oasis:names:tc:SAML:1.0:assertion";
    public const string Saml20 = "urn:oasis:names:tc:SAML:2.0:assertion";

    private static readonly Lazy<X509Certificate2> LazyCertificate = new(() => TestCertificates.IssueFor("sts"));
    private static readonly Lazy<X509Certificate2> LazyOtherCertificate = new(() => TestCertificates.IssueFor("other-sts"));

    private static readonly XNamespace Policy = "http://schemas.xmlsoap.org/ws/2004/09/policy";
    private static readonly XNamespace Signature = "http://www.w3.org/2000/09/xmldsig#";
    private static readonly XNamespace Identity = "http://schemas.xmlsoap.org/ws/2005/05/identity";
    private static readonly XNamespace Trust13 = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";

    private int _count;

    /// <summary>The certificate that signs assertions.</summary>
    public static X509Certificate2 Certificate => LazyCertificate.Value;

    /// <summary>That of another issuer.</summary>
    public static X509Certificate2 OtherCertificate => LazyOtherCertificate.Value;

    public X509Certificate2 SigningCertificate { get; set; } = Certificate;

    /// <summary>Keys are wrapped for it.</summary>
    public X509Certificate2 ServiceCertificate { get; set; } = TestCertificates.Service;

    public string Name { get; set; } = "urn:test:sts";

    public SecurityAlgorithmSuite Suite { get; set; } = SecurityAlgorithmSuite.Basic256Sha256;

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Whether tokens of SAML 2.0 are for one use.</summary>
    public bool IssuesForOneUse { get; set; }

    /// <summary>What the issuer issues when it is not asked for a type.</summary>
    public string DefaultTokenType { get; set; } = Saml20;

    /// <summary>Who contributes to symmetric keys; null for what the request is made for.</summary>
    public SecurityKeyEntropyMode? EntropyMode { get; set; }

    public bool SendsReferences { get; set; } = true;

    public bool SendsLifetime { get; set; } = true;

    /// <summary>Another audience than the one of wsp:AppliesTo; null for that.</summary>
    public string? Audience { get; set; }

    /// <summary>Another key type than the requested one, as in an issuer that does what it likes; null for that.</summary>
    public SecurityKeyType? IssuedKeyType { get; set; }

    /// <summary>The subject and the value of the claims that are asked for.</summary>
    public string Subject { get; set; } = "alice";

    /// <summary>Awaited before each answer.</summary>
    public Func<CancellationToken, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Changes the text of the response.</summary>
    public Func<string, string> Change { get; set; } = response => response;

    /// <summary>What the issuer takes for the entropy of a client that sends none.</summary>
    public byte[]? FallbackEntropy { get; set; }

    /// <summary>The key of the last token; null for one without a symmetric key.</summary>
    public byte[]? LastKey { get; private set; }

    /// <summary>The last assertion, as text.</summary>
    public string LastToken { get; private set; } = "";

    /// <summary>The requests so far.</summary>
    public List<XElement> Requests { get; } = [];

    /// <summary>How many requests came.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Answers one request.</summary>
    /// <param name="envelope">A plain envelope.</param>
    /// <param name="cancellationToken">Ends the waiting in <see cref="Before"/>.</param>
    public async Task<byte[]> AnswerAsync(ReadOnlyMemory<byte> envelope, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _count);
        await Before(cancellationToken);
        using var stream = new MemoryStream(envelope.ToArray());
        var document = XDocument.Load(stream);
        var soap = document.Root!.Name.Namespace;
        var request = document.Root.Element(soap + "Body")!.Elements().Single();
        lock (Requests)
        {
            Requests.Add(request);
        }

        var addressing = document.Root.Element(soap + "Header")!.Elements().First(e => e.Name.LocalName == "Action").Name.Namespace;
        var messageId = document.Root.Element(soap + "Header")!.Element(addressing + "MessageID")!.Value;
        var trust = request.Name.Namespace;
        var action = trust.NamespaceName + (trust == Trust13 ? "/RSTRC/IssueFinal" : "/RSTR/Issue");
        var body = Change(Respond(request));
        return Encoding.UTF8.GetBytes(
            $"<s:Envelope xmlns:s=\"{soap}\" xmlns:a=\"{addressing}\"><s:Header><a:Action s:mustUnderstand=\"1\">"
            + $"{action}</a:Action><a:RelatesTo>{messageId}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>");
    }

    private string Respond(XElement request)
    {
        var trust = request.Name.Namespace;
        var type = IssuedKeyType ?? KeyTypeOf(request, trust);
        var version = (request.Element(trust + "TokenType")?.Value ?? DefaultTokenType) switch
        {
            Saml11 or "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1" => SamlVersion.V11,
            _ => SamlVersion.V20,
        };
        var (key, proof) = type == SecurityKeyType.SymmetricKey ? AgreeOnKey(request, trust) : (null, "");
        using var symmetric = key is null ? null : SymmetricKey.From(key);
        using var rsa = type == SecurityKeyType.AsymmetricKey ? PublicKeyOf(request, trust) : null;
        var now = Clock.GetUtcNow();
        var appliesTo = request.Element(Policy + "AppliesTo")?.Descendants().First(e => e.Name.LocalName == "Address").Value;
        var assertion = new AssertionDescription
        {
            Version = version,
            Issuer = Name,
            IssueInstant = now,
            IsForOneUse = IssuesForOneUse && version == SamlVersion.V20,
            NotBefore = now,
            NotOnOrAfter = now + Lifetime,
            Audiences = (Audience ?? appliesTo) is { } audience ? [audience] : [],
            Subject = new SamlName(Subject),
            Confirmation = new ConfirmationDescription { SymmetricKey = symmetric, WrapFor = ServiceCertificate, PublicKey = rsa },
            Claims = [.. request.Descendants(Identity + "ClaimType").Select(claim => (claim.Attribute("Uri")!.Value, Subject))],
        };
        using var issuer = new X509Credential(SigningCertificate);
        var token = Encoding.UTF8.GetString(AssertionWriter.Write(assertion, issuer, AsksForSha2(request, trust) ? SecurityAlgorithmSuite.Strong256 : Suite));
        (LastKey, LastToken) = (key, token);
        return Write(trust, version, assertion.Id, token, type, key, proof, now);
    }

    private string Write(
        XNamespace trust, SamlVersion version, string id, string token, SecurityKeyType type, byte[]? key, string proof, DateTimeOffset now)
    {
        var reference = "<o:SecurityTokenReference xmlns:o=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\""
            + " xmlns:k=\"http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd\""
            + $" k:TokenType=\"http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV{(version == SamlVersion.V11 ? "1.1" : "2.0")}\">"
            + $"<o:KeyIdentifier ValueType=\"http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-{(version == SamlVersion.V11 ? "1.0#SAMLAssertionID" : "1.1#SAMLID")}\">{id}</o:KeyIdentifier></o:SecurityTokenReference>";
        var response = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"<t:TokenType>{(version == SamlVersion.V11 ? Saml11 : Saml20)}</t:TokenType>")
            .Append(CultureInfo.InvariantCulture, $"<t:RequestedSecurityToken>{token}</t:RequestedSecurityToken>");
        if (SendsReferences)
        {
            response.Append(CultureInfo.InvariantCulture, $"<t:RequestedAttachedReference>{reference}</t:RequestedAttachedReference>")
                .Append(CultureInfo.InvariantCulture, $"<t:RequestedUnattachedReference>{reference}</t:RequestedUnattachedReference>");
        }

        response.Append(proof);
        if (SendsLifetime)
        {
            response.Append("<t:Lifetime><u:Created xmlns:u=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\">")
                .Append(Instant(now)).Append("</u:Created><u:Expires xmlns:u=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\">")
                .Append(Instant(now + Lifetime)).Append("</u:Expires></t:Lifetime>");
        }

        response.Append(CultureInfo.InvariantCulture, $"<t:KeyType>{KeyTypeUri(type, trust)}</t:KeyType>");
        if (key is not null)
        {
            response.Append(CultureInfo.InvariantCulture, $"<t:KeySize>{key.Length * 8}</t:KeySize>");
        }

        return trust == Trust13
            ? $"<t:RequestSecurityTokenResponseCollection xmlns:t=\"{trust}\"><t:RequestSecurityTokenResponse>{response}</t:RequestSecurityTokenResponse></t:RequestSecurityTokenResponseCollection>"
            : $"<t:RequestSecurityTokenResponse xmlns:t=\"{trust}\">{response}</t:RequestSecurityTokenResponse>";
    }

    private (byte[] Key, string Proof) AgreeOnKey(XElement request, XNamespace trust)
    {
        var entropy = request.Element(trust + "Entropy")?.Element(trust + "BinarySecret") is { } secret ? Convert.FromBase64String(secret.Value) : FallbackEntropy;
        var size = int.Parse(request.Element(trust + "KeySize")!.Value, CultureInfo.InvariantCulture);
        var mode = EntropyMode ?? (entropy is null || entropy == FallbackEntropy ? SecurityKeyEntropyMode.ServerEntropy
            : request.Element(trust + "ComputedKeyAlgorithm") is null ? SecurityKeyEntropyMode.ClientEntropy
            : SecurityKeyEntropyMode.CombinedEntropy);
        var own = RandomNumberGenerator.GetBytes(size / 8);
        var secretXml = $"<t:BinarySecret Type=\"{trust}/KIND\">{Convert.ToBase64String(own)}</t:BinarySecret>";
        return mode switch
        {
            SecurityKeyEntropyMode.ClientEntropy => (entropy!, ""),
            SecurityKeyEntropyMode.ServerEntropy => (own,
                $"<t:RequestedProofToken>{secretXml.Replace("KIND", "SymmetricKey", StringComparison.Ordinal)}</t:RequestedProofToken>"),
            _ => (AsksForSha2(request, trust) ? HashStream(HMACSHA256.HashData, entropy!, own, size / 8) : HashStream(HMACSHA1.HashData, entropy!, own, size / 8),
                $"<t:RequestedProofToken><t:ComputedKey>{request.Element(trust + "ComputedKeyAlgorithm")?.Value ?? $"{trust}/CK/PSHA1"}</t:ComputedKey></t:RequestedProofToken>"
                + $"<t:Entropy>{secretXml.Replace("KIND", "Nonce", StringComparison.Ordinal)}</t:Entropy>"),
        };
    }

    private static SecurityKeyType KeyTypeOf(XElement request, XNamespace trust)
    {
        var uri = request.Element(trust + "KeyType")!.Value;
        return uri.EndsWith("/SymmetricKey", StringComparison.Ordinal) ? SecurityKeyType.SymmetricKey
            : uri.EndsWith("/PublicKey", StringComparison.Ordinal) ? SecurityKeyType.AsymmetricKey
            : SecurityKeyType.BearerKey;
    }

    private static string KeyTypeUri(SecurityKeyType type, XNamespace trust) => type switch
    {
        SecurityKeyType.SymmetricKey => $"{trust.NamespaceName}/SymmetricKey",
        SecurityKeyType.AsymmetricKey => $"{trust.NamespaceName}/PublicKey",
        _ => trust == Trust13 ? $"{trust.NamespaceName}/Bearer" : $"{Identity.NamespaceName}/NoProofKey",
    };

    private static RSA PublicKeyOf(XElement request, XNamespace trust)
    {
        var value = request.Element(trust + "UseKey")!.Element(Signature + "KeyInfo")!.Element(Signature + "KeyValue")!.Element(Signature + "RSAKeyValue")!;
        return RSA.Create(new RSAParameters
        {
            Modulus = Convert.FromBase64String(value.Element(Signature + "Modulus")!.Value),
            Exponent = Convert.FromBase64String(value.Element(Signature + "Exponent")!.Value),
        });
    }

    /// <summary>Whether the client is one of the profile Strong, whose keys are computed with SHA-2.</summary>
    private static bool AsksForSha2(XElement request, XNamespace trust) =>
        request.Element(trust + "ComputedKeyAlgorithm")?.Value.StartsWith("urn:secure-conversation:algorithms:", StringComparison.Ordinal) == true;

    /// <summary>RFC 2246 section 5, by the book.</summary>
    private static byte[] HashStream(Func<byte[], byte[], byte[]> hmac, byte[] secret, byte[] seed, int length)
    {
        var output = new List<byte>();
        var a = seed;
        while (output.Count < length)
        {
            a = hmac(secret, a);
            output.AddRange(hmac(secret, a.Concat(seed).ToArray()));
        }

        return [.. output.Take(length)];
    }

    private static string Instant(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}
