using CoreWCF.Channels;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using SecureConversation.CoreWCF.Tests.Support;
using SecureConversation.Testing;
using Element = SecureConversation.CoreWCF.MessageSecurityBindingElement;

namespace SecureConversation.CoreWCF.Tests;

/// <summary>Message credentials over TLS by the element of this library, for what CoreWCF lacks.</summary>
public sealed class OverTransportTests
{
    public static MatrixTheoryData<string, string> Forms { get; } = new(
        ["UserName", "Certificate"], ["single", "session", "cookie", "derived cookie", "lax"]);

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Service_AnswersAndKnowsTheClient(string credential, string form)
    {
        await using var host = await StartAsync<IEcho>(Create(credential, form));
        await using var client = Client.For(host, Create(credential, form), transport: TrustingHandler());

        Assert.Equal("hello", await client.EchoAsync("hello"));
        var caller = await client.AskAsync("WhoAmI");
        Assert.Contains(credential == "UserName" ? "ada" : "Test client", caller, StringComparison.Ordinal);
        Assert.Equal(form == "session", caller.Split('|')[2].Length > 0);
    }

    /// <summary>CoreWCF's own sessions over TLS are not mapped for such a contract.</summary>
    [Theory]
    [InlineData("UserName")]
    [InlineData("Certificate")]
    public async Task ContractThatRequiresSessions_HasThem(string credential)
    {
        await using var host = await StartAsync<ISessionEcho>(Create(credential, "session"));
        await using var client = Client.For(host, Create(credential, "session"), transport: TrustingHandler());

        Assert.Equal("1", await client.AskAsync("Count"));
        Assert.Equal("2", await client.AskAsync("Count"));
        await using var other = Client.For(host, Create(credential, "session"), transport: TrustingHandler());
        Assert.Equal("1", await other.AskAsync("Count"));
    }

    [Fact]
    public async Task AnotherUser_IsRefused()
    {
        await using var host = await StartAsync<IEcho>(Create("UserName", "session"));
        await using var client = Client.For(host, Create("UserName", "session"), password: "wrong", transport: TrustingHandler());

        await Assert.ThrowsAsync<SecureConversationException>(() => client.EchoAsync("hello"));
    }

    /// <summary>Whoever sends a password in clear is refused, and what allows it says so.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PlainHttp_IsRefusedUnlessItIsAllowed(bool isAllowed)
    {
        var element = Create("UserName", "single");
        element.AllowInsecureTransport = isAllowed;
        await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(element));
        var careless = Create("UserName", "single");
        careless.AllowInsecureTransport = true;
        await using var client = Client.For(host, careless);

        if (isAllowed)
        {
            Assert.Equal("hello", await client.EchoAsync("hello"));
            return;
        }

        await Assert.ThrowsAsync<SecureConversationException>(() => client.EchoAsync("hello"));
    }

    /// <summary>A header counts only where the application takes forwarded headers: anybody can write one.</summary>
    [Fact]
    public async Task ForwardedHeaderThatNobodyTakes_DoesNotMakeTheTransportSecure()
    {
        await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(Create("UserName", "single")), before: (context, next) =>
        {
            context.Request.Headers["X-Forwarded-Proto"] = "https";
            return next(context);
        });
        var careless = Create("UserName", "single");
        careless.AllowInsecureTransport = true;
        await using var client = Client.For(host, careless);

        var refused = await Assert.ThrowsAsync<SecureConversationException>(() => client.EchoAsync("hello"));
        Assert.EndsWith("InvalidSecurity", refused.Fault!.Subcode, StringComparison.Ordinal);
    }

    private static Task<EchoHost> StartAsync<TContract>(Element element)
    {
        var https = new HttpsTransportBindingElement { MaxReceivedMessageSize = 64 * 1024 * 1024, MaxBufferSize = 64 * 1024 * 1024 };
        var binding = new CustomBinding(element, new TextMessageEncodingBindingElement { MessageVersion = MessageVersion.Soap12WSAddressing10 }, https);
        // The certificate of the service is that of TLS.
        return EchoHost.StartAsync<TContract>(
            binding, host => host.Credentials.ServiceCertificate.Certificate = null, services: services => services.AddDataProtection(), https: true);
    }

    private static SocketsHttpHandler TrustingHandler() => new()
    {
        SslOptions = new() { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == TestCertificates.Service.Thumbprint },
    };

    private static Element Create(string credential, string form)
    {
        var element = credential == "UserName" ? Element.CreateUserNameOverTransportBindingElement() : Element.CreateCertificateOverTransportBindingElement();
        if (form is "single" or "lax")
        {
            element.SecurityHeaderLayout = form == "lax" ? SecurityHeaderLayout.Lax : element.SecurityHeaderLayout;
            return element;
        }

        var session = Element.CreateSecureConversationBindingElement(element, requireCancellation: form == "session");
        session.SetKeyDerivation(form == "derived cookie");
        return session;
    }
}
