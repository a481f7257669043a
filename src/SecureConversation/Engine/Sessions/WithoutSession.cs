using System.Diagnostics.CodeAnalysis;
using System.Text;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Sessions;

/// <summary>
/// Says why a message names no session of this service's version. All causes get the same fault, so that only the log tells them apart:
/// the client has other versions than the service, or a binding without sessions.
/// </summary>
internal static class WithoutSession
{
    /// <exception cref="SecurityFailureException">Always.</exception>
    [DoesNotReturn]
    public static SecurityContextToken Refuse(SoapEnvelope wire, ProtocolVersion protocol)
    {
        if (wire.FindOtherAddressing() is { IsNull: false } block)
        {
            Fail.With(FailureCode.AddressingVersionMismatch, "header block", block.Describe(),
                wire.Names.HasAddressing ? $"namespace {wire.Names.Addressing} (MessageVersion {wire.Names.Version})"
                    : $"no WS-Addressing (MessageVersion {wire.Names.Version})");
        }

        var other = protocol == ProtocolVersion.V13 ? ProtocolVersion.February2005 : ProtocolVersion.V13;
        var (found, isOther) = (wire.FindSecurity().FirstChild, false);
        while (!found.IsNull && !isOther)
        {
            isOther = found.Is(other.SecurityContextToken) || found.Is(other.DerivedKeyToken);
            found = isOther ? found : found.NextSibling;
        }

        var action = wire.FindText(wire.Names.Action);
        if (isOther || MessageKinds.IsSessionRequest(action, other))
        {
            Fail.With(FailureCode.SessionVersionMismatch, isOther ? "child of wsse:Security" : "wsa:Action",
                isOther ? found.Describe() : action,
                $"namespace {protocol.ScNamespace} or {protocol.TrustNamespace} (MessageSecurityVersion)");
        }

        return Fail.With<SecurityContextToken>(
            FailureCode.SessionMissing, "wsc:SecurityContextToken", Children(wire), "a wsc:SecurityContextToken");
    }

    private static string Children(SoapEnvelope wire)
    {
        const int most = 12;
        var names = new List<string>();
        foreach (var child in wire.FindSecurity().Children)
        {
            if (names.Count == most)
            {
                names.Add("...");
                break;
            }

            names.Add(Encoding.UTF8.GetString(child.LocalName));
        }

        return names.Count == 0 ? "an empty wsse:Security" : string.Join(", ", names);
    }
}
