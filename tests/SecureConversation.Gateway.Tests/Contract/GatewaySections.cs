using System.Text.Json.Nodes;
using SecureConversation.Binding;
using SecureConversation.Configuration;
using SecureConversation.Contract;
using SecureConversation.Contract.Sides;
using SecureConversation.Gateway.Tests.Support;

namespace SecureConversation.Gateway.Tests.Contract;

/// <summary>Scenarios in the words of the settings of the gateway.</summary>
internal static class GatewaySections
{
    public const int MaxBytes = 256 * 1024 * 1024;

    public static JsonObject Client(Scenario scenario)
    {
        var security = Binding(scenario);
        security["MaxResponseBytes"] = MaxBytes;
        security["CloseTimeout"] = "00:01:00";
        var credentials = new JsonObject
        {
            ["ClientCertificate"] = new JsonObject { ["Path"] = Files.PrivateOf(scenario.ClientCertificate) },
            ["UserName"] = new JsonObject { ["UserName"] = SecureConversation.Contract.Contract.UserName, ["Password"] = scenario.Password },
            ["ServiceCertificateValidation"] = Peers(Files.PublicOf(scenario.ExpectedService)),
        };
        if (!scenario.IsNegotiated)
        {
            credentials["ServiceCertificate"] = new JsonObject { ["Path"] = Files.PublicOf(scenario.ExpectedService) };
        }

        security["Credentials"] = credentials;
        return security;
    }

    public static JsonObject Service(Scenario scenario)
    {
        var security = Binding(scenario);
        security["MaxRequestBytes"] = MaxBytes;
        security["MaxReplyBytes"] = MaxBytes;
        security["SessionIdleTimeout"] = scenario.IdleTimeout.ToString("c");
        security["Credentials"] = new JsonObject
        {
            ["ServiceCertificate"] = new JsonObject { ["Path"] = Files.Service },
            ["ClientCertificateValidation"] = Peers(Files.ClientPublic),
        };
        return security;
    }

    private static JsonObject Peers(string path) => new()
    {
        ["Mode"] = "PeerTrust",
        ["TrustedPeople"] = new JsonArray(new JsonObject { ["Path"] = path }),
    };

    private static JsonObject Binding(Scenario scenario)
    {
        SecurityBindingElement? element = null;
        MessageSecurity? security = null;
        EngineWords.Apply(scenario, e => element = e, s => security = s);
        return JsonNode.Parse(BindingText.ToJson(
            element ?? security!.CreateSecurityBindingElement(), EngineWords.MessageVersion(scenario), EngineWords.Protection))!.AsObject();
    }
}
