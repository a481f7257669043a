using System.Security.Cryptography.X509Certificates;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// The core of the attacks in each suite of the profile Strong that has longer digests, with keys of RSA and on curves, and from each of
/// the three suites to the two others: what is strong as well is no more accepted than what is weak.
/// </summary>
public sealed class StrongSuiteTests
{
    private static readonly string[] Variations = ["strong", "strong-sha384", "strong-sha512"];

    /// <summary>By somebody who holds the keys and signs again, or by somebody who does not.</summary>
    private static readonly Dictionary<string, (Action<Forgery> Change, FailureCode Code)> Forgeries = new()
    {
        ["a header block changed"] = (f => f.Action.InnerText = "urn:evil", FailureCode.DigestMismatch),
        ["a header block taken out"] = (f => f.Header.RemoveChild(Forgery.Child(f.Header, "To")), FailureCode.PartNotSigned),
        ["a header block signed no more"] = (f => Unreference(f, f.Action), FailureCode.PartNotSigned),
        ["the body signed no more"] = (f => Unreference(f, f.Body), FailureCode.PartNotSigned),
        ["the timestamp signed no more"] = (f => Unreference(f, f.Timestamp), FailureCode.PartNotSigned),
        ["a bit of the ciphertext"] = (f => f.OnWire(_ => Turn(f.BodyPart)), FailureCode.DigestMismatch),
        ["a bit of the ciphertext, signed again"] = (f => f.OnWire(w =>
        {
            Turn(f.BodyPart);
            w.Resign();
        }), FailureCode.DecryptionFailed),
        ["content that is not closed in itself"] = (f => f.BodyPart.Plain = "</s:Body>"u8.ToArray(), FailureCode.DecryptionFailed),
        ["a digest cut to that of SHA-256"] = (f =>
        {
            Cut(Forgery.Child(f.References[0], "DigestValue"));
            f.Resign(digest: false);
        }, FailureCode.DigestMismatch),
        ["a signature cut to that of SHA-256"] = (f => f.OnWire(w => Cut(Forgery.Child(w.Signature, "SignatureValue"))), FailureCode.SignatureMismatch),
        ["HMACOutputLength"] = (f =>
        {
            Forgery.Child(f.SignedInfo, "SignatureMethod").InnerXml = $"<HMACOutputLength xmlns=\"{Forgery.Ds}\">256</HMACOutputLength>";
            f.Resign();
        }, FailureCode.AlgorithmMismatch),
        ["a timestamp of long ago"] = (f =>
        {
            Forgery.Child(f.Timestamp, "Created").InnerText = "2000-01-01T00:00:00Z";
            Forgery.Child(f.Timestamp, "Expires").InnerText = "2000-01-01T00:05:00Z";
            f.Resign();
        }, FailureCode.Expired),
    };

    public static MatrixTheoryData<string, string> ForgeriesAndBindings => new(Forgeries.Keys,
        from variation in Variations.Skip(1) from kind in new[] { "session", "single" } select $"mutualcert/{variation}/{kind}");

    public static MatrixTheoryData<string, string> Pairs => new(Variations, Variations);

    public static MatrixTheoryData<string, string> CurvesAndVariations => new(["P-256", "P-384"], Variations);

    [Theory]
    [MemberData(nameof(ForgeriesAndBindings))]
    public Task Request_Forged_IsRefused(string name, string binding) => Attack.OnRequestAsync(binding, Forgeries[name].Change, Forgeries[name].Code);

    [Theory]
    [InlineData("mutualcert/strong-sha384/session")]
    [InlineData("mutualcert/strong-sha512/session")]
    [InlineData("username/strong-sha384/single")]
    [InlineData("anonymous/strong-sha512/single")]
    public async Task Request_Twice_IsRefused(string binding)
    {
        using var scene = await Scene.OpenAsync(binding);
        using var request = scene.Request();
        await scene.AcceptedAsync(request.Envelope);
        await scene.RefusedAsync(request.Envelope, FailureCode.Replayed);
    }

    /// <summary>The endorsing signature by a key on either curve, whatever the hash of the suite is.</summary>
    [Theory]
    [MemberData(nameof(CurvesAndVariations))]
    public async Task RequestOfAClientOnACurve_Forged_IsRefused(string curve, string variation)
    {
        var (own, other) = curve == "P-256"
            ? (TestCertificates.ClientP256, TestCertificates.ClientP384)
            : (TestCertificates.ClientP384, TestCertificates.ClientP256);
        using var scene = await Scene.OpenAsync(Bindings.Create($"mutualcert/{variation}/single"), client: new ClientCredentials
        {
            ClientCertificate = new X509Credential(own),
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
        });
        foreach (var (change, code) in Forgeries.Where(f => variation != "strong" || !f.Key.Contains("cut to", StringComparison.Ordinal)).Select(f => f.Value))
        {
            await RefusedAsync(own, change, code);
        }

        foreach (var signer in new[] { other, TestCertificates.Client })
        {
            await RefusedAsync(signer, f => f.OnWire(w => w.Endorse()), FailureCode.SignatureMismatch);
        }

        await RefusedAsync(own, f => f.OnWire(w =>
        {
            Forgery.Descendant(w.Endorsing, "DigestValue").InnerText = Convert.ToBase64String(new byte[w.Suite.Digest.Size]);
            w.SignValue(w.Endorsing);
        }), FailureCode.DigestMismatch);

        async Task RefusedAsync(X509Certificate2 signer, Action<Forgery> change, FailureCode code)
        {
            using var request = scene.Request();
            var forged = scene.Forge(request.Envelope);
            forged.Signer = signer;
            change(forged);
            await scene.RefusedAsync(forged.Seal(), code);
            await scene.GoesOnAsync(request.Envelope);
        }
    }

    /// <summary>A whole message of another suite, outside of sessions and to open one.</summary>
    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task MessageOfAnotherSuite_IsRefused(string ours, string theirs)
    {
        foreach (var kind in new[] { "session", "single" })
        {
            using var loopback = new Loopback(Bindings.Create($"mutualcert/{ours}/{kind}"));
            var binding = Bindings.Create($"mutualcert/{theirs}/{kind}");
            var client = new MessageSecurityClient(binding, Loopback.ClientCredentials);
            using var handshake = kind == "session" ? client.StartSession(Loopback.Address) : null;
            using var request = kind == "session" ? null : client.Secure(Loopback.Request(binding.MessageVersion), Loopback.Address);
            using var result = await loopback.Service.ReceiveAsync(handshake?.Envelope ?? request!.Envelope, TestContext.Current.CancellationToken);
            var code = (result as ServiceResult.Respond)?.Code ?? FailureCode.None;
            Assert.Equal(ours == theirs ? FailureCode.None : FailureCode.AlgorithmMismatch, code);
            Assert.Equal(ours == theirs && kind == "session" ? 1 : 0, loopback.Service.SessionCount);
        }
    }

    /// <summary>Each algorithm alone, named as in a message of the other suite, and signed again.</summary>
    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task AlgorithmOfAnotherSuite_IsRefused(string ours, string theirs)
    {
        using var scene = await Scene.OpenAsync($"mutualcert/{ours}/single");
        using var other = await Scene.OpenAsync($"mutualcert/{theirs}/single");
        using var sample = other.Request();
        foreach (var name in new[] { "DerivedKeyToken", "SignatureMethod", "DigestMethod" })
        {
            using var request = scene.Request();
            var forged = scene.Forge(request.Envelope);
            forged.OnWire(f =>
            {
                // Of the endorsing signature as well: the last of the message.
                foreach (var (changed, model) in Algorithms(f.Document, name).Zip(Algorithms(Forgery.Load(sample.Envelope), name)))
                {
                    changed.SetAttribute("Algorithm", model.GetAttribute("Algorithm"));
                }

                f.Resign();
            });
            if (ours == theirs)
            {
                await scene.AcceptedAsync(forged.Seal());
            }
            else
            {
                await scene.RefusedAsync(forged.Seal(), FailureCode.AlgorithmMismatch);
                await scene.GoesOnAsync(request.Envelope);
            }
        }
    }

    private static XmlElement[] Algorithms(XmlDocument message, string name)
    {
        var found = message.GetElementsByTagName("*").OfType<XmlElement>()
            .Where(e => e.LocalName == name && (e.ParentNode as XmlElement)?.LocalName != "EncryptionMethod").ToArray();
        Assert.NotEmpty(found);
        Assert.All(found, e => Assert.True(e.HasAttribute("Algorithm")));
        return found;
    }

    private static void Turn(SealedPart part)
    {
        var cipher = part.Cipher;
        cipher[^20] ^= 1;
        part.SetCipher(cipher);
    }

    private static void Cut(XmlElement value) => value.InnerText = Convert.ToBase64String(Convert.FromBase64String(value.InnerText)[..32]);

    private static void Unreference(Forgery f, XmlElement part)
    {
        f.SignedInfo.RemoveChild(f.References.Single(r => r.GetAttribute("URI") == "#" + Forgery.IdOf(part)));
        f.Resign();
    }
}
