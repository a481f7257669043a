using SecureConversation.Binding;

namespace SecureConversation.Contract;

/// <summary>The settings that every pair must get through, by name.</summary>
public static class Scenarios
{
    private static readonly Dictionary<string, Scenario> All = Create().ToDictionary(s => s.Name, s => s.Scenario);

    public static TheoryData<string> Names => [.. All.Keys];

    public static Scenario Get(string name) => All[name];

    private static IEnumerable<(string Name, Scenario Scenario)> Create()
    {
        foreach (var scenario in Variants())
        {
            yield return (scenario.Name + "/session", scenario.Scenario);
            yield return (scenario.Name + "/single", scenario.Scenario with { InSession = false });
        }

        foreach (var entropy in Enum.GetValues<SecurityKeyEntropyMode>())
        {
            yield return ($"{entropy}/session", new Scenario { Entropy = entropy });
        }

        yield return ("UserName/Soap11/single", new Scenario { Bootstrap = Bootstrap.UserName, MessageVersion = "Soap11", InSession = false });
    }

    private static IEnumerable<(string Name, Scenario Scenario)> Variants()
    {
        foreach (var bootstrap in Enum.GetValues<Bootstrap>())
        {
            yield return ($"{bootstrap}", new Scenario { Bootstrap = bootstrap });
            yield return ($"{bootstrap}/1.3", new Scenario { Bootstrap = bootstrap, Is13 = true });
        }

        foreach (var dropIn in Enum.GetValues<DropIn>())
        {
            foreach (var bootstrap in (Bootstrap[])[Bootstrap.MutualCertificate, Bootstrap.UserName, Bootstrap.Anonymous])
            {
                yield return ($"{dropIn}/{bootstrap}", new Scenario { DropIn = dropIn, Bootstrap = bootstrap, Is13 = dropIn == DropIn.WS2007Http, AlgorithmSuite = "Basic256Sha256" });
            }
        }

        foreach (var suite in SecurityAlgorithmSuite.All)
        {
            yield return (suite.Name, new Scenario { AlgorithmSuite = suite.Name });
        }

        foreach (var version in MessageVersion.All.Where(version => version.Addressing != AddressingVersion.None))
        {
            yield return (version.Name, new Scenario { MessageVersion = version.Name });
        }

        foreach (var layout in Enum.GetValues<SecurityHeaderLayout>())
        {
            yield return ($"{layout}", new Scenario { Layout = layout });
        }

        foreach (var order in Enum.GetValues<MessageProtectionOrder>())
        {
            yield return ($"{order}", new Scenario { Order = order });
        }

        yield return ("without derived keys", new Scenario { DerivesKeys = false });
        yield return ("without timestamp", new Scenario { HasTimestamp = false, Layout = SecurityHeaderLayout.Lax });
        yield return ("streamed", new Scenario { IsStreamed = true });
    }
}
