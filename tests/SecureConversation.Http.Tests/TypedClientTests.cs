using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation.Testing;

namespace SecureConversation.Http.Tests;

/// <summary>Typed clients of dependency injection call operations by their bodies.</summary>
public sealed class TypedClientTests
{
    [Fact]
    public async Task TypedClient_Calls()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        await using var provider = Register(service);
        var client = provider.GetRequiredService<EchoClient>();
        Assert.Equal("<EchoResponse xmlns=\"urn:e\" />", await client.EchoAsync());
        Assert.Equal("<EchoResponse xmlns=\"urn:e\" />", await client.EchoAsync());
        Assert.Equal(1, service.Handshakes);
        Assert.Contains(">urn:e/Echo</a:Action>", service.LastPlainRequest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TypedClient_SendsOneWay()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        service.Reply = _ => Task.FromResult<byte[]?>(null);
        await using var provider = Register(service);
        await provider.GetRequiredService<EchoClient>().NoteAsync();
        Assert.Contains("Note", service.LastPlainRequest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TypedClient_ThrowsTheFaultOfTheApplicationWithItsDetail_AndKeepsItsSession()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        service.Reply = _ => Task.FromResult<byte[]?>(Messages.Fault(service.Binding.MessageVersion));
        await using var provider = Register(service);
        var client = provider.GetRequiredService<EchoClient>();
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.EchoAsync());
        Assert.Equal(SecureConversationFailure.PeerFault, error.Failure);
        await Assert.ThrowsAsync<SecureConversationException>(() => client.EchoAsync());
        Assert.Equal(1, service.Handshakes);
    }

    [Fact]
    public async Task HttpClient_WithoutMessageSecurity_SendsNothing()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        using var http = new HttpClient { BaseAddress = service.Address };
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => http.CallAsync(Messages.Action, Messages.Body));
        Assert.Contains("AddSecureConversation", error.Message, StringComparison.Ordinal);
        Assert.Null(service.LastContentType);
    }

    private static ServiceProvider Register(TestService service)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(RecordedLog.Current));
        services.AddHttpClient<EchoClient>(http => http.BaseAddress = service.Address)
            .AddSecureConversation(options => Credential.Fill(options, service.Binding));
        return services.BuildServiceProvider();
    }

    private sealed class EchoClient(HttpClient http)
    {
        public Task<string> EchoAsync() => http.CallAsync(Messages.Action, Messages.Body);

        public Task NoteAsync() => http.SendOneWayAsync("urn:e/Note", "<Note xmlns='urn:e'/>");
    }
}
