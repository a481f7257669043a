using System.Xml.Linq;
using SecureConversation.Binding;

namespace SecureConversation.Policy.Assertions;

/// <summary>The names of one version of WS-SecurityPolicy.</summary>
internal sealed class SpVersion
{
    private SpVersion(XNamespace ns, bool isOasis)
    {
        Namespace = ns;
        IsOasis = isOasis;
    }

    public static SpVersion V11 { get; } = new(Namespaces.Sp11, isOasis: false);

    public static SpVersion V12 { get; } = new(Namespaces.Sp12, isOasis: true);

    public XNamespace Namespace { get; }

    /// <summary>Whether it is 1.2 of OASIS. It goes with WS-Trust 1.3 and WS-SecureConversation 1.3, as WCF has them.</summary>
    public bool IsOasis { get; }

    public XName Trust => Namespace + (IsOasis ? "Trust13" : "Trust10");

    public XNamespace TrustNamespace => IsOasis ? Namespaces.Trust13 : Namespaces.Trust10;

    /// <summary>WS-SecurityPolicy 1.1 has no such assertion, so WCF made one.</summary>
    public XName MustNotSendCancel => (IsOasis ? Namespace : Namespaces.Mssp) + "MustNotSendCancel";

    public XName SecurityContextToken => Namespace + (IsOasis ? "SC13SecurityContextToken" : "SC10SecurityContextToken");

    public XName Name(string local) => Namespace + local;

    public string IncludeToken(string mode) => $"{Namespace.NamespaceName}/IncludeToken/{mode}";

    public static SpVersion Of(MessageSecurityVersion version) => version.TrustVersion == TrustVersion.Trust13 ? V12 : V11;

    /// <summary>The version of an alternative: WCF asks whether any assertion is of 1.1, then of 1.2.</summary>
    public static SpVersion? Of(IEnumerable<XNamespace> namespaces)
    {
        var all = namespaces.ToList();
        return all.Contains(Namespaces.Sp11) ? V11 : all.Contains(Namespaces.Sp12) ? V12 : null;
    }

    /// <summary>The version of MessageSecurityVersion: that of the policy, and WS-Security by sp:Wss10 or sp:Wss11.</summary>
    public MessageSecurityVersion Messages(SecurityVersion security) => (IsOasis, security) switch
    {
        (false, SecurityVersion.WSSecurity10) =>
            MessageSecurityVersion.WSSecurity10WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10,
        (false, _) =>
            MessageSecurityVersion.WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10,
        (true, SecurityVersion.WSSecurity10) =>
            MessageSecurityVersion.WSSecurity10WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10,
        (true, _) => MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10,
    };
}
