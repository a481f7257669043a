using System.Net.Http.Headers;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.CoreWCF.Tests.Support;

/// <summary>A session of the engine over plain HTTP: the test decides what is sent when.</summary>
public sealed class RawSession(Uri address, ClientSession session, HttpClient http, bool isShared) : IDisposable
{
    /// <param name="shared">Connections that are not this session's alone, as those of a proxy.</param>
    public static async Task<RawSession> OpenAsync(Uri address, SecurityBindingElement element, HttpClient? shared = null)
    {
        var http = shared ?? new HttpClient();
        using var handshake = Client(element).StartSession(address);
        return new RawSession(address, handshake.Complete(await PostAsync(http, address, handshake.Envelope, handshake.Action)), http, shared is not null);
    }

    public static MessageSecurityClient Client(SecurityBindingElement element) => new(MessageSecurityBinding.Create(element), new ClientCredentials
    {
        ClientCertificate = new X509Credential(TestCertificates.Client),
        UserName = new UserNameCredential("ada", "lovelace"),
        ServiceCertificate = TestCertificates.Service,
        ServiceCertificateValidation = new() { Mode = X509CertificateValidationMode.PeerTrust, TrustedPeople = { TestCertificates.Service } },
    });

    public SecuredRequest Secure(string operation, string? body = null, string headers = "") => session.Secure(Encoding.UTF8.GetBytes(
        "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope' xmlns:a='http://www.w3.org/2005/08/addressing'><s:Header>"
        + $"<a:Action s:mustUnderstand='1'>urn:e/{operation}</a:Action><a:MessageID>urn:uuid:{Guid.NewGuid()}</a:MessageID>"
        + $"<a:To s:mustUnderstand='1'>{address}</a:To>{headers}</s:Header><s:Body>{body ?? $"<{operation} xmlns='urn:e'/>"}</s:Body></s:Envelope>"));

    /// <summary>The verified reply; throws for a fault without security.</summary>
    public async Task<string> SendAsync(SecuredRequest request, string operation)
    {
        using var reply = request.VerifyReply(await PostAsync(http, address, request.Envelope, "urn:e/" + operation));
        return Encoding.UTF8.GetString(reply.Envelope.Span);
    }

    public async Task<string> CallAsync(string operation, string? body = null, string headers = "")
    {
        using var request = Secure(operation, body, headers);
        return await SendAsync(request, operation);
    }

    /// <summary>Sends a message that gets no reply, and waits for the transport to acknowledge it.</summary>
    public async Task NotifyAsync(string operation, string? body = null)
    {
        using var request = Secure(operation, body);
        Assert.Empty(await PostAsync(http, address, request.Envelope, "urn:e/" + operation));
    }

    public async Task CancelAsync()
    {
        using var cancel = session.StartCancel();
        cancel.Complete(await PostAsync(http, address, cancel.Envelope, cancel.Action));
    }

    public void Dispose()
    {
        session.Dispose();
        if (!isShared)
        {
            http.Dispose();
        }
    }

    private static async Task<byte[]> PostAsync(HttpClient http, Uri address, ReadOnlyMemory<byte> envelope, string action)
    {
        using var content = new ReadOnlyMemoryContent(envelope);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse($"application/soap+xml; charset=utf-8; action=\"{action}\"");
        using var response = await http.PostAsync(address, content);
        return await response.Content.ReadAsByteArrayAsync();
    }
}
