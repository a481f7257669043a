namespace SecureConversation.CoreWCF.Internal;

/// <summary>A drop-in with reliable sessions.</summary>
internal interface IHasReliableSession
{
    OptionalReliableSession ReliableSession { get; }
}
