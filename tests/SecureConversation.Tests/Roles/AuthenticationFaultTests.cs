using System.Security.Cryptography.X509Certificates;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Roles;

/// <summary>A validator of the application refuses a client with a fault of its own, as the FaultException of WCF's validators does.</summary>
public sealed class AuthenticationFaultTests
{
    private const string Reason = "The account <b>& more</b> is locked.";

    public static MatrixTheoryData<bool, bool, bool> Cases { get; } = new([false, true], [false, true], [false, true]);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task FaultOfAValidator_ReachesTheClientUnsecured(bool isSession, bool isSoap11, bool isCertificate)
    {
        using var loopback = Create(isSession, isSoap11, isCertificate, () => new AuthenticationFaultException(Reason)
        {
            Subcodes = [new XmlQualifiedName("Locked", "urn:accounts"), new XmlQualifiedName("ForEver", "urn:accounts")],
        });
        var (code, error, envelope) = await RefusedAsync(loopback, isSession);

        Assert.Equal(isCertificate ? FailureCode.UntrustedCertificate : FailureCode.InvalidCredentials, code);
        Assert.Equal(SecureConversationFailure.PeerRefusal, error.Failure);
        Assert.Equal(isSoap11 ? "Locked" : "Sender", error.Fault!.Code);
        Assert.Equal("{urn:accounts}Locked", error.Fault.Subcode);
        Assert.Equal(Reason, error.Fault.Reason);
        Assert.False(error.Fault.IsSecured);
        Assert.Null(error.Fault.Detail);
        Assert.Equal(!isSoap11, envelope.Contains("ForEver", StringComparison.Ordinal));
        Assert.Contains("xml:lang=\"en-US\"", envelope, StringComparison.Ordinal);

        // The form is that of WCF, which is well-formed.
        new XmlDocument { XmlResolver = null }.LoadXml(envelope);
    }

    [Theory]
    [InlineData("Sender", "", false, "s:Sender")]
    [InlineData("Sender", "", true, "s:Client")]
    [InlineData("Receiver", "", true, "s:Server")]
    [InlineData("AccountLocked", "", false, "s:AccountLocked")]
    [InlineData("Locked", "urn:accounts", false, "f:Locked")]
    [InlineData("Locked", "urn:accounts", true, "f:Locked")]
    public async Task Code_WithoutANamespaceIsOneOfSoap(string name, string uri, bool isSoap11, string written)
    {
        using var loopback = Create(isSession: false, isSoap11, isCertificate: false,
            () => new AuthenticationFaultException("r") { Code = new XmlQualifiedName(name, uri), Language = "de" });
        var (_, _, envelope) = await RefusedAsync(loopback, isSession: false);
        Assert.Contains($">{written}<", envelope, StringComparison.Ordinal);
        Assert.Contains("xml:lang=\"de\"", envelope, StringComparison.Ordinal);
    }

    /// <summary>What counts, and what the log has, is that of any client that is not accepted: the text is for the client alone.</summary>
    [Fact]
    public async Task FaultOfAValidator_CountsAndIsLoggedAsAnyOtherRefusal()
    {
        var clock = Surface.Observation.Today;
        var log = RecordedLog.Current;
        using var loopback = Create(isSession: false, isSoap11: false, isCertificate: false, () => new AuthenticationFaultException(Reason),
            new MessageSecurityServiceOptions { TimeProvider = clock, LoggerFactory = log }, clock);
        using var request = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        var pending = loopback.Service.ReceiveAsync(request.Envelope).AsTask();
        await log.SeenAsync(1);
        Assert.False(pending.IsCompleted);
        while (!pending.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMilliseconds(25));
            await Task.Yield();
        }

        (await pending).Dispose();
        Assert.Contains(log.Entries, e => e.Id == 1 && e.Text.Contains("InvalidCredentials", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Entries, e => e.Text.Contains("locked", StringComparison.Ordinal));
    }

    [Fact]
    public async Task OtherExceptionsOfAValidator_ReachTheLogAlone()
    {
        RecordedLog.Current.ExpectError(35);
        using var loopback = Create(isSession: false, isSoap11: false, isCertificate: false, () => new InvalidOperationException("secret"),
            new MessageSecurityServiceOptions { LoggerFactory = RecordedLog.Current, FailureAnswers = Loopback.AtOnce });
        var (code, error, envelope) = await RefusedAsync(loopback, isSession: false);
        Assert.Equal(FailureCode.ValidatorFailed, code);
        Assert.EndsWith("}InvalidSecurity", error.Fault!.Subcode, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", envelope, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatXmlDoesNotHave_IsRefusedWhereItIsSet()
    {
        Assert.Throws<ArgumentException>(() => new AuthenticationFaultException("a\u0001b"));
        Assert.Throws<ArgumentException>(() => new AuthenticationFaultException("a") { Code = new XmlQualifiedName("a b") });
        Assert.Throws<ArgumentException>(() => new AuthenticationFaultException("a") { Code = XmlQualifiedName.Empty });
        Assert.Throws<ArgumentException>(() => new AuthenticationFaultException("a") { Subcodes = [new XmlQualifiedName("<")] });
        Assert.Throws<ArgumentException>(() => new AuthenticationFaultException("a") { Language = "\u0001" });
        Assert.Throws<ArgumentNullException>(() => new AuthenticationFaultException(null!));
    }

    private static Loopback Create(bool isSession, bool isSoap11, bool isCertificate, Func<Exception> thrown,
        MessageSecurityServiceOptions? options = null, TimeProvider? clock = null)
    {
        SecurityBindingElement element = isCertificate
            ? SecurityBindingElement.CreateMutualCertificateBindingElement()
            : SecurityBindingElement.CreateUserNameForCertificateBindingElement();
        var version = isSoap11 ? MessageVersion.Soap11WSAddressing10 : MessageVersion.Soap12WSAddressing10;
        return new Loopback(
            MessageSecurityBinding.Create(isSession ? SecurityBindingElement.CreateSecureConversationBindingElement(element) : element, version),
            clock, options, service: new ServiceCredentials
            {
                ServiceCertificate = TestCredentials.Service.ServiceCertificate,
                ClientCertificateValidation = new() { Mode = X509CertificateValidationMode.Custom, RevocationMode = X509RevocationMode.NoCheck, CustomValidator = (_, _) => throw thrown() },
                UserNamePasswordValidator = UserNamePasswordValidator.Create(async (_, _, _) =>
                {
                    await Task.Yield();
                    throw thrown();
                }),
            });
    }

    private static async Task<(FailureCode Code, SecureConversationException Error, string Envelope)> RefusedAsync(Loopback loopback, bool isSession)
    {
        using var handshake = isSession ? loopback.Client.StartSession(Loopback.Address) : null;
        using var request = isSession ? null : loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(handshake?.Envelope ?? request!.Envelope);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(ServiceResponseKind.Fault, respond.Kind);
        var error = Assert.Throws<SecureConversationException>(() => _ = handshake is null
            ? (object)request!.VerifyReply(respond.Envelope) : handshake.Complete(respond.Envelope));
        return (respond.Code, error, System.Text.Encoding.UTF8.GetString(respond.Envelope.Span));
    }
}
