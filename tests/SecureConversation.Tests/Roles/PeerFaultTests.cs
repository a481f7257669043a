using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Roles;

/// <summary>What a client makes of the fault of a peer. An application chooses its codes itself, and anybody on the way can write a fault.</summary>
public sealed class PeerFaultTests
{
    private const string Application = "urn:licences";

    /// <summary>The namespaces in which WCF sends these codes: its handshakes use those of WS-Trust.</summary>
    [Theory]
    [InlineData(Ns.ScFebruary2005, "BadContextToken", SecureConversationFailure.BadContextToken)]
    [InlineData(Ns.Sc13, "BadContextToken", SecureConversationFailure.BadContextToken)]
    [InlineData(Ns.ScFebruary2005, "RenewNeeded", SecureConversationFailure.BadContextToken)]
    [InlineData(Ns.Sc13, "RenewNeeded", SecureConversationFailure.BadContextToken)]
    [InlineData(Ns.Wsse, "FailedAuthentication", SecureConversationFailure.FailedAuthentication)]
    [InlineData(Ns.TrustFebruary2005, "FailedAuthentication", SecureConversationFailure.FailedAuthentication)]
    [InlineData(Ns.Trust13, "FailedAuthentication", SecureConversationFailure.FailedAuthentication)]
    [InlineData(Ns.DotNetSecurity, "ServerTooBusy", SecureConversationFailure.ServerTooBusy)]
    [InlineData(Ns.Wsa10, "EndpointUnavailable", SecureConversationFailure.EndpointUnavailable)]
    [InlineData(Application, "EndpointUnavailable", SecureConversationFailure.PeerRefusal)]
    [InlineData(Ns.Wsse, "InvalidSecurity", SecureConversationFailure.PeerRefusal)]
    [InlineData(Ns.Wsse, "BadContextToken", SecureConversationFailure.PeerRefusal)]
    [InlineData(Application, "BadContextToken", SecureConversationFailure.PeerRefusal)]
    [InlineData(Application, "RenewNeeded", SecureConversationFailure.PeerRefusal)]
    [InlineData(Application, "FailedAuthentication", SecureConversationFailure.PeerRefusal)]
    [InlineData(Application, "ServerTooBusy", SecureConversationFailure.PeerRefusal)]
    [InlineData(Application + "}{" + Ns.Sc13, "BadContextToken", SecureConversationFailure.PeerRefusal)]
    [InlineData("", "BadContextToken", SecureConversationFailure.PeerRefusal)]
    public async Task CodeOfAFault_MeansSomethingInItsNamespaceOnly(string uri, string name, SecureConversationFailure expected)
    {
        foreach (var binding in new[] { "mutualcert//session", "soap11/mutualcert//session" })
        {
            Assert.Equal(expected, (await FaultAsync(binding, uri, name, "r")).Failure);
        }
    }

    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("soap11/mutualcert//session")]
    public async Task TextsOfAFault_AreCut(string binding)
    {
        var e = await FaultAsync(binding, new string('u', 1 << 20), new string('n', 1 << 20), new string('r', 1 << 20));
        Assert.InRange(e.Message.Length, 2048, (3 * 2048) + 200);
        Assert.Equal(2048, e.Fault!.Reason.Length);
        Assert.Equal(2048 + 2 + 2046, e.Fault.Subcode!.Length);

        // The prefix f and a colon count as a part of the name.
        Assert.Equal($"{{{new string('u', 2048)}}}{new string('n', 2046)}", e.Fault.Subcode);
        Assert.InRange(e.Fault.Code.Length, 1, 2048);
    }

    /// <summary>Cut between the halves of a surrogate pair it would be no text, and no serializer would take it.</summary>
    [Theory]
    [InlineData("", "\U0001F600", 2048)]
    [InlineData("r", "\U0001F600", 2047)]
    [InlineData("  \r\n r", "\u20AC", 2048)]
    [InlineData("r", "\u00E9", 2048)]
    public async Task TextOfAFault_IsCutBetweenCharacters(string start, string text, int length)
    {
        var reason = (await FaultAsync("mutualcert//session", "urn:x", "x", start + string.Concat(Enumerable.Repeat(text, 3000)))).Fault!.Reason;
        Assert.Equal(length, reason.Length);
        Assert.EndsWith(text, reason, StringComparison.Ordinal);
        Assert.Equal((start + string.Concat(Enumerable.Repeat(text, 3000))).TrimStart()[..length], reason);
    }

    /// <summary>The exception for a fault without security.</summary>
    private static async Task<SecureConversationException> FaultAsync(string binding, string uri, string name, string reason)
    {
        using var loopback = new Loopback(Bindings.Create(binding.Replace("soap11/", "", StringComparison.Ordinal),
            version: binding.StartsWith("soap11/", StringComparison.Ordinal) ? MessageVersion.Soap11WSAddressing10 : null));
        using var session = await loopback.OpenAsync();
        using var request = session.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        var declaration = uri.Length == 0 ? "" : $" xmlns:f=\"{uri}\"";
        var code = uri.Length == 0 ? name : "f:" + name;
        var fault = loopback.Binding.MessageVersion == MessageVersion.Soap11WSAddressing10
            ? $"<faultcode{declaration}>{code}</faultcode><faultstring>{reason}</faultstring>"
            : $"<s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value{declaration}>{code}</s:Value></s:Subcode></s:Code>"
                + $"<s:Reason><s:Text xml:lang=\"en\">{reason}</s:Text></s:Reason>";
        var envelope = TestEnvelope.Create(loopback.Binding.MessageVersion, null, $"<s:Fault>{fault}</s:Fault>");
        return Assert.Throws<SecureConversationException>(() => request.VerifyReply(envelope));
    }
}
