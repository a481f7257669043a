using SecureConversation.Configuration;

namespace SecureConversation.Cli.Migration;

/// <summary>What a package does not make of a file, whatever the security. The package says so when it reads the file.</summary>
internal static class FileLimits
{
    public const string OfClients = "SecureConversation.ServiceModel";
    public const string OfServices = "SecureConversation.CoreWCF";

    /// <summary>Why a package refuses a binding, and what to do; null where it does not.</summary>
    /// <param name="package">The package of the side that has the binding.</param>
    /// <param name="binding">The binding of the file.</param>
    public static (Verdict Verdict, string Reason, string Remedy)? Of(string package, ConfiguredBinding binding)
    {
        var isService = package == OfServices;
        return binding.Kind switch
        {
            "wsDualHttpBinding" => (Verdict.NotOffered, "No stack of .NET has it: the service would have to connect to its clients.",
                "Use netTcpBinding on both sides, which has callbacks, or wsHttpBinding and let clients ask."),
            "netNamedPipeBinding" => (Verdict.NotOffered, "Neither this library nor its stacks make it of a file.",
                "Use wsHttpBinding, ws2007HttpBinding, basicHttpBinding or customBinding on both sides."),
            "netTcpBinding" when isService => (Verdict.Changes, "net.tcp needs a port of its own, which code says.",
                "Call UseNetTcp and add this endpoint in code, or take a binding over HTTP."),
            "netTcpBinding" when package == OfClients && binding.ReliableSession is not null => (Verdict.NotOffered,
                "Reliable sessions over net.tcp are not made from files.", "Take reliableSession out on both sides."),
            "customBinding" when binding.CompositeDuplex || binding.OneWay => (Verdict.NotOffered,
                $"No stack of .NET has a {(binding.OneWay ? "oneWay" : "compositeDuplex")} element.",
                "Take it out on both sides, and let clients ask for what the service would send."),
            "customBinding" when binding.Transport.Kind is not (ConfiguredTransportKind.Http or ConfiguredTransportKind.Https) =>
                (Verdict.Changes, $"A customBinding over {binding.Transport.Scheme} is not made from files.",
                    "Use httpTransport or httpsTransport, or make the binding in code."),
            "wsFederationHttpBinding" or "ws2007FederationHttpBinding" when isService && binding.ReliableSession is not null => (
                Verdict.NotOffered, "Bindings of federation have no reliable sessions at CoreWCF.",
                "Take reliableSession out on both sides, or use a customBinding with it."),
            "wsHttpBinding" or "ws2007HttpBinding" when isService && !IsUtf8(binding) => (Verdict.NotOffered,
                $"textEncoding=\"{binding.Encoding.WriteEncoding}\" is not offered by WSHttpBinding of CoreWCF.",
                "Write utf-8, or a customBinding with textMessageEncoding."),
            _ when isService && binding is { ReliableSession: not null, SecurityMode: not ConfiguredSecurityMode.Message } => (
                Verdict.NotOffered, "CoreWCF has no reliable sessions, and those of this library need message security.",
                "Set the mode to Message, or take reliableSession out, on both sides."),
            _ => null,
        };
    }

    private static bool IsUtf8(ConfiguredBinding binding) =>
        binding.Encoding.WriteEncoding.Equals("utf-8", StringComparison.OrdinalIgnoreCase);
}
