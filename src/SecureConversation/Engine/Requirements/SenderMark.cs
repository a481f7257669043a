using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Requirements;

/// <summary>
/// Says in a signed Id which side wrote a message. Both sides of a conversation hold the same secret, so a signature under it does not
/// say which of them made it: a message that somebody sends back to its sender verifies. We begin the Id of each wsu:Timestamp that we
/// write with the name of our side, and refuse what bears the name of the side that receives it. The Id stands in ds:SignedInfo and in
/// the signed element, so nobody can take it off. No memory is needed, so this holds for all instances of a service, after a restart, and
/// for every kind of key. Other stacks read the Id as any other (xsd:ID).
/// </summary>
internal static class SenderMark
{
    private const string Client = "from-client-";
    private const string Service = "from-service-";

    /// <summary>What Ids begin with that this sender makes.</summary>
    public static string Of(MessageRole role) => role.IsFromClient ? Client : Service;

    /// <summary>Whether an Id was made by the side that receives messages of this role.</summary>
    public static bool IsOfReceiver(XmlId id, MessageRole role) => id.StartsWith(role.IsFromClient ? "from-service-"u8 : "from-client-"u8);

    /// <summary>Whether an Id was made by either side.</summary>
    public static bool IsMarked(XmlId id) => id.StartsWith("from-service-"u8) || id.StartsWith("from-client-"u8);
}
