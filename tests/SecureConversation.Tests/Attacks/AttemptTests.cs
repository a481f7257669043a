using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// A recorded message with another ciphertext is a question about its plaintext. It gets one answer at most, and none before the message
/// is known to be authentic, fresh and new.
/// </summary>
public sealed class AttemptTests
{
    /// <summary>Every order and bootstrap in which a body is encrypted; replays are detected or not.</summary>
    public static TheoryData<string, bool> Bodies
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var name in Bindings.Names.Where(n => !n.Contains("entropy", StringComparison.Ordinal)
                && !n.Contains("timestamp", StringComparison.Ordinal) && !n.Contains("lax", StringComparison.Ordinal)))
            {
                data.Add(name, true);
                data.Add(name, false);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task ChangedBody_IsAnsweredOnceAtMost(string name, bool detectsReplays)
    {
        using var scene = await OpenAsync(name, detectsReplays);
        using var request = scene.Request();
        var codes = new List<FailureCode>();
        for (var position = 1; position < 6; position++)
        {
            codes.Add(await CodeAsync(scene, WithBody(request.Envelope, position)));
        }

        Assert.True(codes[0] is FailureCode.DecryptionFailed or FailureCode.DigestMismatch, codes[0].ToString());
        Assert.All(codes[1..], c => Assert.Equal(FailureCode.Replayed, c));
        using var next = scene.Request();
        await scene.AcceptedAsync(next.Envelope);
    }

    [Theory]
    [InlineData("mutualcert//session", true)]
    [InlineData("mutualcert//session", false)]
    [InlineData("anonymous/sign-first/single", true)]
    [InlineData("anonymous/sign-first/single", false)]
    public async Task ChangedBodies_AtOnce_AreAnsweredOnceAtMost(string name, bool detectsReplays)
    {
        using var scene = await OpenAsync(name, detectsReplays);
        using var request = scene.Request();
        var messages = Enumerable.Range(1, 12).Select(i => WithBody(request.Envelope, i)).ToArray();
        using var start = new Barrier(messages.Length);
        var codes = await Task.WhenAll(messages.Select(m => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                return CodeAsync(scene, m).GetAwaiter().GetResult();
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        Assert.True(codes.Count(c => c != FailureCode.Replayed) <= (detectsReplays ? 1 : messages.Length));
        Assert.All(codes, c => Assert.True(c is FailureCode.DecryptionFailed or FailureCode.DigestMismatch or FailureCode.Replayed));
        Assert.Equal(FailureCode.Replayed, await CodeAsync(scene, request.Envelope));
    }

    [Fact]
    public async Task ReplaysThatAreNotDetected_AreAcceptedAgain()
    {
        using var scene = await OpenAsync("mutualcert//single", detectsReplays: false);
        using var request = scene.Request();
        await scene.AcceptedAsync(request.Envelope);
        await scene.AcceptedAsync(request.Envelope);
    }

    [Theory]
    [InlineData("anonymous//single", true)]
    [InlineData("username//single", true)]
    [InlineData("mutualcert/no-derived/single", true)]
    [InlineData("duplex//single", true)]
    public async Task WrappedKey_OfAnAcceptedRequest_IsNotTakenAgain(string name, bool detectsReplays)
    {
        using var scene = await OpenAsync(name, detectsReplays);
        using var request = scene.Request();
        await scene.AcceptedAsync(request.Envelope);
        var again = scene.Forge(request.Envelope);
        again.MessageId.InnerText = "urn:uuid:another";
        again.Resign();
        await scene.RefusedAsync(again.Seal(), FailureCode.Replayed);
    }

    [Fact]
    public async Task CertificateThatNobodyTrusts_GetsNothingDecrypted()
    {
        using var key = RSA.Create(2048);
        using var stranger = new CertificateRequest("CN=Stranger", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var scene = await Scene.OpenAsync("duplex/sign-first/single");
        using var request = scene.Request();
        var forged = scene.Forge(request.Envelope);
        forged.Signer = stranger;
        forged.BodyPart.Plain = "<not closed"u8.ToArray();
        Forgery.Child(forged.Security, "BinarySecurityToken").InnerText = Convert.ToBase64String(stranger.RawData);
        forged.Resign();
        using var result = await scene.ReceiveAsync(forged.Seal());
        Assert.Equal(FailureCode.UntrustedCertificate, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    [Fact]
    public Task StaleMessage_GetsNothingDecrypted() => Attack.OnSessionAsync(f =>
    {
        Forgery.Child(f.Timestamp, "Created").InnerText = "2001-01-01T00:00:00.000Z";
        Forgery.Child(f.Timestamp, "Expires").InnerText = "2001-01-01T00:05:00.000Z";
        f.BodyPart.Plain = "<not closed"u8.ToArray();
        f.Resign();
    }, FailureCode.Stale, FailureCode.Expired);

    [Fact]
    public Task SignatureInClear_GetsNothingDecrypted() => Attack.OnSessionOfWcfAsync(f =>
    {
        f.Expose(f.SignaturePart);
        f.BodyPart.Plain = "<not closed"u8.ToArray();
    }, FailureCode.PartNotEncrypted);

    [Fact]
    public Task ChangedHeaderInClear_GetsNothingDecrypted() => Attack.OnSessionAsync(f =>
    {
        f.Action.InnerText = "urn:e/Other";
        f.BodyPart.Plain = "<not closed"u8.ToArray();
    }, FailureCode.DigestMismatch);

    /// <summary>The log names what is wrong with it, and not what another encrypted child of the header is in its place.</summary>
    [Theory]
    [InlineData("mutualcert//single")]
    [InlineData("mutualcert/no-derived/single")]
    [InlineData("mutualcert//session")]
    [InlineData("username//single")]
    [InlineData("duplex//single")]
    public async Task PrimarySignature_ThatCannotBeDecrypted_IsLoggedAsThat(string name)
    {
        using var scene = await Scene.OpenAsync(name);
        using var request = scene.Request();
        var document = Forgery.Load(request.Envelope);
        var security = Forgery.Child((XmlElement)document.DocumentElement!.FirstChild!, "Security");
        var endorsements = name.StartsWith("mutualcert", StringComparison.Ordinal) && !name.EndsWith("session", StringComparison.Ordinal) ? 1 : 0;
        var value = Forgery.Descendant(Forgery.Children(security, "EncryptedData").ToArray()[^(1 + endorsements)], "CipherValue");
        var cipher = Convert.FromBase64String(value.InnerText);
        cipher[40] ^= 0x11;
        value.InnerText = Convert.ToBase64String(cipher);
        Assert.Equal(FailureCode.DecryptionFailed, await CodeAsync(scene, Encoding.UTF8.GetBytes(document.OuterXml)));
    }

    private static Task<Scene> OpenAsync(string name, bool detectsReplays) => detectsReplays
        ? Scene.OpenAsync(name)
        : Scene.OpenAsync(name, change: e => e with { LocalServiceSettings = e.LocalServiceSettings with { DetectReplays = false } });

    private static async Task<FailureCode> CodeAsync(Scene scene, ReadOnlyMemory<byte> wire)
    {
        using var result = await scene.ReceiveAsync(wire);
        return Assert.IsType<ServiceResult.Respond>(result).Code;
    }

    /// <summary>The message with one octet of the body's first block changed through its IV.</summary>
    private static byte[] WithBody(ReadOnlyMemory<byte> wire, int position)
    {
        var document = Forgery.Load(wire);
        var value = Forgery.Descendant((XmlElement)document.DocumentElement!.LastChild!, "CipherValue");
        var cipher = Convert.FromBase64String(value.InnerText);
        cipher[position] ^= 0x11;
        value.InnerText = Convert.ToBase64String(cipher);
        return Encoding.UTF8.GetBytes(document.OuterXml);
    }
}
