namespace SecureConversation.ServiceModel.Internal;

/// <summary>A binding parameter: what a contract says of the protection of its messages.</summary>
internal sealed record ContractRequirements(EngineBinding.ChannelProtectionRequirements Requirements);
