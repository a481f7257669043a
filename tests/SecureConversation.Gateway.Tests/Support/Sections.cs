using System.Text.Json.Nodes;

namespace SecureConversation.Gateway.Tests.Support;

/// <summary>Sections of settings that most tests have.</summary>
internal static class Sections
{
    public const string Secret = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    public static JsonObject Session(string credential = "Certificate", bool inSession = true) => new()
    {
        ["ClientCredentialType"] = credential,
        ["NegotiateServiceCredential"] = false,
        ["EstablishSecurityContext"] = inSession,
        ["AlgorithmSuite"] = "Basic256Sha256",
    };

    public static JsonObject ClientSecurity(string credential = "Certificate", bool inSession = true) => new()
    {
        ["MessageSecurity"] = Session(credential, inSession),
        ["Credentials"] = new JsonObject
        {
            ["ClientCertificate"] = new JsonObject { ["Path"] = Files.Client },
            ["ServiceCertificate"] = new JsonObject { ["Path"] = Files.ServicePublic },
            ["ServiceCertificateValidation"] = Trust(),
        },
    };

    public static JsonObject ServiceSecurity(string credential = "Certificate", bool inSession = true) => new()
    {
        ["MessageSecurity"] = Session(credential, inSession),
        ["FailureAnswers"] = new JsonObject { ["Step"] = "00:00:00" },
        ["Credentials"] = new JsonObject
        {
            ["ServiceCertificate"] = new JsonObject { ["Path"] = Files.Service },
            ["ClientCertificateValidation"] = Trust(),
        },
    };

    public static JsonObject Outward(Uri address, JsonObject? security = null) =>
        new() { ["Path"] = "/orders", ["Address"] = address.AbsoluteUri, ["Security"] = security ?? ClientSecurity() };

    public static JsonObject Inward(Uri address, JsonObject? security = null) =>
        new() { ["Path"] = "/orders", ["Address"] = address.AbsoluteUri, ["Security"] = security ?? ServiceSecurity() };

    public static JsonObject GatewayOutward(Uri address, Action<JsonObject>? change = null, JsonObject? security = null)
    {
        var route = Outward(address, security);
        change?.Invoke(route);
        return new JsonObject { ["Outward"] = new JsonObject { ["orders"] = route } };
    }

    public static JsonObject GatewayInward(Uri address, Action<JsonObject>? change = null, JsonObject? security = null)
    {
        var route = Inward(address, security);
        change?.Invoke(route);
        return new JsonObject
        {
            ["Identity"] = new JsonObject { ["SharedSecret"] = Secret },
            ["Inward"] = new JsonObject { ["orders"] = route },
        };
    }

    private static JsonObject Trust() => new()
    {
        ["RevocationMode"] = "NoCheck",
        ["CustomTrustRoots"] = new JsonArray(new JsonObject { ["Path"] = Files.Authority }),
    };
}
