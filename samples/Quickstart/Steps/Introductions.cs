
namespace Quickstart.Steps;

/// <summary>Who takes part.</summary>
internal static class Introductions
{
    public static void Tell(Report report, People people)
    {
        report.Step("Certificates, made for this run");
        report.Table(["who", "certificate", "issuer", "thumbprint", "key"],
            Row("client", people.Client), Row("service", people.Service), Row("impostor", people.Impostor));
        report.Say("Client and service trust the quickstart authority and nobody else; the client knows the certificate of the service beforehand.");
        report.Check(people.Client.Certificate.Subject == people.Impostor.Certificate.Subject, "The impostor has Alice's name, but another key and another issuer.");
    }

    private static string[] Row(string who, Identity identity) =>
        [who, identity.Certificate.Subject, identity.Certificate.Issuer, Show.Short(identity.Certificate.Thumbprint), $"RSA {identity.Key.KeySize}"];
}
