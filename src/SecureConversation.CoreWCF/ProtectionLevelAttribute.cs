using System.Net.Security;

namespace SecureConversation.CoreWCF;

/// <summary>
/// How messages are protected: the ProtectionLevel of WCF's ServiceContract and OperationContract attributes, which those of CoreWCF lack.
/// On a contract it holds for all its operations, on an operation for its request, reply and declared faults. Without it messages are
/// signed and encrypted. Client and service must agree.
/// </summary>
/// <param name="level">The level of the body; WS-Addressing headers and the timestamp are always signed.</param>
[AttributeUsage(AttributeTargets.Interface | AttributeTargets.Class | AttributeTargets.Method)]
public sealed class ProtectionLevelAttribute(ProtectionLevel level) : Attribute
{
    /// <summary>The level of the body.</summary>
    public ProtectionLevel Level { get; } = level;
}
