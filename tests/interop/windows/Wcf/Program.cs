using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IdentityModel.Selectors;
using System.IdentityModel.Tokens;
using System.IO;
using System.Linq;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.ServiceModel;
using System.ServiceModel.Description;
using System.ServiceModel.Security;

// The services and clients of WCF for README.md beside this folder.
internal static class Program
{
    private const string Wcf = "http://localhost:8731/Design_Time_Addresses/negotiation/";
    private const string Ours = "http://localhost:5085/";

    private static int Main(string[] args)
    {
        if (args.Length != 3 || args[0] != "all")
        {
            Console.Error.WriteLine("all OUT OURS.EXE");
            return 2;
        }

        ServicePointManager.Expect100Continue = false;
        var (folder, ours) = (args[1], args[2]);
        var table = new List<string> { "binding                    wcf-to-wcf  ours-to-wcf  wcf-to-ours" };
        foreach (var name in Names())
        {
            Directory.CreateDirectory(Path.Combine(folder, "wcf", name));
            var cells = new[]
            {
                Attempt(folder, name, "wcf-to-wcf", () => WithService(folder, name, () => Call(folder, name, Wcf + name, record: true))),
                Attempt(folder, name, "ours-to-wcf", () => WithService(folder, name, () => Run(ours, "call", name, Wcf + name, folder))),
                Attempt(folder, name, "wcf-to-ours", () => WithOurs(ours, folder, name, () => Call(folder, name, Ours + name, record: false))),
            };
            table.Add(name.PadRight(27) + string.Join("  ", cells.Select(cell => cell.PadRight(11))));
            Console.WriteLine(table[table.Count - 1]);
        }

        File.WriteAllLines(Path.Combine(folder, "table.txt"), table);
        return 0;
    }

    private static IEnumerable<string> Names() =>
        from version in new[] { "2005", "2007" }
        from credential in new[] { "None", "UserName", "Certificate", "Windows" }
        from shape in new[] { "session", "single" }
        select version + "-" + credential + "-" + shape;

    private static WSHttpBinding Create(string name)
    {
        var parts = name.Split('-');
        var binding = parts[0] == "2007" ? new WS2007HttpBinding(SecurityMode.Message) : new WSHttpBinding(SecurityMode.Message);
        binding.Security.Message.ClientCredentialType = (MessageCredentialType)Enum.Parse(typeof(MessageCredentialType), parts[1]);
        binding.Security.Message.EstablishSecurityContext = parts[2] == "session";
        return binding;
    }

    private static void WithService(string folder, string name, Action action)
    {
        using (var host = new ServiceHost(typeof(Echo)))
        {
            var endpoint = host.AddServiceEndpoint(typeof(IEcho), Create(name), Wcf + name);
            host.Credentials.ServiceCertificate.Certificate = Load(folder, "service");
            host.Credentials.ClientCertificate.Authentication.CertificateValidationMode = X509CertificateValidationMode.Custom;
            host.Credentials.ClientCertificate.Authentication.CustomCertificateValidator = new SameAs(Load(folder, "client"));
            host.Credentials.UserNameAuthentication.UserNamePasswordValidationMode = UserNamePasswordValidationMode.Custom;
            host.Credentials.UserNameAuthentication.CustomUserNamePasswordValidator = new OneUser();
            host.Description.Behaviors.Find<ServiceDebugBehavior>().IncludeExceptionDetailInFaults = true;
            host.Open();
            action();
        }
    }

    private static void WithOurs(string ours, string folder, string name, Action action)
    {
        using (var process = Start(ours, "serve", name, Ours + name, folder))
        {
            try
            {
                if (process.StandardOutput.ReadLine() != "ready")
                {
                    throw new InvalidOperationException("The service did not start: " + process.StandardError.ReadToEnd());
                }

                action();
            }
            finally
            {
                process.Kill();
            }
        }
    }

    private static void Call(string folder, string name, string address, bool record)
    {
        var identity = name.Contains("Windows") ? null : EndpointIdentity.CreateDnsIdentity("localhost");
        var to = new EndpointAddress(new Uri(address), identity);
        var factory = new ChannelFactory<IEcho>(Create(name), to);
        factory.Credentials.ServiceCertificate.Authentication.CertificateValidationMode = X509CertificateValidationMode.Custom;
        factory.Credentials.ServiceCertificate.Authentication.CustomCertificateValidator = new SameAs(Load(folder, "service"));
        factory.Credentials.ClientCertificate.Certificate = Load(folder, "client");
        factory.Credentials.UserName.UserName = "alice";
        factory.Credentials.UserName.Password = "secret";
        using (var proxy = record ? new Recorder(Path.Combine(folder, "wcf", name), address) : null)
        {
            var channel = proxy is null ? factory.CreateChannel() : factory.CreateChannel(to, proxy.Address);
            for (var i = 0; i < 2; i++)
            {
                if (channel.Say("hello") != "hello")
                {
                    throw new InvalidOperationException("Another answer.");
                }
            }

            ((IClientChannel)channel).Close();
            factory.Close();
        }
    }

    private static string Attempt(string folder, string name, string what, Action action)
    {
        try
        {
            action();
            return "ok";
        }
        catch (Exception e)
        {
            File.WriteAllText(Path.Combine(folder, what + "-" + name + ".txt"), e.ToString());
            return e.GetType().Name;
        }
    }

    private static void Run(string ours, params string[] arguments)
    {
        using (var process = Start(ours, arguments))
        {
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException(error);
            }
        }
    }

    private static Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program)
    {
        Arguments = string.Join(" ", arguments.Select(a => "\"" + a + "\"")),
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    });

    private static X509Certificate2 Load(string folder, string name) =>
        new X509Certificate2(Path.Combine(folder, "certificates", name + ".pfx"), "test", X509KeyStorageFlags.UserKeySet);

    private sealed class SameAs : X509CertificateValidator
    {
        private readonly X509Certificate2 _expected;

        public SameAs(X509Certificate2 expected) => _expected = expected;

        public override void Validate(X509Certificate2 certificate)
        {
            if (!certificate.RawData.SequenceEqual(_expected.RawData))
            {
                throw new SecurityTokenValidationException("Another certificate.");
            }
        }
    }

    private sealed class OneUser : UserNamePasswordValidator
    {
        public override void Validate(string userName, string password)
        {
            if (userName != "alice" || password != "secret")
            {
                throw new SecurityTokenValidationException("Another user.");
            }
        }
    }
}

[ServiceContract(Namespace = "urn:negotiation", Name = "Echo")]
public interface IEcho
{
    [OperationContract(Action = "urn:negotiation/Say", ReplyAction = "urn:negotiation/SayResponse")]
    string Say(string text);
}

public sealed class Echo : IEcho
{
    public string Say(string text) => text;
}
