using System.Net.Security;

namespace SecureConversation;

/// <summary>
/// How messages are protected: the property ProtectionLevel of WCF's attributes for contracts, which those of CoreWCF and of the WCF client
/// for .NET lack. Both adapters read it, so that a contract that client and service share needs neither of them. Without it bodies
/// and declared headers are signed and encrypted. Client and service must agree.
/// </summary>
/// <remarks>
/// <para>As in WCF, the one that stands closest to a part counts: on a contract it holds for all its operations, on an operation for its
/// request, reply and declared faults, on a message contract for its body and headers, on a member of it for that header, or that part of
/// the body. A body has the strongest level of its parts. With <see cref="Fault"/> it holds for a declared fault alone.</para>
/// <para>CoreWCF services need nothing else. The WCF client does not tell a channel about its contract: there the contract has the
/// attribute UseProtectionLevels of SecureConversation.ServiceModel as well, or the endpoint the method of the same name.</para>
/// </remarks>
/// <param name="level">The level. WS-Addressing headers and the timestamp are always signed.</param>
[AttributeUsage(
    AttributeTargets.Interface | AttributeTargets.Class | AttributeTargets.Method | AttributeTargets.Property | AttributeTargets.Field,
    AllowMultiple = true)]
public sealed class ProtectionLevelAttribute(ProtectionLevel level) : Attribute
{
    /// <summary>The level.</summary>
    public ProtectionLevel Level { get; } = level;

    /// <summary>
    /// On an operation, the type of the detail of a fault contract, for which alone the level holds; null (default) for the operation.
    /// </summary>
    public Type? Fault { get; init; }
}
