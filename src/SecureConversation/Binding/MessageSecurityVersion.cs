using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;

namespace SecureConversation.Binding;

/// <summary>
/// A set of versions of WS-Security, WS-Trust, WS-SecureConversation and WS-SecurityPolicy that WCF offers together.
/// The names are those of WCF, in code and in configuration files.
/// </summary>
[TypeConverter(typeof(MessageSecurityVersionConverter))]
public sealed class MessageSecurityVersion
{
    private const string Feb2005 = "WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11";
    private const string Oasis = "WSTrust13WSSecureConversation13WSSecurityPolicy12";
    private const string Bsp = "BasicSecurityProfile10";

    private MessageSecurityVersion(SecurityVersion security, bool oasis, bool bsp)
    {
        SecurityVersion = security;
        TrustVersion = oasis ? TrustVersion.Trust13 : TrustVersion.February2005;
        SecureConversationVersion = oasis ? SecureConversationVersion.V13 : SecureConversationVersion.February2005;
        EmitBspRequiredAttributes = bsp;
        Name = $"{security}{(oasis ? Oasis : Feb2005)}{(bsp ? Bsp : "")}";
    }

    /// <summary>WS-Security 1.1 with the versions of February 2005. The default of WCF.</summary>
    public static MessageSecurityVersion WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11 { get; } =
        new(SecurityVersion.WSSecurity11, oasis: false, bsp: false);

    /// <summary>WS-Security 1.0 with the versions of February 2005 and the attributes of the Basic Security Profile.</summary>
    public static MessageSecurityVersion
        WSSecurity10WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10
    { get; } =
        new(SecurityVersion.WSSecurity10, oasis: false, bsp: true);

    /// <summary>
    /// WS-Security 1.1 with the versions of February 2005 and the attributes of the Basic Security Profile. The version of WSHttpBinding.
    /// </summary>
    public static MessageSecurityVersion
        WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10
    { get; } =
        new(SecurityVersion.WSSecurity11, oasis: false, bsp: true);

    /// <summary>WS-Security 1.0 with the OASIS versions and the attributes of the Basic Security Profile.</summary>
    public static MessageSecurityVersion WSSecurity10WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10 { get; } =
        new(SecurityVersion.WSSecurity10, oasis: true, bsp: true);

    /// <summary>WS-Security 1.1 with the OASIS versions.</summary>
    public static MessageSecurityVersion WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12 { get; } =
        new(SecurityVersion.WSSecurity11, oasis: true, bsp: false);

    /// <summary>
    /// WS-Security 1.1 with the OASIS versions and the attributes of the Basic Security Profile. The version of WS2007HttpBinding.
    /// </summary>
    public static MessageSecurityVersion WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10 { get; } =
        new(SecurityVersion.WSSecurity11, oasis: true, bsp: true);

    /// <summary>All six versions.</summary>
    public static ImmutableArray<MessageSecurityVersion> All { get; } =
    [
        WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11,
        WSSecurity10WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10,
        WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10,
        WSSecurity10WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10,
        WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12,
        WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10,
    ];

    /// <summary>
    /// The default, as in WCF: <see cref="WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11"/>.
    /// </summary>
    public static MessageSecurityVersion Default => WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11;

    /// <summary>The name of the static property.</summary>
    public string Name { get; }

    /// <summary>The version of WS-Security.</summary>
    public SecurityVersion SecurityVersion { get; }

    /// <summary>The version of WS-Trust.</summary>
    public TrustVersion TrustVersion { get; }

    /// <summary>The version of WS-SecureConversation. Each version belongs to one version of WS-Trust.</summary>
    public SecureConversationVersion SecureConversationVersion { get; }

    /// <summary>Whether to write the attributes that the Basic Security Profile 1.0 requires and that WS-Security makes optional.</summary>
    public bool EmitBspRequiredAttributes { get; }

    /// <summary>The version of the same protocols that writes the attributes of the Basic Security Profile.</summary>
    internal MessageSecurityVersion WithBspAttributes =>
        All.First(v => v.EmitBspRequiredAttributes && v.SecurityVersion == SecurityVersion && v.TrustVersion == TrustVersion);

    /// <summary>Finds a version by its name; <c>Default</c> is a name, too.</summary>
    /// <exception cref="FormatException">No version has the name.</exception>
    public static MessageSecurityVersion Parse(string name) =>
        TryParse(name, out var version) ? version : throw new FormatException($"'{name}' is not the name of a message security version.");

    /// <summary>Finds a version by its name; <c>Default</c> is a name, too. False when no version has the name.</summary>
    public static bool TryParse(string? name, [NotNullWhen(true)] out MessageSecurityVersion? version)
    {
        version = name == nameof(Default) ? Default : All.FirstOrDefault(v => v.Name == name);
        return version is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
