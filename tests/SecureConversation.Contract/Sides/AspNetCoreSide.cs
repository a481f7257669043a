using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation.AspNetCore;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Contract.Sides;

/// <summary>The service in SecureConversation.AspNetCore.</summary>
public sealed class AspNetCoreSide : IServiceSide
{
    public async Task<IContractService> StartAsync(Scenario scenario)
    {
        var probe = new ServiceProbe();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current).SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, scenario.Port);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        builder.Services.AddSingleton(Cookies);
        builder.Services.AddSecureConversation(options =>
        {
            EngineWords.Apply(scenario, element => options.Binding = element, security => options.MessageSecurity = security);
            options.ReliableSession = EngineWords.Reliable(scenario);
            options.MessageVersion = EngineWords.MessageVersion(scenario);
            options.ProtectionRequirements = EngineWords.Protection;
            options.MessageEncoding = scenario.Encoding;
            options.Credentials = Credentials;
            options.MaxRequestBytes = 256 * 1024 * 1024;
            options.MaxReplyBytes = 256 * 1024 * 1024;
            options.SessionIdleTimeout = scenario.IdleTimeout;
            options.SessionClosed = _ => probe.SessionEnded.Release();
        });
        var app = builder.Build();
        app.Use(probe.Tap);
        app.MapSecureConversation("/contract", context => HandleAsync(context, probe));
        await app.StartAsync();
        return new KestrelContractService(app, probe);
    }

    /// <summary>What protects the cookies of a service.</summary>
    public static ISecurityStateEncoder Cookies => new DataProtectionSecurityStateEncoder(new EphemeralDataProtectionProvider().CreateProtector("contract"));

    private static ServiceCredentials Credentials => new()
    {
        ServiceCertificate = new X509Credential(TestCertificates.Service),
        ClientCertificateValidation = new() { Mode = X509CertificateValidationMode.PeerTrust, TrustedPeople = { TestCertificates.Client } },
        UserNamePasswordValidator = UserNamePasswordValidator.Create((user, password) => user == Contract.UserName && password == Contract.Password),
    };

    private static Task<SoapReply> HandleAsync(SecureConversationContext context, ServiceProbe probe)
    {
        probe.OnCall();
        using var reader = context.CreateBodyReader();
        var body = (XElement)XNode.ReadFrom(reader);
        string Text(string name) => body.Element(XName.Get(name, Contract.Namespace))!.Value;
        double Number(string name) => double.Parse(Text(name), CultureInfo.InvariantCulture);
        object? result = body.Name.LocalName switch
        {
            "Add" => Number("a") + Number("b"),
            "Echo" or "Signed" => Text("text"),
            "Divide" when Number("b") == 0 => throw new SoapFaultException("No division by zero.")
            {
                Subcode = new XmlQualifiedName("DivideByZero", Contract.Namespace),
                Action = Contract.ActionPrefix + "DivideMathFaultFault",
                WriteDetail = writer => new XElement(XName.Get("MathFault", Contract.Namespace), new XElement(XName.Get("Reason", Contract.Namespace), "zero")).WriteTo(writer),
            },
            "Divide" => Number("a") / Number("b"),
            "Fail" => throw new InvalidOperationException(Contract.Secret),
            "Count" => Count(context.Session),
            "WhoAmI" => $"{context.User.Identity?.Name}\n{context.Session?.Id}",
            "Notify" => null,
            _ => throw new SoapFaultException($"No operation {body.Name}."),
        };
        if (result is null)
        {
            probe.OnNotified(Text("text"));
            return Task.FromResult(SoapReply.None);
        }

        var name = body.Name.LocalName;
        return Task.FromResult(SoapReply.FromBody($"{Contract.ActionPrefix}{name}Response", writer =>
            new XElement(XName.Get(name + "Response", Contract.Namespace), new XElement(XName.Get(name + "Result", Contract.Namespace), result)).WriteTo(writer)));
    }

    private static int Count(ServiceSession? session)
    {
        var count = session is not null && session.Items.TryGetValue(nameof(Count), out var before) ? (int)before! + 1 : 1;
        if (session is not null)
        {
            session.Items[nameof(Count)] = count;
        }

        return count;
    }
}

/// <summary>Scenarios in the words of the engine.</summary>
internal static class EngineWords
{
    public static ChannelProtectionRequirements Protection { get; } = ChannelProtectionRequirements.Default
        .WithRequest(Contract.SignedAction, ProtectionLevel.Sign)
        .WithReply(Contract.SignedAction + "Response", ProtectionLevel.Sign);

    public static MessageVersion MessageVersion(Scenario scenario) => Binding.MessageVersion.All.Single(version => version.Name == scenario.MessageVersion);

    public static ReliableSessionBindingElement? Reliable(Scenario scenario) =>
        scenario.ReliableSession is { } version ? new() { ReliableMessagingVersion = version } : null;

    public static void Apply(Scenario scenario, Action<SecurityBindingElement> element, Action<MessageSecurity> dropIn)
    {
        if (scenario.DropIn is null or DropIn.BasicHttp)
        {
            element(scenario.DropIn is null ? Element(scenario) : Basic(scenario));
            return;
        }

        dropIn(new MessageSecurity
        {
            ClientCredentialType = scenario.CredentialType,
            EstablishSecurityContext = scenario.InSession,
            NegotiateServiceCredential = scenario.IsNegotiated,
            AlgorithmSuite = SecurityAlgorithmSuite.Parse(scenario.AlgorithmSuite),
            MessageSecurityVersion = Version(scenario),
        });
    }

    private static SecurityBindingElement Basic(Scenario scenario) => new BasicHttpMessageSecurity
    {
        ClientCredentialType = scenario.CredentialType,
        AlgorithmSuite = SecurityAlgorithmSuite.Parse(scenario.AlgorithmSuite),
    }.CreateSecurityBindingElement(isSecureTransportMode: false);

    private static SecurityBindingElement Element(Scenario scenario)
    {
        var single = Common(scenario.Bootstrap switch
        {
            Bootstrap.MutualCertificate or Bootstrap.MutualCertificate10 =>
                SecurityBindingElement.CreateMutualCertificateBindingElement(Version(scenario), allowSerializedSigningTokenOnReply: true),
            Bootstrap.MutualCertificateDuplex =>
                SecurityBindingElement.CreateMutualCertificateDuplexBindingElement(Version(scenario)) with { AllowSerializedSigningTokenOnReply = true },
            Bootstrap.Anonymous => SecurityBindingElement.CreateAnonymousForCertificateBindingElement(),
            Bootstrap.UserName => SecurityBindingElement.CreateUserNameForCertificateBindingElement(),
            Bootstrap.UserNameForSsl => SecurityBindingElement.CreateUserNameForSslBindingElement(scenario.KeepsNegotiated),
            Bootstrap.SslNegotiation or Bootstrap.SslNegotiationWithCertificate => SecurityBindingElement.CreateSslNegotiationBindingElement(
                requireClientCertificate: scenario.Bootstrap == Bootstrap.SslNegotiationWithCertificate, scenario.KeepsNegotiated),
            _ => throw new ArgumentOutOfRangeException(nameof(scenario)),
        }, scenario);
        var element = scenario.InSession
            ? Common(SecurityBindingElement.CreateSecureConversationBindingElement(single), scenario) with
            {
                MessageSecurityVersion = scenario.SessionVersion is { } own ? MessageSecurityVersion.Parse(own) : Version(scenario),
            }
            : single;
        return element with { EnableUnsecuredResponse = scenario.HasUnsecuredReplies };
    }

    private static LocalServiceSecuritySettings WithKeyLife(LocalServiceSecuritySettings settings, TimeSpan? life) =>
        life is { } time ? settings with { SessionKeyRenewalInterval = time, SessionKeyRolloverInterval = time } : settings;

    private static SecurityBindingElement Common(SecurityBindingElement element, Scenario scenario)
    {
        var common = element with
        {
            DefaultAlgorithmSuite = SecurityAlgorithmSuite.Parse(scenario.AlgorithmSuite),
            MessageSecurityVersion = Version(scenario),
            SecurityHeaderLayout = scenario.Layout,
            MessageProtectionOrder = scenario.Order,
            KeyEntropyMode = scenario.Entropy,
            IncludeTimestamp = scenario.HasTimestamp,
            // Each side sets its own; this element is used for both.
            LocalClientSettings = element.LocalClientSettings with { DetectReplays = scenario.HasTimestamp },
            LocalServiceSettings = WithKeyLife(element.LocalServiceSettings with { DetectReplays = scenario.HasTimestamp }, scenario.KeyLife),
        };
        return scenario.AlwaysDerivesKeys ? common.SetKeyDerivation(true) : scenario.DerivesKeys ? common : common.SetKeyDerivation(false);
    }

    private static MessageSecurityVersion Version(Scenario scenario) =>
        (MessageSecurityVersion)typeof(MessageSecurityVersion).GetProperty(scenario.SecurityVersion)!.GetValue(null)!;
}
