using Microsoft.AspNetCore.Builder;

namespace SecureConversation.Contract.Sides;

/// <summary>A service at /contract of an application on Kestrel.</summary>
public sealed class KestrelContractService(WebApplication app, ServiceProbe probe) : IContractService
{
    public Uri Address { get; } = new(app.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal) + "/contract");

    public ServiceProbe Probe => probe;

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
