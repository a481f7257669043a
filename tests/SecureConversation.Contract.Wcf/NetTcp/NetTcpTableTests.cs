using System.Reflection;
using SecureConversation.Contract.Wcf.CoreWcf;
using SecureConversation.Contract.Wcf.ServiceModel;

namespace SecureConversation.Contract.Wcf.NetTcp;

/// <summary>Each test and each scenario of the contract runs over net.tcp, or has a reason why it does not.</summary>
public sealed class NetTcpTableTests
{
    private const string NoAddressing = "the binary encoding of net.tcp has WS-Addressing 1.0";
    private const string Unsecured = "EnableUnsecuredResponse is refused where messages go both ways: DuplexSessionTests.SettingThatCannotHold_IsRefusedByItsName";
    private const string OctetsChanged = "a request of HTTP is changed: over net.tcp that ends a connection, see HostileTests and DuplexSessionTests";

    private static readonly Dictionary<string, string> LeftOut = new()
    {
        ["ProtectionLevelOfAnOperation_WithoutAddressing_HoldsForTheRequest"] = NoAddressing,
        ["MessagesChangedOnTheWay_ReachNothingAndEndNoSession"] = OctetsChanged,
        ["BytesOfSomebodyElse_ReachNothingAndEndNoSession"] = OctetsChanged,
        ["LegsOfSomebodyElse_ReachNoOperation"] = "requests of HTTP are sent again: HostileTests.Connections_ThatAreReplayed_ExecuteNothing sends connections again",
        ["EachCharacterThatXmlAllows_ComesBackAsItWas"] = "a message of the engine has the same octets over each transport: Text_OfAnyPieces_ComesBackAsItWas runs",
        ["MessagesOutsideSessions_ShareWhatWasNegotiated"] = NetTcpScenarios.Single,
        ["WithoutSession_EachCallStartsAnew"] = NetTcpScenarios.Single,
        ["RestartOfTheService_IsOverWithTheNextNegotiation"] = "the session ends with its connection, however it was opened: RestartOfTheService_FailsTheCallAndANewSessionHelps runs",
        ["UnsecuredReplies_AreInClear_AndFaultsAndSessionsAreNot"] = Unsecured,
        ["UnsecuredReply_OfAService_IsRefusedByAClientThatDoesNotAllowIt"] = Unsecured,
    };

    [Fact]
    public void EachTestOfTheSuite_RunsOrHasAReason()
    {
        var suite = TestsOf(typeof(ContractSuite<CoreWcfSide, ServiceModelSide>));
        var here = TestsOf(typeof(ContractOverNetTcp));
        Assert.Equal(suite.Except(here).Order(), LeftOut.Keys.Order());
        Assert.DoesNotContain(LeftOut.Keys, here.Contains);
        Assert.All(LeftOut.Values, reason => Assert.NotEmpty(reason));
    }

    [Fact]
    public void EachScenario_RunsOrHasAReason()
    {
        var reasons = NetTcpScenarios.Names.GroupBy(name => NetTcpScenarios.WhyNot(name) ?? "runs").ToDictionary(group => group.Key, group => group.Count());
        Assert.Equal(5, reasons.Count);
        Assert.Equal(NetTcpScenarios.Running.Count, reasons["runs"]);
        Assert.True(reasons["runs"] > 40, $"only {reasons["runs"]} scenarios run");

        // What is not left out by its words is left out by nothing.
        Assert.All(NetTcpScenarios.Names.Where(name => name.EndsWith("/session", StringComparison.Ordinal)),
            name => Assert.NotEqual(NetTcpScenarios.Single, NetTcpScenarios.WhyNot(name)));
    }

    private static HashSet<string> TestsOf(Type type) =>
        [.. type.GetMethods(BindingFlags.Instance | BindingFlags.Public).Where(m => m.GetCustomAttributes<FactAttribute>().Any()).Select(m => m.Name)];
}
