using System.Globalization;
using System.Text;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>Tests that look at the memory of the whole process: no other test may run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WholeProcess
{
    public const string Name = "whole process";
}

/// <summary>What nobody has authenticated leaves nothing behind.</summary>
[Collection(WholeProcess.Name)]
public sealed class MemoryTests
{
    [Fact]
    public async Task LongActions_AreNotRemembered()
    {
        using var loopback = new Loopback(Bindings.Create(Attack.Single));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 100; i++)
        {
            var action = i.ToString(CultureInfo.InvariantCulture) + new string('x', 200_000);
            var wire = $"<s:Envelope xmlns:s=\"{Forgery.Soap}\" xmlns:a=\"http://www.w3.org/2005/08/addressing\"><s:Header>"
                + $"<a:Action>{action}</a:Action></s:Header><s:Body/></s:Envelope>";
            using var result = await loopback.Service.ReceiveAsync(Encoding.UTF8.GetBytes(wire), TestContext.Current.CancellationToken);
        }

        Assert.True(GC.GetTotalMemory(forceFullCollection: true) - before < 30_000_000);
    }
}
