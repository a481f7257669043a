using SecureConversation.Configuration.Reading;

namespace SecureConversation.Configuration.Building;

/// <summary>What several bindings have: transports, encodings, reliable sessions.</summary>
internal static class TransportParts
{
    public static ConfiguredReaderQuotas Quotas(ConfigNode node)
    {
        var quotas = node.ChildOrDefault("readerQuotas");
        return new()
        {
            MaxDepth = quotas.Get<int>("maxDepth"),
            MaxStringContentLength = quotas.Get<int>("maxStringContentLength"),
            MaxArrayLength = quotas.Get<int>("maxArrayLength"),
            MaxBytesPerRead = quotas.Get<int>("maxBytesPerRead"),
            MaxNameTableCharCount = quotas.Get<int>("maxNameTableCharCount"),
        };
    }

    /// <summary>The HTTP settings that the standard bindings have in common.</summary>
    public static ConfiguredTransport Http(ConfigNode node, bool isSecure) => new()
    {
        Kind = isSecure ? ConfiguredTransportKind.Https : ConfiguredTransportKind.Http,
        MaxReceivedMessageSize = node.Get<long>("maxReceivedMessageSize"),
        MaxBufferPoolSize = node.Get<long>("maxBufferPoolSize"),
        MaxBufferSize = WholeMessage(node),
        HostNameComparisonMode = node.Get<ConfiguredHostNameComparison>("hostNameComparisonMode"),
        ProxyAddress = node.Get<Uri?>("proxyAddress"),
        BypassProxyOnLocal = node.Flag("bypassProxyOnLocal"),
        UseDefaultWebProxy = node.Flag("useDefaultWebProxy"),
    };

    /// <summary>The size that is written; else, as in WCF, that of a whole message where messages are buffered.</summary>
    public static int BufferSize(ConfigNode node) => node.Or(
        "maxBufferSize",
        node.Get<ConfiguredTransferMode>("transferMode") == ConfiguredTransferMode.Buffered ? WholeMessage(node) : 65536);

    private static int WholeMessage(ConfigNode node) => (int)Math.Min(node.Get<long>("maxReceivedMessageSize"), int.MaxValue);

    /// <summary>Text or MTOM, as the standard bindings say it.</summary>
    public static ConfiguredEncoding HttpEncoding(ConfigNode node) => new()
    {
        Kind = node.Get<ConfiguredEncodingKind>("messageEncoding"),
        WriteEncoding = node.Text("textEncoding"),
        ReaderQuotas = Quotas(node),
    };

    public static ConfiguredReliableSession? Reliable(ConfigNode node, string version, bool always = false)
    {
        var session = node.ChildOrDefault("reliableSession");
        if (!always && !session.Flag("enabled"))
        {
            session.NoteWithoutEffect("The reliable session is not enabled.", "ordered", "inactivityTimeout");
            return null;
        }

        return new()
        {
            Ordered = session.Flag("ordered"),
            InactivityTimeout = session.Get<TimeSpan>("inactivityTimeout"),
            ReliableMessagingVersion = version,
        };
    }

    /// <summary>Applies the credentials of <c>security/transport</c> where the mode uses them, and notes them where not.</summary>
    public static ConfiguredTransport Credentials(ConfiguredTransport transport, ConfigNode security, bool isUsed)
    {
        var node = security.ChildOrDefault("transport");
        if (!isUsed)
        {
            node.NoteWithoutEffect(
                $"The mode {security.Get<ConfiguredSecurityMode>("mode")} uses no credential of the transport.",
                "clientCredentialType",
                "proxyCredentialType",
                "realm");
            return transport;
        }

        return transport with
        {
            ClientCredentialType = node.Get<ConfiguredTransportCredential>("clientCredentialType"),
            ProxyCredentialType = node.Get<ConfiguredTransportCredential>("proxyCredentialType"),
            Realm = node.Text("realm"),
        };
    }

    /// <summary>Notes message settings where the mode uses none.</summary>
    public static void NoteMessage(ConfigNode security, params string[] attributes) =>
        security.Child("message")?.NoteWithoutEffect(
            $"The mode {security.Get<ConfiguredSecurityMode>("mode")} has no message security.", attributes);
}
