using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>Keys come from the binding and the primary token; nothing in a message makes another one do.</summary>
public sealed class KeyTests
{
    private static string KeyInfo(string content) => $"<KeyInfo xmlns=\"{Forgery.Ds}\">{content}</KeyInfo>";

    [Theory]
    [InlineData("<KeyName xmlns=\"http://www.w3.org/2000/09/xmldsig#\">session</KeyName>")]
    [InlineData("<RetrievalMethod xmlns=\"http://www.w3.org/2000/09/xmldsig#\" URI=\"http://evil/\"/>")]
    [InlineData("<o:SecurityTokenReference xmlns:o=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\"><o:Embedded/></o:SecurityTokenReference>")]
    [InlineData("<o:SecurityTokenReference xmlns:o=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\"><o:KeyIdentifier ValueType=\"urn:unknown\">AAAA</o:KeyIdentifier></o:SecurityTokenReference>")]
    [InlineData("")]
    public Task KeyInfo_OfAnotherKind_IsRefused(string content) => Attack.OnSessionAsync(
        f => f.Signature.ReplaceChild(f.Parse(KeyInfo(content)), Forgery.Child(f.Signature, "KeyInfo")), FailureCode.MalformedSecurityElement);

    [Fact]
    public Task KeyValue_OutsideOfAnRsaToken_IsRefused() => Attack.OnSessionAsync(f => f.Signature.ReplaceChild(
        f.Parse(KeyInfo("<KeyValue><RSAKeyValue><Modulus>AQAB</Modulus><Exponent>AQAB</Exponent></RSAKeyValue></KeyValue>")), Forgery.Child(f.Signature, "KeyInfo")), FailureCode.DerivedKeyViolation, FailureCode.WrongToken);

    [Fact]
    public Task KeyInfo_WithTwoReferences_IsRefused() => Attack.OnSessionAsync(f =>
    {
        var info = Forgery.Child(f.Signature, "KeyInfo");
        info.AppendChild(info.FirstChild!.CloneNode(true));
    }, FailureCode.MalformedSecurityElement);

    [Fact]
    public Task Hmac_UnderThePublicKeyOfACertificate_IsRefused() => Attack.OnSingleAsync(f =>
    {
        // The endorsing signature turned into an HMAC keyed with what everybody knows.
        var certificate = Convert.FromBase64String(Forgery.Child(f.Security, "BinarySecurityToken").InnerText);
        Forgery.Descendant(f.Endorsing, "SignatureMethod").SetAttribute("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256");
        Forgery.Child(f.Endorsing, "SignatureValue").InnerText =
            Convert.ToBase64String(HMACSHA256.HashData(certificate, Forgery.Canonical(Forgery.Child(f.Endorsing, "SignedInfo"))));
    }, FailureCode.AlgorithmMismatch);

    [Theory]
    [InlineData("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256")]
    [InlineData("http://www.w3.org/2000/09/xmldsig#hmac-sha1")]
    [InlineData("http://www.w3.org/2001/04/xmldsig-more#hmac-sha512")]
    [InlineData("http://www.w3.org/2000/09/xmldsig#dsa-sha1")]
    [InlineData("")]
    public Task SymmetricSignature_WithAnotherAlgorithm_IsRefused(string algorithm) => Attack.OnSessionAsync(f =>
    {
        Forgery.Child(f.SignedInfo, "SignatureMethod").SetAttribute("Algorithm", algorithm);
        f.Resign();
    }, FailureCode.AlgorithmMismatch);

    [Theory]
    [InlineData("http://www.w3.org/2000/09/xmldsig#rsa-sha1")]
    [InlineData("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")]
    public Task AsymmetricSignature_WithAnotherAlgorithm_IsRefused(string algorithm) => Attack.OnRequestAsync("duplex//single", f =>
    {
        Forgery.Child(f.SignedInfo, "SignatureMethod").SetAttribute("Algorithm", algorithm);
        f.Resign();
    }, FailureCode.AlgorithmMismatch);

    [Fact]
    public Task SymmetricSignature_ByACertificate_IsRefused() => Attack.OnSingleAsync(f =>
        f.Signature.ReplaceChild(Forgery.Child(f.Endorsing, "KeyInfo").CloneNode(true), Forgery.Child(f.Signature, "KeyInfo")), FailureCode.DerivedKeyViolation, FailureCode.WrongToken);

    [Fact]
    public Task AsymmetricSignature_ByTheWrappedKey_IsRefused() => Attack.OnRequestAsync("duplex//single", f =>
        Forgery.Descendant(f.Signature, "SecurityTokenReference").InnerXml = $"<o:Reference xmlns:o=\"{Forgery.Wsse}\" URI=\"#{Forgery.IdOf(f.EncryptedKey)}\"/>", FailureCode.UnresolvedReference);

    [Fact]
    public Task DerivedKey_OfADerivedKey_IsRefused() => Attack.OnSessionAsync(
        f => Source(f.DerivedKeys[1], "#" + Forgery.IdOf(f.DerivedKeys[0])), FailureCode.WrongToken);

    [Fact]
    public Task DerivedKey_OfTheTimestamp_IsRefused() => Attack.OnSessionAsync(
        f => Source(f.DerivedKeys[0], "#" + Forgery.IdOf(f.Timestamp)), FailureCode.WrongToken);

    [Fact]
    public Task DerivedKey_OfNothing_IsRefused() => Attack.OnSessionAsync(f => Source(f.DerivedKeys[0], "#nothing"), FailureCode.UnresolvedReference);

    [Fact]
    public Task DerivedKey_OfAnotherContext_IsRefused() => Attack.OnSessionAsync(f => Source(f.DerivedKeys[0], "urn:uuid:" + Guid.NewGuid()), FailureCode.WrongToken);

    [Fact]
    public Task DerivedKey_ByAnEmptyEncryptedKeyHash_IsRefused() => Attack.OnSessionAsync(f =>
        Forgery.Child(f.DerivedKeys[0], "SecurityTokenReference").InnerXml =
            $"<o:KeyIdentifier xmlns:o=\"{Forgery.Wsse}\" ValueType=\"http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#EncryptedKeySHA1\"></o:KeyIdentifier>",
        FailureCode.WrongToken);

    [Theory]
    [InlineData("Offset", "65")]
    [InlineData("Offset", "999999999")]
    [InlineData("Offset", "-1")]
    [InlineData("Offset", "99999999999999999999")]
    [InlineData("Generation", "4")]
    [InlineData("Length", "0")]
    [InlineData("Length", "65")]
    public Task DerivedKey_OutOfBounds_IsRefused(string name, string value) => Attack.OnSessionAsync(
        f => SetField(f.DerivedKeys[0], name, value), FailureCode.DerivedKeyViolation, FailureCode.MalformedSecurityElement);

    [Fact]
    public Task DerivedKey_WithGenerationAndOffset_IsRefused() => Attack.OnSessionAsync(f =>
    {
        SetField(f.DerivedKeys[0], "Offset", "0");
        SetField(f.DerivedKeys[0], "Generation", "0");
    }, FailureCode.DerivedKeyViolation, FailureCode.MalformedSecurityElement);

    [Theory]
    [InlineData(7)]
    [InlineData(129)]
    public Task DerivedKey_WithNonceOutOfBounds_IsRefused(int length) => Attack.OnSessionAsync(
        f => Forgery.Child(f.DerivedKeys[0], "Nonce").InnerText = Convert.ToBase64String(new byte[length]), FailureCode.DerivedKeyViolation, FailureCode.MalformedSecurityElement);

    [Fact]
    public Task DerivedKey_WithALongLabel_IsRefused() => Attack.OnSessionAsync(
        f => SetField(f.DerivedKeys[0], "Label", new string('a', 129)), FailureCode.MalformedSecurityElement);

    [Fact]
    public Task DerivedKey_WithProperties_IsRefused() => Attack.OnSessionAsync(f => SetField(f.DerivedKeys[0], "Properties", "x"), FailureCode.MalformedSecurityElement);

    [Fact]
    public Task DerivedKey_ByAnotherAlgorithm_IsRefused() => Attack.OnSessionAsync(
        f => f.DerivedKeys[0].SetAttribute("Algorithm", "urn:weak"), FailureCode.AlgorithmMismatch);

    [Fact]
    public Task DerivedKey_TooShortToSign_IsRefused() => Attack.OnSessionAsync(f =>
    {
        SetField(f.DerivedKeys[0], "Length", "16");
        f.Resign();
    }, FailureCode.AlgorithmMismatch);

    [Fact]
    public Task DerivedKeys_TooMany_AreRefused() => Attack.OnSessionAsync(f =>
    {
        for (var i = 0; i < 5; i++)
        {
            var more = (XmlElement)f.DerivedKeys[0].CloneNode(true);
            Forgery.SetId(more, "more" + i);
            f.Security.InsertAfter(more, f.DerivedKeys[0]);
        }
    }, FailureCode.LimitExceeded);

    [Fact]
    public Task PrimaryKey_WhereDerivedKeysAreRequired_IsRefused() => Attack.OnSessionAsync(f =>
    {
        Forgery.Descendant(f.Signature, "Reference"); // SignedInfo keeps its references
        var reference = Forgery.Child(Forgery.Descendant(Forgery.Child(f.Signature, "KeyInfo"), "SecurityTokenReference"), "Reference");
        reference.SetAttribute("URI", "#" + Forgery.IdOf(f.Context));
        f.Resign();
    }, FailureCode.DerivedKeyViolation);

    [Theory]
    [InlineData(Attack.Session)]
    [InlineData(Attack.StrongSession)]
    public async Task ReflectedReply_AsRequest_IsRefused(string binding)
    {
        using var scene = await Scene.OpenAsync(binding);
        using var request = scene.Request();
        using var result = await scene.ReceiveAsync(request.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Roles.Loopback.Reply(scene.Version));
        var context = scene.Forge(request.Envelope).Context;
        var forged = scene.Forge(reply.Envelope);
        forged.Security.InsertAfter(forged.Document.ImportNode(context, true), forged.Timestamp);
        await scene.RefusedAsync(forged.Seal(), FailureCode.WrongToken);
    }

    [Theory]
    [InlineData(Attack.Session)]
    [InlineData(Attack.StrongSession)]
    public async Task ReflectedRequest_AsReply_IsRefused(string binding)
    {
        using var scene = await Scene.OpenAsync(binding);
        using var request = scene.Request();
        var refused = Assert.Throws<SecureConversationException>(() => request.VerifyReply(request.Envelope));
        Assert.Equal(FailureCode.WrongToken, refused.Code);
    }

    [Theory]
    [InlineData(Attack.Session, FailureCode.DecryptionFailed)]
    [InlineData(Attack.StrongSession, FailureCode.SignatureMismatch)]
    public async Task ContextTokenOfOneSession_WithKeysOfAnother_IsRefused(string binding, FailureCode code)
    {
        using var scene = await Scene.OpenAsync(binding);
        var victim = scene.Session!.Id;
        using var attacker = await scene.OpenSessionAsync();
        using var request = scene.Request();
        var wire = Encoding.UTF8.GetString(request.Envelope.Span).Replace(attacker.Id, victim, StringComparison.Ordinal);
        await scene.RefusedAsync(Encoding.UTF8.GetBytes(wire), code);
        Assert.Equal(2, scene.Loopback.Service.SessionCount);
    }

    [Theory]
    [InlineData("http://www.w3.org/2001/04/xmlenc#rsa-1_5")]
    [InlineData("http://www.w3.org/2009/xmlenc11#rsa-oaep")]
    [InlineData("http://www.w3.org/2001/04/xmlenc#kw-aes256")]
    public Task KeyTransport_OtherThanThatOfTheSuite_IsRefused(string algorithm) => Attack.OnRequestAsync(Attack.Single,
        f => Forgery.Child(f.EncryptedKey, "EncryptionMethod").SetAttribute("Algorithm", algorithm), FailureCode.AlgorithmMismatch);

    [Fact]
    public Task KeyTransport_WithSha256Padding_IsRefused() => Attack.OnRequestAsync(Attack.Single,
        f => Forgery.Descendant(f.EncryptedKey, "DigestMethod").SetAttribute("Algorithm", "http://www.w3.org/2001/04/xmlenc#sha256"), FailureCode.AlgorithmMismatch);

    [Fact]
    public Task EncryptedKey_ForAnotherCertificate_IsRefused() => Attack.OnSingleAsync(
        f => Forgery.Descendant(f.EncryptedKey, "KeyIdentifier").InnerText = Convert.ToBase64String(TestCertificates.Other.GetCertHash()), FailureCode.WrongToken);

    [Theory]
    [InlineData(16)]
    [InlineData(33)]
    [InlineData(0)]
    public Task EncryptedKey_OfAWrongLength_LooksLikeAnyWrongKey(int length) => Attack.OnSingleAsync(f => f.OnWire(w =>
    {
        using var rsa = TestCertificates.Service.GetRSAPublicKey()!;
        Forgery.Descendant(w.EncryptedKey, "CipherValue").InnerText = Convert.ToBase64String(rsa.Encrypt(new byte[length], f.Suite.AsymmetricKeyWrap.Padding));
    }), [FailureCode.DecryptionFailed], [FailureCode.SignatureMismatch]);

    /// <summary>The action is not verified by then, and an operation that is only signed would take a key of another length.</summary>
    [Theory]
    [InlineData("anonymous/no-derived/single", 16)]
    [InlineData("anonymous/no-derived/single", 24)]
    [InlineData("anonymous/no-derived/single", 32)]
    [InlineData("duplex//single", 24)]
    [InlineData("duplex//single", 32)]
    public async Task EncryptedKey_OfAnotherLengthUnderAWeakerAction_LooksLikeAnyWrongKey(string name, int length)
    {
        var protection = ChannelProtectionRequirements.Default.WithRequest("urn:e/Weak", System.Net.Security.ProtectionLevel.Sign);
        var binding = Bindings.Create(name, SecurityAlgorithmSuite.Basic128Rsa15, protection: protection);
        using var scene = await Scene.OpenAsync(binding);
        using var request = scene.Request();
        var document = Forgery.Load(request.Envelope);
        ((XmlElement)document.GetElementsByTagName("Action", "*")[0]!).InnerText = "urn:e/Weak";
        using var rsa = TestCertificates.Service.GetRSAPublicKey()!;
        var key = (XmlElement)document.GetElementsByTagName("EncryptedKey", Forgery.Xenc)[0]!;
        Forgery.Descendant(key, "CipherValue").InnerText = Convert.ToBase64String(rsa.Encrypt(new byte[length], RSAEncryptionPadding.Pkcs1));
        await scene.RefusedAsync(System.Text.Encoding.UTF8.GetBytes(document.OuterXml), FailureCode.DecryptionFailed);
    }

    /// <summary>One of another length than the modulus is none for that key: its length is known to everybody, and tells nothing.</summary>
    [Theory]
    [InlineData(256, FailureCode.SignatureMismatch)]
    [InlineData(255, FailureCode.DecryptionFailed)]
    [InlineData(1, FailureCode.DecryptionFailed)]
    public Task EncryptedKey_ThatDoesNotUnwrap_LooksLikeAnyWrongKey(int length, FailureCode inStrong) => Attack.OnSingleAsync(f => f.OnWire(
        w => Forgery.Descendant(w.EncryptedKey, "CipherValue").InnerText = Convert.ToBase64String(RandomNumberGenerator.GetBytes(length))),
        [FailureCode.DecryptionFailed], [inStrong]);

    private static void Source(XmlElement token, string uri)
    {
        var reference = (XmlElement)Forgery.Child(token, "SecurityTokenReference").FirstChild!;
        reference.SetAttribute("URI", uri);
        reference.RemoveAttribute("ValueType");
    }

    /// <summary>Sets a field, in the order that the specification gives them.</summary>
    private static void SetField(XmlElement token, string name, string value)
    {
        if (Forgery.Children(token, name).FirstOrDefault() is { } known)
        {
            known.InnerText = value;
            return;
        }

        string[] order = ["SecurityTokenReference", "Properties", "Generation", "Offset", "Length", "Label", "Nonce"];
        var field = token.OwnerDocument.CreateElement(token.Prefix, name, token.NamespaceURI);
        field.InnerText = value;
        token.InsertBefore(field, token.ChildNodes.OfType<XmlElement>().First(e => Array.IndexOf(order, e.LocalName) > Array.IndexOf(order, name)));
    }
}
