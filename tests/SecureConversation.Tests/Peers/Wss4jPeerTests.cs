using System.Text;
using SecureConversation.Testing;
using SecureConversation.Testing.Peers;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Tests.Peers;

/// <summary>That the peer is a judge to rely on: it accepts what was recorded as good, refuses what was tampered with, and makes what it accepts.</summary>
public sealed class Wss4jPeerTests
{
    private static readonly byte[] Envelope = Encoding.UTF8.GetBytes("""
        <s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header>
        <a:Action s:mustUnderstand="1">urn:test/Echo</a:Action><a:To s:mustUnderstand="1">http://localhost/echo</a:To></s:Header>
        <s:Body><Echo xmlns="urn:test"><text>h&#xE9;llo</text></Echo></s:Body></s:Envelope>
        """);

    [Theory]
    [InlineData("session/sc-mutualcert")]
    [InlineData("session/sc-mutualcert-2007")]
    [InlineData("symmetric/mutualcert")]
    [InlineData("asymmetric/mutualcert-duplex")]
    public void Verify_AcceptsRecordedMessages(string vector)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        var messages = VectorArchive.Get(vector).Messages.Where(message => message.Record.Expect is VectorExpectation.Verified).ToList();
        Assert.NotEmpty(messages);

        Assert.All(messages, message =>
        {
            var result = Wss4jPeer.Verify(message.ReadBytes(), PeerFixture.KeysOf(message));

            Assert.True(result.Ok, result.Reason);
            Assert.Equal(message.Record.Signatures.Count, result.All("signature").Count());
            Assert.Equal(message.Record.SignedParts.Count, result.All("signed").Count());
        });
    }

    [Fact]
    public void Verify_RefusesATamperedMessage()
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        var message = VectorArchive.LoadGroup("tampered").SelectMany(vector => vector.Messages)
            .First(message => message.Record.Expect is VectorExpectation.Rejected { Word: RejectionWord.BadSignature });

        var result = Wss4jPeer.Verify(message.ReadBytes(), PeerFixture.KeysOf(message));

        Assert.False(result.Ok);
        Assert.NotEmpty(result.Reason);
        Assert.True(Wss4jPeer.Verify(message.ReadBytesAsSent(), PeerFixture.KeysOf(message)).Ok);
    }

    [Theory]
    [InlineData("Basic256", "2005")]
    [InlineData("Basic128Sha256", "1.3")]
    [InlineData("TripleDes", "1.3")]
    public void Make_InAContext_IsAccepted(string suite, string conversation)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        var secret = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();

        var made = Wss4jPeer.Make("sct", Envelope, PeerKeys.None, new("suite", suite), new("conversation", conversation), new("encryptSignature", "true"),
            new("context", "urn:uuid:1"), new("contextSecret", Convert.ToBase64String(secret)));

        Assert.True(made.Ok, made.Reason);
        var message = made.Single("message").Bytes("bytes");
        Assert.Equal(2, Wss4jPeer.Verify(message, PeerKeys.None.WithSecret("urn:uuid:1", secret)).All("decrypted").Count());
        Assert.False(Wss4jPeer.Verify(message, PeerKeys.None.WithSecret("urn:uuid:1", [.. secret.Reverse()])).Ok);
    }

    [Theory]
    [InlineData("x509")]
    [InlineData("ek-dk")]
    public void Make_WithCertificates_IsAcceptedByItsRecipientOnly(string kind)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);

        var made = Wss4jPeer.Make(kind, Envelope, PeerKeys.None.WithPrivateKey(TestCertificates.Client),
            new KeyValuePair<string, string>("recipient", Wss4jPeer.Encode(TestCertificates.Service)));

        Assert.True(made.Ok, made.Reason);
        var message = made.Single("message").Bytes("bytes");
        var verified = Wss4jPeer.Verify(message, PeerKeys.None.WithPrivateKey(TestCertificates.Service).Trusting(TestCertificates.Authority));
        Assert.True(verified.Ok, verified.Reason);
        Assert.Contains("héllo", Encoding.UTF8.GetString(verified.Single("plain").Bytes("bytes")), StringComparison.Ordinal);
        Assert.False(Wss4jPeer.Verify(message, PeerKeys.None.WithPrivateKey(TestCertificates.Other)).Ok);
        Assert.False(Wss4jPeer.Verify(message, PeerKeys.None.WithPrivateKey(TestCertificates.Service).Trusting(TestCertificates.Other)).Ok);
    }

    [Fact]
    public void Make_WithAUserName_IsAcceptedWithTheRightPassword()
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);

        var made = Wss4jPeer.Make("username", Envelope, PeerKeys.None.WithPassword("secret"), new KeyValuePair<string, string>("user", "alice"));

        var message = made.Single("message").Bytes("bytes");
        Assert.True(Wss4jPeer.Verify(message, PeerKeys.None.WithPassword("secret")).Ok);
        Assert.False(Wss4jPeer.Verify(message, PeerKeys.None.WithPassword("guess")).Ok);
    }

    [Fact]
    public void Derivation_GivesTheRecordedKeys()
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        var secrets = VectorArchive.Get("session/sc-mutualcert").File.Secrets;
        var context = Assert.Single(secrets.SecurityContexts);

        Assert.Equal(context.Key, Wss4jPeer.ComputeKey(context.ClientEntropy!, context.ServerEntropy!, context.KeySizeInBits / 8));
        Assert.All(secrets.DerivedKeys.Where(key => key.Source is VectorKey.SecurityContext), key =>
            Assert.Equal(key.Key, Wss4jPeer.DeriveKey(context.Key, key.Nonce, key.Offset, key.Length)));
    }
}
