using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Names;
using SecureConversation.Interop.Support;
using SecureConversation.Testing;
using SecureConversation.Testing.Peers;

namespace SecureConversation.Interop.Wss4j;

/// <summary>
/// The XML Signature and the ciphers of the JDK accept what our ends send by algorithms that WSS4J 1.6 does not know: it reads no mask
/// generation function of OAEP, takes SHA-1 for it, and goes on with a random key.
/// </summary>
public sealed class BeyondWss4jTests
{
    public static TheoryData<string> Suites => [.. SecurityAlgorithmSuite.BeyondWcf.Select(s => s.Name)];

    public static TheoryData<string> OwnProfiles => [.. Bindings.BoundNames];

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Conversation_IsAcceptedInTheSuite(string name)
    {
        var suite = SecurityAlgorithmSuite.Parse(name);
        foreach (var binding in new[] { "mutualcert//session", "mutualcert-wss10//single", "username/no-derived/session", "anonymous/encrypt-first/single" })
        {
            await RequireAcceptedAsync(Bindings.Create(binding, suite));
        }
    }

    [Theory]
    [MemberData(nameof(OwnProfiles))]
    public Task ConversationOfOurOwnProfile_IsAccepted(string name) => RequireAcceptedAsync(Bindings.Create(name));

    [Theory]
    [InlineData("Strong256Sha384")]
    [InlineData("Strong256Sha512")]
    public Task ConversationOfTheProfileStrong_IsAcceptedInTheSuite(string suite) =>
        RequireAcceptedAsync(Bindings.Create("mutualcert-2007/strong/session", SecurityAlgorithmSuite.Parse(suite)));

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task RequestOfTheJdk_IsServed(string name)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        var suite = SecurityAlgorithmSuite.Parse(name);
        foreach (var bootstrap in new[] { "mutualcert-2007", "anonymous" })
        {
            using var loopback = new Loopback(Bindings.Create($"{bootstrap}/{ProfileOf(suite)}/single", suite));
            var made = Author(loopback.Binding, suite, bootstrap == "anonymous" ? PeerKeys.None : ForeignMessage.ClientKeys,
                [new("recipient", Wss4jPeer.Encode(TestCertificates.Service))]);
            var key = made.Single("encryptedKey");

            await RequireServedAsync(loopback, made, new PeerJudge(suite, PeerJudge.PrivateKeys.WithSecret(key["sha1"], key.Bytes("secret"))));
        }
    }

    [Theory]
    [InlineData("Strong256")]
    [InlineData("Strong256Sha384")]
    [InlineData("Strong256Sha512")]
    public async Task RequestOfTheJdk_IsServedInASession(string name)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        var suite = SecurityAlgorithmSuite.Parse(name);
        using var loopback = new Loopback(Bindings.Create("mutualcert-2007/strong/session", suite));
        var judge = new PeerJudge(suite);
        foreach (var message in await Conversation.OpenAsync(loopback))
        {
            judge.Verify(message);
        }

        var (context, key) = judge.Contexts.Single();
        var made = Author(loopback.Binding, suite, PeerKeys.None, new("context", context), new("contextSecret", Convert.ToBase64String(key)));

        await RequireServedAsync(loopback, made, judge);
    }

    /// <summary>ECDSA, whose value is r and s: the JDK accepts ours, and makes one that our service accepts.</summary>
    [Theory]
    [InlineData("P-256", "Strong256")]
    [InlineData("P-384", "Strong256Sha384")]
    [InlineData("P-256", "Strong256Sha512")]
    public async Task EndorsementByAKeyOnACurve_IsAcceptedBothWays(string curve, string name)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        var suite = SecurityAlgorithmSuite.Parse(name);
        var client = curve == "P-256" ? TestCertificates.ClientP256 : TestCertificates.ClientP384;
        var keys = PeerKeys.None.WithPrivateKey(client);
        var binding = Bindings.Create("mutualcert-2007/strong/single", suite);
        var judge = new PeerJudge(suite, PeerKeys.None.WithPrivateKey(TestCertificates.Service).WithPrivateKey(client));
        foreach (var message in await Conversation.RecordAsync(WithClient(binding, client), Loopback.Request(binding.MessageVersion), Loopback.Reply(binding.MessageVersion)))
        {
            judge.Verify(message, binding);
        }

        using var loopback = WithClient(binding, client);
        var made = Author(binding, suite, keys, [new("recipient", Wss4jPeer.Encode(TestCertificates.Service)), new("signature", suite.EcdsaSignature!.Uri)]);
        var key = made.Single("encryptedKey");
        await RequireServedAsync(loopback, made, new PeerJudge(suite, PeerJudge.PrivateKeys.WithSecret(key["sha1"], key.Bytes("secret"))));
    }

    /// <summary>
    /// ECDH-ES with ConcatKDF and AES key wrap: the JDK unwraps the keys of both directions, and makes one that our service unwraps.
    /// </summary>
    [Theory]
    [InlineData("P-256", "Strong256")]
    [InlineData("P-384", "Strong256")]
    [InlineData("P-384", "Strong256Sha384")]
    [InlineData("P-256", "Strong256Sha512")]
    public async Task KeyForAKeyOnACurve_IsUnwrappedBothWays(string curve, string name)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        var suite = SecurityAlgorithmSuite.Parse(name);
        var (service, client) = curve == "P-256"
            ? (TestCertificates.AgreeingServiceP256, TestCertificates.AgreeingClientP256)
            : (TestCertificates.AgreeingServiceP384, TestCertificates.AgreeingClientP384);
        foreach (var kind in new[] { "mutualcert-2007/strong/session", "anonymous/strong/single", "mutualcert-wss10//single" })
        {
            var binding = Bindings.Create(kind, suite);
            var judge = new PeerJudge(suite, PeerKeys.None.WithPrivateKey(service).WithPrivateKey(client));
            var transports = new List<string>();
            foreach (var message in await Conversation.RecordAsync(WithClient(binding, client, service), Loopback.Request(binding.MessageVersion), Loopback.Reply(binding.MessageVersion)))
            {
                transports.AddRange(judge.Verify(message, binding).All("encryptedKey").Select(key => key["transport"]));
            }

            Assert.Equal(kind.StartsWith("mutualcert-wss10", StringComparison.Ordinal) ? 2 : 1, transports.Count);
            Assert.All(transports, transport => Assert.Equal(suite.DefaultSymmetricKeyWrapAlgorithm, transport));
        }

        using var loopback = WithClient(Bindings.Create("anonymous/strong/single", suite), client, service);
        var made = Author(loopback.Binding, suite, PeerKeys.None, [new("recipient", Wss4jPeer.Encode(service)),
            new("agreementDigest", suite.Digest.Uri), new("wrap", suite.DefaultSymmetricKeyWrapAlgorithm)]);
        var wrapped = made.Single("encryptedKey");
        await RequireServedAsync(loopback, made, new PeerJudge(suite, PeerKeys.None.WithSecret(wrapped["sha1"], wrapped.Bytes("secret"))));
    }

    [Fact]
    public async Task ChangedOctet_IsRefusedByTheJudge()
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        var binding = Bindings.Create("mutualcert/strong/single");
        var request = (await Conversation.RecordAsync(binding))[0];
        foreach (var name in new[] { "e:CipherValue", "SignatureValue", "DigestValue", "u:Created" })
        {
            var text = request.Text;
            var at = text.IndexOf($"<{name}>", StringComparison.Ordinal) + name.Length + 4;
            var changed = text[..at] + (text[at] == '1' ? '2' : '1') + text[(at + 1)..];

            Assert.False(Wss4jPeer.Judge(System.Text.Encoding.UTF8.GetBytes(changed), PeerJudge.PrivateKeys).Ok, name);
        }
    }

    /// <summary>A third opinion of OAEP with SHA-256 and MGF1 with SHA-256; and MGF1 with SHA-1, as WSS4J 1.6 takes it, gives no key.</summary>
    [Theory]
    [InlineData("sha256", true)]
    [InlineData("sha1", false)]
    public async Task WrappedKey_IsUnwrappedByTheOpensslProgram(string mask, bool unwraps)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason ?? (PeerAvailability.FindProgram("openssl") is null ? "The program openssl is not installed." : null));
        var request = (await Conversation.RecordAsync(Bindings.Create("anonymous/strong/single")))[0];
        var expected = Wss4jPeer.Judge(request.Bytes, PeerJudge.PrivateKeys).Single("encryptedKey").Bytes("secret");
        var wrapped = Infoset.Load(request.Bytes).Descendants().First(e => e.Name.LocalName == "CipherValue").Value;
        var directory = Directory.CreateTempSubdirectory("openssl-");
        try
        {
            string PathOf(string name) => Path.Combine(directory.FullName, name);
            File.WriteAllText(PathOf("key.pem"), TestCertificates.Service.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
            File.WriteAllBytes(PathOf("in"), Convert.FromBase64String(wrapped));
            using var process = Process.Start(new ProcessStartInfo("openssl",
            [
                "pkeyutl", "-decrypt", "-inkey", PathOf("key.pem"), "-in", PathOf("in"), "-out", PathOf("out"), "-pkeyopt", "rsa_padding_mode:oaep",
                "-pkeyopt", "rsa_oaep_md:sha256", "-pkeyopt", $"rsa_mgf1_md:{mask}",
            ])
            { RedirectStandardError = true })!;
            _ = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);

            Assert.Equal(unwraps, process.ExitCode == 0);
            Assert.Equal(unwraps, File.Exists(PathOf("out")) && expected.AsSpan().SequenceEqual(File.ReadAllBytes(PathOf("out"))));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static Loopback WithClient(MessageSecurityBinding binding, X509Certificate2 client, X509Certificate2? service = null) => new(
        binding,
        client: new ClientCredentials
        {
            ClientCertificate = new X509Credential(client),
            ServiceCertificate = service ?? TestCertificates.Service,
            ServiceCertificateValidation = Loopback.ClientCredentials.ServiceCertificateValidation,
        },
        service: service is null ? null : new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(service),
            ClientCertificateValidation = Loopback.ServiceCredentials.ClientCertificateValidation,
            KnownClientCertificates = new() { Certificates = { client } },
        });

    private static string ProfileOf(SecurityAlgorithmSuite suite) => suite.IsStrong ? "strong" : "bound";

    private static async Task RequireServedAsync(Loopback loopback, PeerResult made, PeerJudge judge)
    {
        using var result = await loopback.Service.ReceiveAsync(ForeignMessage.BytesOf(made));
        var dispatch = Conversation.Accepted<ServiceResult.Dispatch>(result);
        Assert.Contains("h&amp;i \u00E9", System.Text.Encoding.UTF8.GetString(dispatch.Request.Envelope.Span), StringComparison.Ordinal);

        using var answer = dispatch.Secure(Loopback.Reply(loopback.Binding.MessageVersion));
        var plain = PeerJudge.PlainOf(judge.Verify(new WireMessage(Leg.Reply, answer.Envelope.ToArray())));
        Assert.Contains("EchoResponse", plain.ToString(), StringComparison.Ordinal);
    }

    private static PeerResult Author(
        MessageSecurityBinding binding, SecurityAlgorithmSuite suite, PeerKeys keys, params IEnumerable<KeyValuePair<string, string>> options)
    {
        var protocol = ProtocolVersion.Of(binding.Element.MessageSecurityVersion);
        List<KeyValuePair<string, string>> all =
        [
            .. options,
            new("encryption", suite.Encryption.Uri), new("hmac", suite.SymmetricSignature.Uri), new("digest", suite.Digest.Uri),
            new("signature", suite.AsymmetricSignature.Uri), new("wrap", suite.AsymmetricKeyWrap.Uri),
            new("conversation", protocol.ScNamespace), new("derivation", protocol.DerivationUri(suite.KeyDerivation.Name)),
            new("keyBits", $"{suite.DefaultSymmetricKeyLength}"), new("encryptionBits", $"{suite.Encryption.KeyBits}"),
            new("signatureBits", $"{suite.DefaultSignatureKeyDerivationLength}"),
        ];
        if (suite.AsymmetricKeyWrap.MgfUri is { } mgf && !options.Any(option => option.Key == "agreementDigest"))
        {
            all.AddRange([new("wrapDigest", suite.AsymmetricKeyWrap.DigestUri!), new("wrapMgf", mgf)]);
        }

        var made = Wss4jPeer.Author(ForeignMessage.Envelope(), keys, all);
        Assert.True(made.Ok, made.Reason);
        return made;
    }

    private static async Task RequireAcceptedAsync(MessageSecurityBinding binding)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        var judge = new PeerJudge(binding.Element.DefaultAlgorithmSuite);
        foreach (var message in await Conversation.RecordAsync(binding))
        {
            judge.Verify(message, binding);
        }
    }
}
