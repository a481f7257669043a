using System.Diagnostics.CodeAnalysis;

namespace SecureConversation.Configuration;

/// <summary>Who protects messages: the modes of all standard bindings of WCF.</summary>
public enum ConfiguredSecurityMode
{
    /// <summary>Nobody.</summary>
    None,
    /// <summary>The transport.</summary>
    Transport,
    /// <summary>Messages themselves.</summary>
    Message,
    /// <summary>The transport; the credential of the client stands in the message.</summary>
    TransportWithMessageCredential,
    /// <summary>Nobody; the client has a credential of HTTP.</summary>
    TransportCredentialOnly,
}

/// <summary>The transports of WCF that are read.</summary>
public enum ConfiguredTransportKind
{
    /// <summary>HTTP.</summary>
    Http,
    /// <summary>HTTP over TLS.</summary>
    Https,
    /// <summary>net.tcp.</summary>
    Tcp,
    /// <summary>net.pipe.</summary>
    NamedPipe,
}

/// <summary>The credential of the client in the transport.</summary>
public enum ConfiguredTransportCredential
{
    /// <summary>None.</summary>
    None,
    /// <summary>Basic authentication of HTTP.</summary>
    Basic,
    /// <summary>Digest authentication of HTTP.</summary>
    Digest,
    /// <summary>NTLM authentication of HTTP.</summary>
    Ntlm,
    /// <summary>A Windows account.</summary>
    Windows,
    /// <summary>A certificate in TLS.</summary>
    Certificate,
    /// <summary>Whatever the host of the service takes (IIS).</summary>
    InheritedFromHost,
    /// <summary>Negotiate authentication of HTTP: authenticationScheme of a transport element.</summary>
    Negotiate,
    /// <summary>Integrated Windows authentication of HTTP: authenticationScheme of a transport element.</summary>
    IntegratedWindowsAuthentication,
}

/// <summary>Whether messages are buffered or streamed.</summary>
public enum ConfiguredTransferMode
{
    /// <summary>Both directions are buffered.</summary>
    Buffered,
    /// <summary>Both directions are streamed.</summary>
    Streamed,
    /// <summary>Requests are streamed.</summary>
    StreamedRequest,
    /// <summary>Replies are streamed.</summary>
    StreamedResponse,
}

/// <summary>How the host name of an address is compared.</summary>
public enum ConfiguredHostNameComparison
{
    /// <summary>Any host name.</summary>
    StrongWildcard,
    /// <summary>This host name.</summary>
    Exact,
    /// <summary>Any host name that nobody else takes.</summary>
    WeakWildcard,
}

/// <summary>The encodings of WCF that are read.</summary>
public enum ConfiguredEncodingKind
{
    /// <summary>XML text.</summary>
    Text,
    /// <summary>MTOM.</summary>
    Mtom,
    /// <summary>The binary format of .NET ([MC-NBFX], [MC-NBFSE]).</summary>
    Binary,
}

/// <summary>How much a stream upgrade of net.tcp or a named pipe protects.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "The name of WCF.")]
public enum ConfiguredStreamProtection
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>It signs.</summary>
    Sign,
    /// <summary>It encrypts and signs.</summary>
    EncryptAndSign,
}
