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

        // What CreateSecureConversationBindingElement makes of a bootstrap when nobody sets the version, and the reverse.
        yield return ("session of February 2005 over 1.3/session", new Scenario { Is13 = true, SessionVersion = MessageSecurityVersion.Default.Name });
        yield return ("session of 1.3 over February 2005/session", new Scenario
        {
            SessionVersion = MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12.Name,
        });
        yield return ("session of 1.1 over MutualCertificate10/session", new Scenario { Bootstrap = Bootstrap.MutualCertificate10, SessionVersion = MessageSecurityVersion.Default.Name });
        yield return ("BasicHttp/single", new Scenario
        {
            DropIn = DropIn.BasicHttp,
            Bootstrap = Bootstrap.MutualCertificate10,
            MessageVersion = "Soap11",
            AlgorithmSuite = "Basic128Sha256",
            InSession = false,
        });
        foreach (var version in MessageVersion.All)
        {
            var isPlain = version.Addressing == AddressingVersion.None;
            foreach (var bootstrap in Enum.GetValues<Bootstrap>().Where(_ => isPlain || version.Addressing == AddressingVersion.WSAddressingAugust2004))
            {
                if (isPlain && new Scenario { Bootstrap = bootstrap }.IsNegotiated)
                {
                    // Only the actions of WS-Addressing tell the messages of a negotiation from others.
                    continue;
                }

                yield return ($"{bootstrap}/{version.Name}/single", new Scenario { Bootstrap = bootstrap, MessageVersion = version.Name, InSession = false });
                if (!isPlain)
                {
                    yield return ($"{bootstrap}/{version.Name}/session", new Scenario { Bootstrap = bootstrap, MessageVersion = version.Name });
                }
            }
        }
    }

    private static IEnumerable<(string Name, Scenario Scenario)> Variants()
    {
        foreach (var bootstrap in Enum.GetValues<Bootstrap>())
        {
            yield return ($"{bootstrap}", new Scenario { Bootstrap = bootstrap });
            yield return ($"{bootstrap}/1.3", new Scenario { Bootstrap = bootstrap, Is13 = true });
        }

        foreach (var dropIn in (DropIn[])[DropIn.WSHttp, DropIn.WS2007Http])
        {
            foreach (var bootstrap in Enum.GetValues<Bootstrap>().Except([Bootstrap.MutualCertificate10, Bootstrap.MutualCertificateDuplex]))
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
        yield return ("timestamp first, without timestamp", new Scenario { HasTimestamp = false, Layout = SecurityHeaderLayout.LaxTimestampFirst });
        yield return ("timestamp last, without timestamp", new Scenario { HasTimestamp = false, Layout = SecurityHeaderLayout.LaxTimestampLast });
        yield return ("MutualCertificate10 with derived keys", new Scenario { Bootstrap = Bootstrap.MutualCertificate10, AlwaysDerivesKeys = true });
        yield return ("MutualCertificateDuplex with derived keys", new Scenario { Bootstrap = Bootstrap.MutualCertificateDuplex, AlwaysDerivesKeys = true });
        yield return ("streamed", new Scenario { IsStreamed = true });
        yield return ("negotiated, streamed", new Scenario { Bootstrap = Bootstrap.UserNameForSsl, IsStreamed = true });
        yield return ("negotiated, without derived keys", new Scenario { Bootstrap = Bootstrap.UserNameForSsl, DerivesKeys = false });
        foreach (var bootstrap in (Bootstrap[])[Bootstrap.SslNegotiation, Bootstrap.UserNameForSsl, Bootstrap.SslNegotiationWithCertificate])
        {
            yield return ($"{bootstrap}, in a cookie", new Scenario { Bootstrap = bootstrap, KeepsNegotiated = false });
        }
    }
}
