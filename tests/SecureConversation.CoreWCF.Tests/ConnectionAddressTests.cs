using System.Reflection;
using CoreWCF.Channels;
using Microsoft.Extensions.Logging;
using SecureConversation.Testing;

namespace SecureConversation.CoreWCF.Tests;

/// <summary>Connections of net.tcp are counted by address, which CoreWCF may cease to show.</summary>
public sealed class ConnectionAddressTests
{
    [Fact]
    public void ConnectionsWithoutAddress_AreToldOfOnce()
    {
        var type = typeof(MessageSecurityBindingElement).Assembly.GetType("SecureConversation.CoreWCF.Internal.PendingConnections", throwOnError: true)!;
        var pending = Activator.CreateInstance(type, 4, RecordedLog.Current.CreateLogger("SecureConversation.CoreWCF"))!;
        var enter = type.GetMethod("TryEnter")!;
        var places = Enumerable.Range(0, 5)
            .Select(_ => enter.Invoke(pending, [DispatchProxy.Create<IDuplexSessionChannel, WithoutAddress>()])).ToList();

        // Three quarters are the share of one client.
        Assert.Equal(3, places.Count(place => place is not null));
        var entry = Assert.Single(RecordedLog.Current.Entries, e => e.Id == 408);
        Assert.Equal(LogLevel.Warning, entry.Level);
        Assert.Contains("MaxPendingSessions", entry.Text, StringComparison.Ordinal);
    }

    public class WithoutAddress : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => throw new NotSupportedException();
    }
}
