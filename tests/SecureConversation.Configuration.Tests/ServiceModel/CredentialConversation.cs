using System.Text;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Configuration.Tests.ServiceModel;

/// <summary>A session with one call, between a client and a service that were configured on their own.</summary>
internal static class CredentialConversation
{
    public static async Task RunAsync(
        MessageSecurityBinding clientBinding,
        ClientCredentials clientCredentials,
        MessageSecurityBinding serviceBinding,
        ServiceCredentials serviceCredentials,
        Uri address)
    {
        var version = clientBinding.MessageVersion;
        var client = new MessageSecurityClient(clientBinding, clientCredentials, new());
        using var service = new MessageSecurityService(serviceBinding, serviceCredentials, new());
        using var handshake = client.StartSession(address);
        using var issued = await service.ReceiveAsync(handshake.Envelope);
        using var session = handshake.Complete(Assert.IsType<ServiceResult.Respond>(issued).Envelope);
        var headers = TestEnvelope.Action("urn:a") + $"<a:MessageID>urn:uuid:{Guid.NewGuid()}</a:MessageID>"
            + $"<a:ReplyTo><a:Address>{TestEnvelope.Anonymous(version)}</a:Address></a:ReplyTo>"
            + $"<a:To s:mustUnderstand=\"1\">{address}</a:To>";
        using var request = session.Secure(TestEnvelope.Create(version, headers, "<x>secret</x>"));
        using var result = await service.ReceiveAsync(request.Envelope);
        var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
        Assert.Contains("<x>secret</x>", Encoding.UTF8.GetString(dispatch.Request.Envelope.Span), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", Encoding.UTF8.GetString(request.Envelope.Span), StringComparison.Ordinal);
    }
}
