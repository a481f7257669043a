using SecureConversation.Binding;

namespace SecureConversation.Contract;

/// <summary>The scenarios in which a session can have a reliable one.</summary>
public static class ReliableScenarios
{
    public static TheoryData<ReliableMessagingVersion> Versions => new(Enum.GetValues<ReliableMessagingVersion>());

    /// <summary>Each scenario with a session, in the versions that its binding has. What is in a sequence is kept, so nothing is streamed.</summary>
    public static TheoryData<string, ReliableMessagingVersion> All
    {
        get
        {
            var all = new TheoryData<string, ReliableMessagingVersion>();
            foreach (var name in Scenarios.Names.Select(row => row.Data).Where(name => Scenarios.Get(name) is { InSession: true, IsStreamed: false }))
            {
                foreach (var version in Enum.GetValues<ReliableMessagingVersion>().Where(version => Has(Scenarios.Get(name).DropIn, version)))
                {
                    all.Add(name, version);
                }
            }

            return all;
        }
    }

    private static bool Has(DropIn? binding, ReliableMessagingVersion version) => binding switch
    {
        DropIn.WSHttp => version == ReliableMessagingVersion.WSReliableMessagingFebruary2005,
        DropIn.WS2007Http => version == ReliableMessagingVersion.WSReliableMessaging11,
        DropIn.BasicHttp => false,
        _ => true,
    };
}
