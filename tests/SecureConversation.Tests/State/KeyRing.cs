using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;

namespace SecureConversation.Tests.State;

/// <summary>
/// The keys that the instances of a service share. Each provider stands for one process, which knows what was written when it first looked.
/// </summary>
internal sealed class KeyRing : IXmlRepository
{
    private readonly Lock _lock = new();
    private readonly List<XElement> _elements = [];

    /// <summary>The exception of a place that cannot be reached; null while it can.</summary>
    public Exception? Failure { get; set; }

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        if (Failure is not null)
        {
            throw Failure;
        }

        lock (_lock)
        {
            return [.. _elements.Select(e => new XElement(e))];
        }
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        lock (_lock)
        {
            _elements.Add(new XElement(element));
        }
    }

    public DataProtectionSecurityStateEncoder CreateEncoder(string? purpose = null) => new(CreateProvider(purpose));

    public IDataProtectionProvider CreateProvider(string? purpose = null)
    {
        var provider = CreateServices().GetRequiredService<IDataProtectionProvider>();
        return purpose is null ? provider : provider.CreateProtector(purpose);
    }

    /// <summary>Makes a new key the default one, as Data Protection does every 90 days.</summary>
    public void Rotate()
    {
        var now = DateTimeOffset.UtcNow;
        CreateServices().GetRequiredService<IKeyManager>().CreateNewKey(now, now.AddDays(90));
    }

    public void RevokeAll() => CreateServices().GetRequiredService<IKeyManager>().RevokeAllKeys(DateTimeOffset.UtcNow.AddMinutes(1), "a test");

    private ServiceProvider CreateServices()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddDataProtection().SetApplicationName("tests").AddKeyManagementOptions(o => o.XmlRepository = this);
        return services.BuildServiceProvider();
    }
}
