using Microsoft.Extensions.Logging;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>What a configuration file says without effect.</summary>
internal static partial class ConfigurationLog
{
    [LoggerMessage(EventId = 40, EventName = "ConfigurationNote", Level = LogLevel.Warning, Message = "{Note}")]
    public static partial void Note(ILogger logger, string note);

    [LoggerMessage(EventId = 41, EventName = "NoMetadataExchange", Level = LogLevel.Warning,
        Message = "{Location}: the endpoint for WS-MetadataExchange is left out, since CoreWCF has none. Ask for ?wsdl: set httpGetEnabled "
            + "of serviceMetadata, and take the endpoint out of the file.")]
    public static partial void NoMetadataExchange(ILogger logger, string location);
}
